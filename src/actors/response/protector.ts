import type { ActionName, Target } from '../../domain/action.ts';
import type { Clock } from '../../domain/clock.ts';
import type { Host, OperatorEndpoints } from '../../domain/host.ts';
import type { EnforcementCaps } from '../../domain/policy.ts';
import { guardTarget, NO_ENDPOINTS, type Protections, protectedList, type Veto } from './guard.ts';

/** An SSH peer stays protected this long after its connection is gone: a dropped line must not become a lock-out. */
const GRACE_MS = 10 * 60_000;
const MAX_RECENT = 256;

/** Knows who must never be hit, and is asked before every act. */
export type Protector = {
  /** Collects the live endpoints again; what fails leaves the last known ones in force. */
  readonly refresh: (clientPids: readonly number[]) => Promise<void>;
  readonly veto: (action: ActionName, target: Target, allowList: readonly string[], caps: EnforcementCaps) => Veto | undefined;
  readonly list: () => readonly string[];
  /** The operators could be looked up at least once. */
  readonly isReady: () => boolean;
};

/** A protector; nothing may be enforced before its first refresh has come back (`veto` refuses everything until then). */
export const createProtector = (dependencies: {
  readonly host: Host;
  readonly clock: Clock;
  readonly ownPid: number;
  readonly onChange: (addresses: readonly string[]) => Promise<void>;
}): Protector => {
  const recent = new Map<string, number>();
  let endpoints: OperatorEndpoints | undefined;
  let pushed: string | undefined;
  let asked = 0;
  let answered = 0;
  const protections = (): Protections => ({ endpoints: endpoints ?? NO_ENDPOINTS, recentSshPeers: [...recent.keys()], ownPid: dependencies.ownPid });
  return {
    refresh: async (clientPids) => {
      asked += 1;
      const mine = asked;
      const found = await dependencies.host.call('operators', { clientPids });
      // An answer that was overtaken knows less than the one in force.
      if (mine < answered) return;
      answered = mine;
      endpoints = found;
      const now = dependencies.clock.monotonic();
      for (const peer of endpoints.sshPeers) {
        recent.delete(peer);
        recent.set(peer, now);
      }
      for (const [peer, at] of recent) if (now - at > GRACE_MS || recent.size > MAX_RECENT) recent.delete(peer);
      const addresses = protectedList(protections());
      if (addresses.join(' ') === pushed) return;
      await dependencies.onChange(addresses);
      pushed = addresses.join(' ');
    },
    veto: (action, target, allowList, caps) => {
      if (endpoints === undefined && action !== 'log_only' && action !== 'webhook')
        return { outcome: 'refused', reason: "the operator's connections are not known yet" };
      return guardTarget(action, target, allowList, protections(), caps);
    },
    list: () => protectedList(protections()),
    isReady: () => endpoints !== undefined,
  };
};
