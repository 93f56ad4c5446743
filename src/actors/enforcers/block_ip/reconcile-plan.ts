import type { Lease } from '../../../domain/lease.ts';
import { blockedUnitOf } from './plan.ts';

export type KernelBlock = { readonly address: string; readonly expiresInMs: number };

/** What must be done so that the kernel holds exactly what the leases say. */
export type ReconcilePlan = {
  readonly add: readonly { readonly address: string; readonly timeoutSeconds: number; readonly isNew: boolean }[];
  readonly remove: readonly string[];
  readonly missing: number;
  readonly retimed: number;
};

/** The end (wall-clock ms) of the block of each address: the latest of its leases. Infinity: until undone. */
export const wantedBlocks = (leases: readonly Lease[], now: number): ReadonlyMap<string, number> => {
  const wanted = new Map<string, number>();
  for (const lease of leases) {
    const isInForce = lease.action === 'block_ip' && (lease.state === 'active' || lease.state === 'intended');
    const end = lease.expiresAt ?? Number.POSITIVE_INFINITY;
    if (!isInForce || end <= now) continue;
    const unit = blockedUnitOf(lease.target);
    wanted.set(unit, Math.max(end, wanted.get(unit) ?? 0));
  }
  return wanted;
};

/**
 * Compares wanted ends with the kernel at wall-clock `now`. A second of difference is tolerated: it is less than what a
 * listing can tell. Addresses for which `isFresh` holds were changed after the leases were read, and are left alone.
 */
export const planReconcile = (
  wanted: ReadonlyMap<string, number>,
  kernel: readonly KernelBlock[],
  now: number,
  isFresh: (address: string) => boolean,
): ReconcilePlan => {
  const held = new Map(kernel.map((block) => [block.address, block.expiresInMs]));
  const add: { address: string; timeoutSeconds: number; isNew: boolean }[] = [];
  let missing = 0;
  let retimed = 0;
  for (const [address, end] of wanted) {
    if (isFresh(address)) continue;
    const leftMs = Math.min(end - now, ENDLESS_MS);
    const kernelMs = held.get(address);
    if (kernelMs === undefined && leftMs >= TOLERANCE_MS) missing += 1;
    else if (kernelMs !== undefined && isOff(kernelMs, leftMs, end)) retimed += 1;
    else continue;
    add.push({ address, timeoutSeconds: Math.max(leftMs / 1000, 1), isNew: kernelMs === undefined });
  }
  // What is about to expire by itself needs no help.
  const remove = kernel
    .filter((block) => !wanted.has(block.address) && !isFresh(block.address) && block.expiresInMs > TOLERANCE_MS)
    .map((block) => block.address);
  return { add, remove, missing, retimed };
};

const TOLERANCE_MS = 1000;
// A block without end is given this long and renewed well before, so that a removed daemon does not leave one for ever.
const ENDLESS_MS = 30 * 86_400_000;
const RENEW_BELOW_MS = 29 * 86_400_000;

const isOff = (kernelMs: number, leftMs: number, end: number): boolean =>
  Number.isFinite(end) ? Math.abs(kernelMs - leftMs) > TOLERANCE_MS : kernelMs < RENEW_BELOW_MS;
