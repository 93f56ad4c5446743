import { type Network, parseNetwork } from '../../domain/ip.ts';
import { err, ok, type Result } from '../../domain/result.ts';
import { parseSeverity, SEVERITIES, type Severity } from '../../domain/severity.ts';

/** One condition of a filter; all must hold. `isNegated` turns it round. */
export type FilterTerm = { readonly isNegated: boolean } & (
  | { readonly kind: 'word'; readonly word: string }
  | { readonly kind: 'severity'; readonly floor: Severity }
  | { readonly kind: 'source'; readonly network: Network | undefined; readonly text: string }
  | { readonly kind: 'module' | 'user' | 'type'; readonly text: string }
);

export type Filter = readonly FilterTerm[];

export const MAX_FILTER_LENGTH = 200;
const MAX_TERMS = 16;

/**
 * Reads a filter line: bare words, `sev:high` (that or worse), `mod:`, `src:` (address, prefix or start of one), `user:`,
 * `type:`, each with an optional `!` in front. Words are compared without case. The error says which term is wrong.
 */
export const parseFilter = (text: string): Result<Filter, string> => {
  const words = text
    .slice(0, MAX_FILTER_LENGTH)
    .split(/\s+/)
    .filter((word) => word !== '' && word !== '!');
  if (words.length > MAX_TERMS) return err(`at most ${MAX_TERMS} terms`);
  const terms: FilterTerm[] = [];
  for (const word of words) {
    const term = parseTerm(word);
    if (!term.ok) return term;
    terms.push(term.value);
  }
  return ok(terms);
};

const parseTerm = (word: string): Result<FilterTerm, string> => {
  const isNegated = word.startsWith('!');
  const body = isNegated ? word.slice(1) : word;
  const match = /^(sev|mod|src|user|type)(?::|>=)(.*)$/i.exec(body);
  const key = match?.[1]?.toLowerCase();
  const value = match?.[2] ?? '';
  if (key === undefined) return ok({ kind: 'word', word: body.toLowerCase(), isNegated });
  if (value === '') return err(`${key}: needs a value`);
  switch (key) {
    case 'sev': {
      const floor = severityFrom(value);
      return floor === undefined ? err('sev: one of crit, high, med, low, info') : ok({ kind: 'severity', floor, isNegated });
    }
    case 'src':
      return ok({
        kind: 'source',
        network: value.includes('/') || value.includes(':') ? parseNetwork(value) : undefined,
        text: value.toLowerCase(),
        isNegated,
      });
    case 'mod':
      return ok({ kind: 'module', text: value.toLowerCase(), isNegated });
    case 'user':
      return ok({ kind: 'user', text: value.toLowerCase(), isNegated });
    default:
      return ok({ kind: 'type', text: value.toLowerCase(), isNegated });
  }
};

const severityFrom = (text: string): Severity | undefined =>
  parseSeverity(text) ?? (text.length >= 3 ? SEVERITIES.find((severity) => severity.startsWith(text.toUpperCase())) : undefined);
