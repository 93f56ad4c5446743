import { DETECTION_MODULES } from '../../../domain/detection-modules.ts';
import type { SecurityEvent } from '../../../domain/event.ts';
import { blockUnitOf } from '../../../domain/ip.ts';
import { toSafe } from '../../../domain/safe-text.ts';
import type { Severity } from '../../../domain/severity.ts';
import type { Standing } from '../../../domain/threat.ts';
import { createKeyedSlots } from '../../../domain/windows/keyed-slots.ts';
import { unitKey } from '../../../domain/windows/unit-key.ts';
import type { Emit } from '../../contract.ts';
import { draftOf } from './draft.ts';
import { createNetworkSet } from './network-set.ts';
import { createReservedSources } from './reserved.ts';
import type { NetworkSettings } from './settings.ts';
import type { Speaker } from './speaker.ts';
import { createThreatScores } from './threat-score.ts';

export type Reputation = {
  /** `ip_reputation`, when the source is on a list or cannot be one. */
  readonly judge: (event: SecurityEvent, ip: string, emit: Emit) => void;
  /** A confirmed finding about the address: `dynamic_ip_block` when it is one too many. */
  readonly found: (
    finding: { readonly module: string; readonly type: string; readonly severity: Severity },
    event: SecurityEvent,
    ip: string,
    emit: Emit,
  ) => void;
  /** How addresses stand at `now`, the worst first. */
  readonly standings: (now: number, limit: number) => readonly Omit<Standing, 'isClaim'>[];
  readonly size: () => number;
  readonly sweep: (now: number) => void;
};

/** Lists of bad addresses: the one of the settings, and the one that findings fill and time empties. */
export const createReputation = (settings: NetworkSettings, capacity: number, speaker: Speaker): Reputation => {
  const isListed = createNetworkSet(settings.malicious_ips);
  const isReserved = createReservedSources();
  const scores = createThreatScores(capacity, settings.block_score, settings.score_half_life_minutes * 60_000);
  const deniedUntil = new Float64Array(capacity);
  const denied = createKeyedSlots(capacity, (slot) => {
    deniedUntil[slot] = 0;
  });
  const denyMs = settings.deny_hours * 3_600_000;

  const reasonOf = (event: SecurityEvent, ip: string): Reason | undefined => {
    if (isListed(ip)) return { rule: 'listed', words: 'is on the list of bad addresses' };
    if (denied.size() > 0) {
      const slot = denied.find(unitKey(ip));
      if (slot >= 0 && (deniedUntil[slot] ?? 0) > event.at) return { rule: 'denied', words: 'was called an attacker by several modules' };
    }
    if (!isReserved(ip) || isProven(event)) return undefined;
    return { rule: 'reserved', words: 'is reserved and cannot be the source of anything: it was made up' };
  };

  return {
    judge: (event, ip, emit) => {
      const reason = reasonOf(event, ip);
      if (reason === undefined) return;
      const unit = blockUnitOf(ip);
      if (!speaker.allow(`reputation ${unit}`, event.at)) return;
      const facts = `${unit} ${reason.words}`;
      emit(draftOf({ type: 'ip_reputation', rule: reason.rule, event, title: facts, description: `${facts}.`, subject: `ip:${unit}`, ip, field: 'source_ip' }));
    },
    found: (finding, event, ip, emit) => {
      if (!COUNTED.has(finding.severity) || !DETECTION_MODULES.has(finding.module)) return;
      const unit = unitKey(ip);
      const { module, type, severity } = finding;
      const score = scores.add(unit, { module, type, severity, at: event.at });
      if (!score.isOver) return;
      deniedUntil[denied.claim(unit, event.at)] = event.at + denyMs;
      const shown = blockUnitOf(ip);
      const points = Math.floor(score.points);
      const lines = score.ledger.map((entry) => `${entry.module} ${toSafe(entry.type, 64)} ${entry.points}`).join(', ');
      emit(
        draftOf({
          type: 'dynamic_ip_block',
          rule: 'score',
          event,
          title: `${shown} has ${points} points from ${score.modules} modules`,
          description: `${shown} has ${points} points (limit ${settings.block_score}), halved every ${settings.score_half_life_minutes} minutes. Latest: ${lines}.`,
          subject: `ip:${shown}`,
          ip,
          field: 'source_ip',
          counters: { points, limit: settings.block_score, modules: score.modules },
        }),
      );
    },
    standings: (now, limit) =>
      scores
        .list(now)
        .toSorted((a, b) => b.points - a.points)
        .slice(0, limit)
        .map(({ unit, points, ledger }) => {
          const slot = denied.find(unit);
          const until = slot < 0 ? 0 : (deniedUntil[slot] ?? 0);
          // Four groups stand for the /64.
          const ip = unit.includes(':') ? blockUnitOf(`${unit}::`) : unit;
          const limits = { limit: settings.block_score, halfLifeMs: settings.score_half_life_minutes * 60_000 };
          return { ip, points, ...limits, ...(until > now ? { deniedUntil: until } : {}), ledger };
        }),
    size: () => scores.size() + denied.size(),
    sweep: (now) => {
      scores.sweep(now);
      denied.releaseOutside(now - denyMs, now + denyMs);
    },
  };
};

type Reason = { readonly rule: string; readonly words: string };

const COUNTED: ReadonlySet<Severity> = new Set<Severity>(['MEDIUM', 'HIGH', 'CRITICAL']);

// Our own sensor saw a service talk with it: such an address is in use on this network, whatever it is reserved for.
const isProven = (event: SecurityEvent): boolean => event.trust === 'sensor' && TALKED.test(event.type);
const TALKED = /^(?:http_|syslog_event$|auth_|login_|session_|mail_|smtp_|privilege_|process_|connection_|network_connection$)/;
