import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Clock, systemClock } from '../domain/clock.ts';
import { SecError } from '../domain/errors.ts';
import type { Host, HostDescription, HostOperation, HostOperations } from '../domain/host.ts';
import { createAccounts } from './accounts/accounts.ts';
import { createCommandRunner } from './command-runner.ts';
import { createConnections } from './connections/connections.ts';
import { describeHost } from './describe-host.ts';
import { createQuarantine } from './files/quarantine.ts';
import { type FirewallKind, openFirewall } from './firewall/choose-firewall.ts';
import { collectOperators, type OperatorSources } from './operators/collect-operators.ts';
import { liveSshPeers } from './operators/live-ssh-peers.ts';
import { createNotedSignals } from './process/held-notes.ts';
import { stateOfProcess } from './process/identity.ts';
import { readProcessTree } from './process/process-tree.ts';
import { processesOfUser } from './process/processes-of-user.ts';
import { readProcess } from './process/read-process.ts';
import { probeProcessConnector } from './process-connector.ts';

export type HostOptions = OperatorSources & {
  readonly clock?: Clock | undefined;
  /** Where files are put away and locked accounts and suspended processes are noted; without it the first two cannot be done. */
  readonly dataDirectory?: string | undefined;
  /** Instead of what this host has. */
  readonly firewall?: FirewallKind | undefined;
  /** A system other than this one, for tests of accounts. */
  readonly accountsRoot?: string | undefined;
};

/**
 * The operating system behind one asynchronous door. With `netns`, firewall and connections are those of that network
 * namespace, while processes stay those of the machine. Rejects with SecErrors.
 */
export const createHost = (options: HostOptions = {}): Host => {
  const connections = createConnections(options);
  const commands = createCommandRunner();
  const clock = options.clock ?? systemClock;
  const firewall = openFirewall({ ...options, now: clock.monotonic });
  const files = createQuarantine({ ...options, program: [dirname(dirname(fileURLToPath(import.meta.url)))] });
  const accounts = createAccounts({ ...options, clock });
  const withFirewall = (found: HostDescription): HostDescription =>
    found.canFirewall && options.firewall !== undefined ? { ...found, firewall: options.firewall } : found;
  let clientPids: readonly number[] = [];
  let description: { readonly at: number; readonly value: Promise<HostDescription> } | undefined;
  let isClosed = false;

  const operations: Operations = {
    describe: () => {
      const at = clock.monotonic();
      if (description === undefined || at - description.at > DESCRIPTION_AGE_MS)
        description = { at, value: describeHost(probeProcessConnector).then(withFirewall) };
      return description.value;
    },
    operators: (request) => {
      clientPids = request.clientPids ?? clientPids;
      return collectOperators(options, clientPids);
    },
    'operators.sshPeers': async () => ({
      // Another SSH server than OpenSSH is known by its port only: that takes the long way.
      sshPeers: (options.sshPorts ?? []).length === 0 ? liveSshPeers(options.netns) : (await collectOperators(options, [])).sshPeers,
    }),
    'firewall.ensure': firewall.ensure,
    'firewall.apply': firewall.apply,
    'firewall.protect': firewall.protect,
    'firewall.lists': firewall.lists,
    'firewall.listState': firewall.listState,
    'firewall.list': firewall.list,
    'firewall.has': firewall.has,
    'firewall.find': firewall.find,
    'firewall.remove': firewall.remove,
    'connections.list': connections.list,
    'connections.kill': connections.kill,
    'process.inspect': async (request) => ({ process: readProcess(request.pid) }),
    'process.tree': async (request) => ({ processes: readProcessTree(request.root) }),
    'process.signal': createNotedSignals(options.dataDirectory),
    'command.run': commands.run,
    ...files,
    ...accounts,
    'process.ofUser': async (request) => processesOfUser(request.uid),
    'process.state': async (request) => ({ state: stateOfProcess(request.process) }),
  };

  return {
    call: async (name, request) => {
      if (isClosed) throw new SecError('SEC_UNAVAILABLE', 'the host is closed');
      return operations[name](request);
    },
    close: async () => {
      isClosed = true;
      commands.close();
      await firewall.close();
    },
  };
};

const DESCRIPTION_AGE_MS = 60_000;

type Operations = { readonly [Name in HostOperation]: (request: HostOperations[Name]['request']) => Promise<HostOperations[Name]['reply']> };
