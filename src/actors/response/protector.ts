import type { ActionName, Target } from '../../domain/action.ts';
import type { Clock } from '../../domain/clock.ts';
import type { Host, OperatorEndpoints } from '../../domain/host.ts';
import type { EnforcementCaps } from '../../domain/policy.ts';
import { guardTarget, NO_ENDPOINTS, type Protections, protectedList, type Veto } from './guard.ts';

/** An SSH peer stays protected this long after its connection is gone: a dropped line must not become a lock-out. */
const GRACE_MS = 10 * 60_000;
const MAX_RECENT = 256;
/** A look-up that is younger than this is fresh enough to act on. */
const FRESH_MS = 250;
/** A login that a log tells of protects its address for so long: by then the session itself was seen, or there is none. */
const TOLD_MS = 3000;
/** Whose login was told of and never seen is believed again only after this: who can write logs must not keep an attacker safe. */
const TOLD_AGAIN_MS = 60_000;
const MAX_TOLD = 256;

/** Knows who must never be hit, and is asked before every act. */
export type Protector = {
  /** Collects the live endpoints again; what fails leaves the last known ones in force. */
  readonly refresh: (clientPids: readonly number[]) => Promise<void>;
  /** Looks again who is connected over SSH, unless that was done less than 250 ms ago: for the moment before an act. */
  readonly freshen: () => Promise<void>;
  /** A log says that a login from these addresses was accepted: they are safe at once, and in three seconds only if a look-up finds them. */
  readonly told: (addresses: readonly string[]) => Promise<void>;
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
  readonly trustedProxies?: readonly string[] | undefined;
  readonly onChange: (addresses: readonly string[]) => Promise<void>;
}): Protector => {
  const recent = new Map<string, number>();
  const told = new Map<string, number>();
  let lookedAt = Number.NEGATIVE_INFINITY;
  let looking: Promise<void> | undefined;
  let endpoints: OperatorEndpoints | undefined;
  let pushed: string | undefined;
  let asked = 0;
  let answered = 0;
  const protections = (): Protections => ({
    endpoints: endpoints ?? NO_ENDPOINTS,
    recentSshPeers: [...recent.keys(), ...toldNow()],
    ownPid: dependencies.ownPid,
    trustedProxies: dependencies.trustedProxies,
  });
  const toldNow = (): readonly string[] => {
    const now = dependencies.clock.monotonic();
    return [...told].flatMap(([address, at]) => (now - at <= TOLD_MS ? [address] : []));
  };
  const keep = (peers: readonly string[]): void => {
    const now = dependencies.clock.monotonic();
    for (const peer of peers) {
      recent.delete(peer);
      recent.set(peer, now);
      told.delete(peer);
    }
    for (const [peer, at] of recent) if (now - at > GRACE_MS || recent.size > MAX_RECENT) recent.delete(peer);
  };
  const push = async (): Promise<void> => {
    // The first list the kernel gets is a whole one.
    if (endpoints === undefined) return;
    const addresses = protectedList(protections());
    if (addresses.join(' ') === pushed) return;
    await dependencies.onChange(addresses);
    pushed = addresses.join(' ');
  };
  const look = async (): Promise<void> => {
    const began = dependencies.clock.monotonic();
    const { sshPeers } = await dependencies.host.call('operators.sshPeers', {});
    lookedAt = Math.max(lookedAt, began);
    keep(sshPeers);
    await push();
  };
  return {
    refresh: async (clientPids) => {
      asked += 1;
      const mine = asked;
      const began = dependencies.clock.monotonic();
      const found = await dependencies.host.call('operators', { clientPids });
      // An answer that was overtaken knows less than the one in force.
      if (mine < answered) return;
      answered = mine;
      endpoints = found;
      lookedAt = Math.max(lookedAt, began);
      keep(found.sshPeers);
      await push();
    },
    freshen: async () => {
      if (dependencies.clock.monotonic() - lookedAt < FRESH_MS) return;
      looking ??= look().finally(() => {
        looking = undefined;
      });
      await looking;
    },
    told: async (addresses) => {
      const now = dependencies.clock.monotonic();
      for (const [address, at] of told) if (now - at > TOLD_AGAIN_MS) told.delete(address);
      for (const address of addresses) if (!told.has(address) && told.size < MAX_TOLD) told.set(address, now);
      await push();
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
