import { numberOf, type SecurityEvent } from '../../../domain/event.ts';
import { blockUnitOf } from '../../../domain/ip.ts';
import type { Severity } from '../../../domain/severity.ts';

const WINDOW_MS = 10 * 60_000;
const MAX_SOURCES = 10_000;

type Source = { readonly since: number; readonly probes: number };

/** Weighs a finding by what the server answered, and remembers who keeps trying. */
export type Outcomes = {
  /** The severity after the outcome: one step down for a refused probe, unless its source keeps at it. */
  readonly weigh: (event: SecurityEvent, severity: Severity) => { readonly severity: Severity; readonly isRefused: boolean; readonly probes: number };
  readonly size: () => number;
  readonly sweep: (now: number) => void;
};

/** At most 10,000 sources are remembered, each for ten minutes; the oldest makes room. */
export const createOutcomes = (campaignProbes: number): Outcomes => {
  const sources = new Map<string, Source>();
  const count = (key: string, now: number): number => {
    const known = sources.get(key);
    const isCurrent = known !== undefined && Math.abs(now - known.since) <= WINDOW_MS;
    const source = { since: isCurrent ? known.since : now, probes: (isCurrent ? known.probes : 0) + 1 };
    sources.delete(key);
    sources.set(key, source);
    if (sources.size > MAX_SOURCES) for (const oldest of [...sources.keys()].slice(0, 1)) sources.delete(oldest);
    return source.probes;
  };
  return {
    weigh: (event, severity) => {
      const ip = event.entities.ip ?? event.sourceIp;
      const probes = ip === undefined ? 1 : count(blockUnitOf(ip), event.at);
      const isRefused = REFUSED.has(numberOf(event.details, 'status_code') ?? 0);
      return { severity: isRefused && probes < campaignProbes ? LOWER[severity] : severity, isRefused, probes };
    },
    size: () => sources.size,
    sweep: (now) => {
      for (const [key, source] of sources) if (now - source.since > WINDOW_MS) sources.delete(key);
    },
  };
};

// The server did not run it: bad request, not allowed, not there. A redirect, an answer or an error may mean that it did.
const REFUSED = new Set([400, 401, 403, 404, 405, 406, 410, 411, 412, 413, 414, 415, 417, 421, 422, 429, 431, 444, 451, 495, 496, 497, 501, 505]);

const LOWER: { readonly [severity in Severity]: Severity } = { INFO: 'INFO', LOW: 'LOW', MEDIUM: 'LOW', HIGH: 'MEDIUM', CRITICAL: 'HIGH' };
