import { isAtLeast, worseOf } from '../../../domain/severity.ts';
import type { Match } from './match.ts';

/** Collects matches: the worst of each type, in the order found. Beside something HIGH or worse, what is LOW says nothing more. */
export const worstOfType = (judge: (add: (found: Match) => void) => void): readonly Match[] => {
  const worst = new Map<string, Match>();
  judge((found) => {
    const known = worst.get(found.type);
    if (known === undefined || (known.severity !== found.severity && worseOf(known.severity, found.severity) === found.severity)) worst.set(found.type, found);
  });
  if (worst.size < 2) return [...worst.values()];
  const all = [...worst.values()];
  return all.some((one) => isAtLeast(one.severity, 'HIGH')) ? all.filter((one) => one.severity !== 'LOW') : all;
};
