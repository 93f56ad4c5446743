import type { Alert } from '../../src/domain/alert.ts';
import { systemClock } from '../../src/domain/clock.ts';
import { createId } from '../../src/domain/ids.ts';
import { blockUnitOf } from '../../src/domain/ip.ts';
import type { Lease } from '../../src/domain/lease.ts';
import { openStore } from '../../src/store/open-store.ts';
import { sampleAlert } from './alerts.ts';

/** The n-th attacker of many: every second one speaks IPv6, each from a /64 of its own. */
export const attackerOf = (n: number): string =>
  n % 2 === 0 ? `10.${(n >> 16) & 255}.${(n >> 8) & 255}.${n & 255}` : `2001:db8:${(n >> 8).toString(16)}:${(n & 255).toString(16)}::7`;

/**
 * Leaves a database as a daemon leaves it that has blocked `count` attackers: alerts, intents, outcomes and leases in force.
 * Resolves with the end (wall-clock ms) of each block.
 */
export const storeManyBlocks = async (directory: string, count: number): Promise<ReadonlyMap<string, number>> => {
  const ends = new Map<string, number>();
  const { store } = await openStore({ directory, clock: systemClock });
  const now = systemClock.now();
  for (let from = 0; from < count; from += 1000) {
    const attacks = Array.from({ length: Math.min(1000, count - from) }, (_, index) => attackOf(from + index, now));
    for (const { alert } of attacks) store.alerts.put(alert);
    for (const { lease } of attacks) ends.set(lease.target.address, lease.expiresAt);
    await store.commit({ leases: attacks.map(({ lease }) => lease), records: attacks.flatMap(({ records }) => records) });
  }
  await store.close();
  return ends;
};

const attackOf = (n: number, now: number) => {
  const ip = attackerOf(n);
  const target = { kind: 'ip', address: blockUnitOf(ip) } as const;
  const alert: Alert = sampleAlert({
    id: createId<'AlertId'>(now),
    entities: { ip },
    title: `10 failed logins from ${ip}`,
    foldKey: `auth_fortress:brute_force:ip:${ip}`,
    createdAt: now,
    firstSeen: now,
    lastSeen: now,
  });
  const lease = {
    id: createId<'LeaseId'>(now),
    actionId: createId<'ActionId'>(now),
    alertId: alert.id,
    module: alert.module,
    action: 'block_ip' as const,
    target,
    state: 'active' as const,
    createdAt: now,
    // Ends spread over half an hour, none of them soon.
    expiresAt: now + 3_600_000 + (n % 1800) * 1000,
  } satisfies Lease;
  const about = { at: now, actionId: lease.actionId, alertId: alert.id, module: alert.module, action: lease.action, target: target.address };
  const records = [
    { ...about, kind: 'intent', outcome: 'execute', reason: 'balanced: block_ip from HIGH', details: { leaseId: lease.id } },
    { ...about, kind: 'outcome', outcome: 'success', verification: 'verified', reason: `the kernel blocks ${target.address} for 1h` },
  ] as const;
  return { alert, lease, records };
};
