import { numberOf, type SecurityEvent, textOf } from '../../../domain/event.ts';
import { isTooShort, verdictOn } from './algorithms.ts';
import type { Say } from './say.ts';

/** An algorithm in use: what a quantum computer would do to it, and whether its key is too short for any. */
export const judgeUsage = (event: SecurityEvent, say: Say): void => {
  const { details } = event;
  const algorithm = textOf(details, 'algorithm').slice(0, 128);
  if (algorithm === '') return;
  const bits = numberOf(details, 'key_size') ?? 0;
  const purpose = textOf(details, 'purpose').slice(0, 128);
  const component = textOf(details, 'component').slice(0, 128);
  const where = component === '' ? '' : ` in ${component}`;
  const subject = `crypto:${component || 'host'}:${algorithm}`.toLowerCase();
  const verdict = verdictOn(algorithm, bits, purpose);
  if (verdict.vulnerable) {
    say({
      type: 'quantum_vulnerable_crypto',
      rule: 'algorithm',
      severity: verdict.severity,
      says: `${algorithm}${bits > 0 ? ` with ${bits} bits` : ''} is used${purpose === '' ? '' : ` for ${purpose}`}${where}. Instead: ${verdict.recommendation}.`,
      field: 'algorithm',
      text: algorithm,
      subject,
    });
  }
  if (isTooShort(algorithm, bits))
    say({
      type: 'weak_key_size',
      rule: 'key',
      says: `A ${algorithm} key${where} has ${bits} bits.`,
      field: 'key_size',
      text: `${algorithm} ${bits}`,
      counters: { bits },
      subject,
    });
};

/** Counts of an inventory that somebody else took. */
export const judgeInventory = (event: SecurityEvent, say: Say): void => {
  const vulnerable = numberOf(event.details, 'vulnerable_count') ?? 0;
  const total = numberOf(event.details, 'total_algorithms') ?? 0;
  if (vulnerable <= 0) return;
  say({
    type: 'crypto_inventory_report',
    rule: 'inventory',
    severity: vulnerable > 10 ? 'HIGH' : 'MEDIUM',
    says: `${vulnerable} of ${total} algorithms have to be exchanged before there are large quantum computers.`,
    field: 'vulnerable_count',
    text: String(vulnerable),
    counters: { vulnerable, total },
    subject: 'crypto:inventory',
  });
};
