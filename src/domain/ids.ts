import { ulid } from 'ulid';

declare const brand: unique symbol;
type Branded<Name extends string> = string & { readonly [brand]: Name };

/** 26-character ULID of an alert: sorts by time. */
export type AlertId = Branded<'AlertId'>;
/** ULID of an approval. */
export type ApprovalId = Branded<'ApprovalId'>;
/** ULID of a lease (an action in force). */
export type LeaseId = Branded<'LeaseId'>;
/** ULID of one run of an action chain. */
export type ChainRunId = Branded<'ChainRunId'>;
/** ULID of one action, shared by its intent, its outcome and its undo records in the history. */
export type ActionId = Branded<'ActionId'>;

/** New ULID at wall-clock `now` (ms). Callers brand it with the kind they make. */
export const createId = <Kind extends string>(now: number): Branded<Kind> => ulid(now, randomShare) as Branded<Kind>;

// Left alone, ulid asks the kernel for each of its 16 characters: half of all time spent while many attackers are blocked.
const pool = new Uint8Array(4096);
let used = pool.length;
const randomShare = (): number => {
  if (used === pool.length) {
    crypto.getRandomValues(pool);
    used = 0;
  }
  const byte = pool[used] ?? 0;
  used += 1;
  return byte / 256;
};

/** Brands a string that came from the store or from a checked message. */
export const asId = <Kind extends string>(text: string): Branded<Kind> => text as Branded<Kind>;

/**
 * Ids are shown by their first 16 characters and accepted by any unique prefix of 4 or more. Ten of them are the millisecond, six are
 * random (30 bits): what is made in one moment is told apart.
 */
export const shortId = (id: string): string => id.slice(0, 16);
