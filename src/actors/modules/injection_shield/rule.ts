import type { Severity } from '../../../domain/severity.ts';
import type { Category } from './categories.ts';

/** Where a piece of text came from: rules and readers differ by it. */
export type FieldKind = 'path' | 'value' | 'name' | 'text' | 'header' | 'agent' | 'referer' | 'cookie';

/** Which reading of the value a rule looks at (`decode/views.ts`); all of them but `cased` are lower-case. */
export type Reading = 'decoded' | 'raw' | 'unfolded' | 'cased';

/** One rule as data: it runs only where one of its literals was seen. */
export type Rule = {
  /** Stable name; evidence shows `injection_shield/<id>`. */
  readonly id: string;
  readonly category: Category;
  readonly severity: Severity;
  /** Lower-case ASCII; at least one occurs in every match. */
  readonly literals: readonly string[];
  readonly pattern: RegExp;
  /** True when a match may consist of nothing but the ordinary characters of a URL: its literals then wake the reader up. */
  readonly isPlain?: true;
  /** 1 always on; 2 and more only where the settings ask for more alarms. */
  readonly level?: 1 | 2 | 3;
  readonly reading?: Reading;
  /** Only in these places; everywhere when left out. */
  readonly fields?: readonly FieldKind[];
};
