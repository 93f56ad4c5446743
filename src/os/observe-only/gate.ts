import { SecError } from '../../domain/errors.ts';
import type { Host, HostOperation, HostOperations } from '../../domain/host.ts';
import { observeOnlyFlag } from './flag.ts';

/**
 * The same host, which refuses with SEC_REFUSED to act while a flag is there: asked at the last moment before each act, so that it holds
 * also for a daemon that was hung when the flag was set. What only looks, and what takes back, goes on.
 */
export const gateHost = (host: Host, paths: readonly string[]): Host => ({
  call: async (name, request) => {
    const flag = isAct(name, request) ? observeOnlyFlag(paths) : undefined;
    if (flag !== undefined) throw new SecError('SEC_REFUSED', `observe-only: ${flag} is there; nothing is done until a person removes it (1sec panic --end)`);
    return host.call(name, request);
  },
  close: host.close,
});

const ALWAYS_ACTS: ReadonlySet<HostOperation> = new Set([
  'firewall.ensure',
  'connections.kill',
  'command.run',
  'file.quarantine',
  'user.lock',
  'user.setAsideKeys',
]);

const isAct = (name: HostOperation, request: HostOperations[HostOperation]['request']): boolean => {
  if (name === 'firewall.apply') return 'add' in request && request.add.length > 0;
  if (name === 'firewall.lists') return 'lists' in request && request.lists.length > 0;
  if (name === 'process.signal') return 'signal' in request && request.signal !== 'SIGCONT';
  return ALWAYS_ACTS.has(name);
};
