import { detachedText } from './detached-text.ts';

/** A bounded table of text keys: each key owns a slot number, under which typed arrays keep what is known about it. */
export type KeyedSlots = {
  /** The key's slot, or -1. `hash` is that of `hashOfKey`, for who looks up one key in several tables. */
  readonly find: (key: string, hash?: number) => number;
  /** The key's slot; a new key gets an empty one or takes over that of a key that was used little and long ago. */
  readonly claim: (key: string, at: number, hash?: number) => number;
  readonly keyOf: (slot: number) => string;
  /** A number of 31 bits for the key in the slot, from 1 on. A key that comes back after it was forgotten gets another. */
  readonly serialOf: (slot: number) => number;
  /** What `hashOfKey` gives for the key in the slot, without a look at the key. */
  readonly hashOf: (slot: number) => number;
  /** False promises that no key of this hash is there. */
  readonly mayHold: (hash: number) => boolean;
  /** Event time of the latest `claim`, ms. */
  readonly lastUsed: (slot: number) => number;
  readonly release: (slot: number) => void;
  /** Releases what was used last before `from`, or after `until` (a clock that was wrong). */
  readonly releaseOutside: (from: number, until: number) => void;
  readonly size: () => number;
  /** Keys pushed out by others because there was no room. */
  readonly evicted: () => number;
};

// Like a processor's cache: a key may live in one of eight neighbouring slots and nowhere else. Every operation looks at
// eight slots at most, whatever keys a hostile client makes up; colliding names can only push each other out.
const WAYS = 8;

// A key that comes again is worth keeping longer than one that came once: so many ms for each of the first uses.
const USE_IS_WORTH_MS = 600_000;
const MAX_USES = 6;

const MAX_SERIAL = 0x7fff_ffff;

/**
 * Table of at most `capacity` keys. `onClear` empties a slot before another key gets it. `own` makes a key fit to be kept:
 * the identity is enough for keys that were just put together, which are no pieces of a longer text.
 */
export const createKeyedSlots = (capacity: number, onClear: (slot: number) => void = () => {}, own: (key: string) => string = detachedText): KeyedSlots => {
  const ways = Math.min(WAYS, capacity);
  const sets = Math.max(1, Math.floor(capacity / ways));
  const slots = sets * ways;
  const keys: (string | undefined)[] = Array.from({ length: slots }, () => undefined);
  const hashes = new Int32Array(slots);
  const uses = new Uint8Array(slots);
  const used = new Float64Array(slots);
  const serials = new Int32Array(slots);
  let latestSerial = 0;
  let size = 0;
  let evicted = 0;

  const release = (slot: number): void => {
    if (keys[slot] === undefined) return;
    keys[slot] = undefined;
    hashes[slot] = 0;
    size--;
    onClear(slot);
  };

  const locate = (key: string, hash: number, first: number): number => {
    for (let slot = first; slot < first + ways; slot++) if (hashes[slot] === hash && keys[slot] === key) return slot;
    return -1;
  };

  const makeRoom = (first: number): number => {
    let victim = first;
    let least = Number.POSITIVE_INFINITY;
    for (let slot = first; slot < first + ways; slot++) {
      if (keys[slot] === undefined) return slot;
      const worth = (used[slot] ?? 0) + (uses[slot] ?? 0) * USE_IS_WORTH_MS;
      if (worth >= least) continue;
      least = worth;
      victim = slot;
    }
    evicted++;
    release(victim);
    return victim;
  };

  const firstOf = (hash: number): number => Math.floor(((hash >>> 0) / 0x1_0000_0000) * sets) * ways;

  return {
    find: (key, hash = hashOfKey(key)) => locate(key, hash, firstOf(hash)),
    claim: (key, at, hash = hashOfKey(key)) => {
      const first = firstOf(hash);
      const known = locate(key, hash, first);
      if (known >= 0) {
        const count = uses[known] ?? 0;
        if (count < MAX_USES) uses[known] = count + 1;
        if (at > (used[known] ?? 0)) used[known] = at;
        return known;
      }
      const slot = makeRoom(first);
      keys[slot] = own(key);
      hashes[slot] = hash;
      latestSerial = latestSerial === MAX_SERIAL ? 1 : latestSerial + 1;
      serials[slot] = latestSerial;
      uses[slot] = 0;
      used[slot] = at;
      size++;
      return slot;
    },
    keyOf: (slot) => keys[slot] ?? '',
    serialOf: (slot) => serials[slot] ?? 0,
    hashOf: (slot) => hashes[slot] ?? 0,
    mayHold: (hash) => {
      const first = firstOf(hash);
      for (let slot = first; slot < first + ways; slot++) if (hashes[slot] === hash && keys[slot] !== undefined) return true;
      return false;
    },
    lastUsed: (slot) => used[slot] ?? 0,
    release,
    releaseOutside: (from, until) => {
      for (let slot = 0; slot < slots; slot++) {
        const at = used[slot] ?? 0;
        if (at < from || at > until) release(slot);
      }
    },
    size: () => size,
    evicted: () => evicted,
  };
};

/** Hash of a key: FNV-1a with the final mixing of MurmurHash3, so that neighbouring addresses do not share a set. */
export const hashOfKey = (key: string): number => {
  let hash = 0x811c9dc5;
  for (let index = 0; index < key.length; index++) hash = Math.imul(hash ^ key.charCodeAt(index), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return hash ^ (hash >>> 16);
};
