import type { Severity } from '../../../domain/severity.ts';
import type { ThreatEntry } from '../../../domain/threat.ts';
import { createKeyedSlots } from '../../../domain/windows/keyed-slots.ts';

/** The state of one address after an entry. */
export type Score = {
  /** Points with their weight of now, not rounded. */
  readonly points: number;
  readonly modules: number;
  /** The latest entries, oldest first, at most twelve. */
  readonly ledger: readonly ThreatEntry[];
  /** This entry brought it over the limit; once until it has fallen under half of it. */
  readonly isOver: boolean;
};

export type ThreatScores = {
  readonly add: (unit: string, entry: { readonly module: string; readonly type: string; readonly severity: Severity; readonly at: number }) => Score;
  /** Every address with points at `now`, in no order. */
  readonly list: (now: number) => readonly { readonly unit: string; readonly points: number; readonly ledger: readonly ThreatEntry[] }[];
  readonly size: () => number;
  readonly sweep: (now: number) => void;
};

/** Points of a finding by its severity. */
export const POINTS: { readonly [Name in Severity]: number } = { CRITICAL: 20, HIGH: 10, MEDIUM: 5, LOW: 2, INFO: 1 };

/** Scores of at most `capacity` addresses, halved every `halfLifeMs` of event time. Over the limit takes two modules. */
export const createThreatScores = (capacity: number, limit: number, halfLifeMs: number): ThreatScores => {
  const keepMs = halfLifeMs * LEDGER_HALF_LIVES;
  const points = new Float64Array(capacity);
  const updated = new Float64Array(capacity);
  const isTold = new Uint8Array(capacity);
  const ledgers: (ThreatEntry[] | undefined)[] = Array.from({ length: capacity }, () => undefined);
  const slots = createKeyedSlots(capacity, (slot) => {
    points[slot] = 0;
    updated[slot] = 0;
    isTold[slot] = 0;
    ledgers[slot] = undefined;
  });

  const decayed = (slot: number, at: number): number => (points[slot] ?? 0) * 0.5 ** (Math.max(0, at - (updated[slot] ?? at)) / halfLifeMs);

  return {
    add: (unit, { module, type, severity, at }) => {
      const slot = slots.claim(unit, at);
      const before = decayed(slot, at);
      if (before < limit / 2) isTold[slot] = 0;
      const added = POINTS[severity];
      points[slot] = before + added;
      updated[slot] = Math.max(at, updated[slot] ?? 0);
      const known = ledgers[slot] ?? [];
      const ledger = known.some((entry) => at - entry.at >= keepMs) ? known.filter((entry) => at - entry.at < keepMs) : known;
      ledgers[slot] = ledger;
      ledger.push({ module, type, severity, points: added, at });
      // One entry of each module always stays: who counts must be there to see.
      while (ledger.length > MAX_LEDGER) ledger.splice(dispensable(ledger), 1);
      const modules = modulesIn(ledger);
      const isOver = isTold[slot] === 0 && before + added >= limit && modules >= 2;
      if (isOver) isTold[slot] = 1;
      return { points: before + added, modules, ledger, isOver };
    },
    list: (now) =>
      ledgers.flatMap((ledger, slot) => (ledger === undefined ? [] : [{ unit: slots.keyOf(slot), points: decayed(slot, now), ledger: [...ledger] }])),
    size: slots.size,
    sweep: (now) => slots.releaseOutside(now - keepMs, now + keepMs),
  };
};

const MAX_LEDGER = 12;
// After eight half-lives 80 points are less than one.
const LEDGER_HALF_LIVES = 8;

const dispensable = (ledger: readonly ThreatEntry[]): number =>
  Math.max(
    0,
    ledger.findIndex((entry, index) => ledger.some((other, place) => place !== index && other.module === entry.module)),
  );

// In a flood almost all entries are of one module: no set is made to see that.
const modulesIn = (ledger: readonly ThreatEntry[]): number => {
  const first = ledger[0]?.module;
  return ledger.every((entry) => entry.module === first) ? 1 : new Set(ledger.map((entry) => entry.module)).size;
};
