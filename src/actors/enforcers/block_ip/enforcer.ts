import { formatDuration } from '../../../domain/duration.ts';
import { SecError } from '../../../domain/errors.ts';
import type { FirewallBatch } from '../../../domain/host.ts';
import type { ActionOutcome, ActionRequest, Enforcer, EnforcerFactory } from '../../contract.ts';
import { type Cut, cutConnections } from './cut-connections.ts';
import { manifest } from './manifest.ts';
import { blockDurationMs, blockedUnitOf, planBlock } from './plan.ts';
import { createRecentChanges } from './recent-changes.ts';
import { planReconcile, wantedBlocks } from './reconcile-plan.ts';

/**
 * Blocks addresses in the kernel, with the kernel's own timeout. The set is changed first, then open connections are
 * closed, then the kernel is asked. A longer block extends, a shorter one never shortens.
 */
export const createBlockIp: EnforcerFactory = ({ host, clock }) => {
  const recent = createRecentChanges();
  // Apart from `recent`, which says what leases that were read earlier do not know yet.
  const touched = createRecentChanges(OWN_MS);
  // Ends of known blocks (wall-clock ms), so that a shorter request is seen without reading the whole set; the kernel bounds its size.
  let ends: Map<string, number> | undefined;

  const knownEnds = async (): Promise<Map<string, number>> => {
    if (ends !== undefined) return ends;
    const { blocked } = await host.call('firewall.list', {});
    ends = new Map(blocked.map((block) => [block.address, clock.now() + block.expiresInMs]));
    return ends;
  };

  /** Noted before and after: a large batch takes longer than its notice is waited for. */
  const write = async (batch: FirewallBatch): ReturnType<typeof host.call<'firewall.apply'>> => {
    const addresses = [...batch.add.map(({ address }) => address), ...batch.remove];
    touched.note(addresses, clock.now());
    return host.call('firewall.apply', batch).finally(() => touched.note(addresses, clock.now()));
  };

  const change = async (batch: FirewallBatch): Promise<readonly string[]> => {
    const { refused, created } = await write(batch);
    // Somebody had taken the table away, with all that was in it.
    if (created === true) ends = new Map();
    return refused ?? [];
  };

  const applyAll = async (requests: readonly ActionRequest[]): Promise<readonly ActionOutcome[]> => {
    const known = await knownEnds();
    const wanted = new Map<string, number>();
    for (const request of requests) {
      const unit = blockedUnitOf(request.target);
      const end = request.now + blockDurationMs(request.params);
      if (end > (known.get(unit) ?? 0)) wanted.set(unit, Math.max(end, wanted.get(unit) ?? 0));
    }
    const now = clock.now();
    recent.note([...wanted.keys()], now);
    const add = [...wanted].map(([address, end]) => ({ address, timeoutSeconds: Math.max((end - now) / 1000, 1) }));
    const refused = new Set(add.length > 0 ? await change({ add, remove: [] }) : []);
    const kept = ends ?? known;
    for (const [unit, end] of wanted) if (!refused.has(unit)) kept.set(unit, end);
    const units = [...new Set(requests.map((request) => blockedUnitOf(request.target)))];
    const cuts = await cutConnections(
      host,
      units.filter((unit) => !refused.has(unit)),
    );
    const isBlocked = await lookUp(units);
    // Someone took a block away that was thought to be longer than this one: now it is known.
    const vanished = units.filter((unit) => !wanted.has(unit) && !isBlocked.has(unit));
    for (const unit of vanished) kept.delete(unit);
    if (vanished.length > 0) return applyAll(requests);
    return requests.map((request) => {
      const unit = blockedUnitOf(request.target);
      if (refused.has(unit)) return { verification: 'failed', detail: `${unit} covers a protected address: not blocked` };
      return outcomeOf(unit, isBlocked.get(unit), cuts.get(unit));
    });
  };

  const lookUp = async (units: readonly string[]): Promise<ReadonlyMap<string, number>> => {
    const { found } = await host.call('firewall.find', { addresses: units });
    return new Map(found.map(({ address, expiresInMs }) => [address, expiresInMs ?? Number.POSITIVE_INFINITY]));
  };

  const undoAll = async (requests: readonly ActionRequest[]): Promise<readonly ActionOutcome[]> => {
    const units = requests.map((request) => blockedUnitOf(request.target));
    recent.note(units, clock.now());
    for (const unit of units) ends?.delete(unit);
    await write({ add: [], remove: [...new Set(units)] });
    const left = await lookUp([...new Set(units)]);
    return units.map((unit) =>
      left.has(unit)
        ? { verification: 'failed', detail: `${unit} is still in the kernel` }
        : { verification: 'verified', detail: `${unit} is no longer blocked` },
    );
  };

  const enforcer: Enforcer = {
    manifest,
    availability: async () => {
      const { canFirewall, limits } = await host.call('describe', {});
      // So that the first block does not wait for it; it is asked again then if this fails.
      if (canFirewall) await knownEnds().catch(() => undefined);
      return canFirewall ? { isAvailable: true } : { isAvailable: false, reason: limits.find((limit) => limit.includes('blocked')) ?? 'no firewall' };
    },
    plan: planBlock,
    rehearse: async (request) => {
      planBlock(request);
      const availability = await enforcer.availability();
      return availability.isAvailable ? undefined : availability.reason;
    },
    apply: async (request) => {
      const [outcome] = await applyAll([request]);
      if (outcome === undefined) throw new SecError('SEC_INTERNAL', 'a block without outcome');
      return outcome;
    },
    applyBatch: applyAll,
    verify: async (request) => {
      const unit = blockedUnitOf(request.target);
      return outcomeOf(unit, (await lookUp([unit])).get(unit), undefined);
    },
    undo: async (request) => {
      const [outcome] = await undoAll([request]);
      if (outcome === undefined) throw new SecError('SEC_INTERNAL', 'an undo without outcome');
      return outcome;
    },
    undoBatch: undoAll,
    reconcile: async (leases, now) => {
      const { created } = await host.call('firewall.ensure', {});
      const wanted = wantedBlocks(leases, now);
      const { blocked } = await host.call('firewall.list', {});
      const plan = planReconcile(wanted, blocked, clock.now(), (address) => recent.isSince(address, now));
      const refused = plan.add.length + plan.remove.length === 0 ? [] : ((await write({ add: plan.add, remove: plan.remove })).refused ?? []);
      ends = endsAfter(ends, wanted, refused, (address) => recent.isSince(address, now));
      return { added: plan.add.length - refused.length, removed: plan.remove.length, detail: repairText(created, plan, refused) };
    },
    isOwnChange: (address) => touched.isSince(address, clock.now() - OWN_MS),
    fini: async () => {
      ends = undefined;
      const { removed, what } = await host.call('firewall.remove', {});
      return removed ? [what ?? 'table inet onesec with all its blocks'] : [];
    },
  };
  return enforcer;
};

/** The kernel tells of a change within milliseconds. What a busy host reads later costs one comparison that finds nothing. */
const OWN_MS = 1000;

const outcomeOf = (unit: string, leftMs: number | undefined, cut: Cut | undefined): ActionOutcome => {
  if (leftMs === undefined) return { verification: 'failed', detail: `the kernel does not have ${unit}` };
  const lasts = Number.isFinite(leftMs) ? `for ${formatDuration(leftMs)}` : 'until it is taken back';
  const closed =
    cut === undefined || cut.closed + cut.remaining === 0
      ? ''
      : `; ${cut.closed} connections closed${cut.remaining > 0 ? `, ${cut.remaining} left without data` : ''}`;
  return { verification: 'verified', detail: `the kernel blocks ${unit} ${lasts}${closed}` };
};

/** What is known to be blocked after a reconciliation: what was wanted, and what was changed since the leases were read. */
const endsAfter = (
  before: ReadonlyMap<string, number> | undefined,
  wanted: ReadonlyMap<string, number>,
  refused: readonly string[],
  isFresh: (address: string) => boolean,
): Map<string, number> => {
  const after = new Map([...wanted].filter(([address]) => !isFresh(address)));
  for (const address of refused) after.delete(address);
  for (const [address, end] of before ?? []) if (isFresh(address)) after.set(address, end);
  return after;
};

const repairText = (created: boolean, plan: ReturnType<typeof planReconcile>, refused: readonly string[]): string =>
  [
    created ? 'table made anew' : '',
    plan.missing > 0 ? `${plan.missing} blocks were missing` : '',
    plan.retimed > 0 ? `${plan.retimed} ended at the wrong time` : '',
    plan.remove.length > 0 ? `${plan.remove.length} were not ours to keep` : '',
    refused.length > 0 ? `${refused.length} left out because they cover a protected address: ${refused.slice(0, 5).join(', ')}` : '',
  ]
    .filter((part) => part !== '')
    .join('; ');
