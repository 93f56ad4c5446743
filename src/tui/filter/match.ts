import { canonicalIp, networkContains, parseNetwork } from '../../domain/ip.ts';
import { isAtLeast, type Severity } from '../../domain/severity.ts';
import type { Filter, FilterTerm } from './grammar.ts';

/** What a row offers to a filter. `haystack` is lower-case text of everything bare words may find. */
export type Filterable = {
  readonly severity?: Severity | undefined;
  readonly module?: string | undefined;
  readonly source?: string | undefined;
  readonly user?: string | undefined;
  readonly type?: string | undefined;
  readonly haystack: string;
};

/** True when every term holds. An empty filter lets everything through. */
export const matches = (filter: Filter, row: Filterable): boolean => filter.every((term) => holds(term, row) !== term.isNegated);

const holds = (term: FilterTerm, row: Filterable): boolean => {
  switch (term.kind) {
    case 'word':
      return row.haystack.includes(term.word);
    case 'severity':
      return row.severity !== undefined && isAtLeast(row.severity, term.floor);
    case 'source':
      return isFrom(term, row.source ?? '');
    case 'module':
      return contains(row.module, term.text);
    case 'user':
      return contains(row.user, term.text);
    case 'type':
      return contains(row.type, term.text);
  }
};

const contains = (value: string | undefined, text: string): boolean => (value ?? '').toLowerCase().includes(text);

const isFrom = (term: FilterTerm & { readonly kind: 'source' }, source: string): boolean => {
  if (term.network === undefined) return source.toLowerCase().startsWith(term.text);
  const network = parseNetwork(source);
  const address = network?.address ?? canonicalIp(source);
  return address !== undefined && networkContains(term.network, address) && (network?.prefix ?? 128) >= term.network.prefix;
};
