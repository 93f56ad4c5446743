import type { Severity } from './severity.ts';

/** What one finding added to an address: the line of a ledger. `at` is event time, ms. */
export type ThreatEntry = { readonly module: string; readonly type: string; readonly severity: Severity; readonly points: number; readonly at: number };

/** How an address stands with what was found about it. */
export type Standing = {
  /** The address, or the /64 of an IPv6 address. */
  readonly ip: string;
  /** With their weight of the moment asked about, not rounded. */
  readonly points: number;
  readonly limit: number;
  readonly halfLifeMs: number;
  /** Called an attacker until then (event time, ms). */
  readonly deniedUntil?: number | undefined;
  /** Rests on what senders claim; kept apart from what our own sensors saw. */
  readonly isClaim: boolean;
  /** The latest entries, oldest first. */
  readonly ledger: readonly ThreatEntry[];
};
