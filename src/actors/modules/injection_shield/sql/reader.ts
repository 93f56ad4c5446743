import type { SqlContext, SqlToken } from './tokenise.ts';
import { isAttackFunction, isSqlFunction } from './words.ts';

/** What an operand is made of: `query` holds a SELECT, `call` calls a function. */
export type OperandShape = 'literal' | 'name' | 'call' | 'group' | 'query';

export type Operand = { readonly end: number; readonly shape: OperandShape };

/** Tokens with the little grammar that the signals need. Indices past the end read as kind `$`. */
export type SqlReader = {
  readonly length: number;
  readonly context: SqlContext;
  /** True when the value leaves the literal it was put into and what follows can follow a literal. */
  readonly hasBroken: boolean;
  readonly kind: (index: number) => string;
  readonly text: (index: number) => string;
  readonly is: (index: number, word: string) => boolean;
  readonly token: (index: number) => SqlToken | undefined;
  /** Index of the parenthesis that closes the one at `index`; the length when none does. */
  readonly closing: (index: number) => number;
  /** The expression that starts at `index`, arithmetic and concatenation included. */
  readonly operand: (index: number) => Operand | undefined;
  /** True when a closing parenthesis has no opening one: the value left a parenthesis too. */
  readonly hasStrayParenthesis: boolean;
  /** Name and parenthesis: a call of `name`. */
  readonly isCall: (index: number) => boolean;
  /** True when a query, or a call of a known function, lies between the indices. */
  readonly holdsWork: (from: number, to: number) => boolean;
};

/** A reader over the tokens of `text`; comments between other tokens are left out. */
export const readSql = (text: string, all: readonly SqlToken[], context: SqlContext): SqlReader => {
  const tokens = all.filter((token, index) => token.kind !== 'x' && (token.kind !== 'c' || index === all.length - 1 || endsStatement(all, index)));
  const kind = (index: number): string => tokens[index]?.kind ?? '$';
  const textAt = (index: number): string => {
    const token = tokens[index];
    return token === undefined ? '' : text.slice(token.start, token.end);
  };
  const { closers, hasStray } = matchParentheses(tokens);
  const closing = (index: number): number => closers.get(index) ?? tokens.length;
  const isCall = (index: number): boolean => kind(index + 1) === '(' && CALLABLE.test(kind(index));
  // People put a blank before a parenthesis, programs that attack seldom do.
  const touches = (index: number): boolean => tokens[index]?.end === tokens[index + 1]?.start;
  const holdsWork = (from: number, to: number): boolean => {
    for (let index = from; index < to; index++) {
      if (textAt(index) === 'select' || kind(index) === 'v') return true;
      if (isCall(index) && ((isSqlFunction(textAt(index)) && touches(index)) || isAttackFunction(textAt(index)))) return true;
    }
    return false;
  };
  const operand = createOperand({ kind, textAt, closing, isCall, length: tokens.length });
  return {
    length: tokens.length,
    context,
    hasBroken: context !== 'bare' && kind(0) === 's' && CONTINUES.test(kind(1)) && !(PROSE.has(textAt(1)) && kind(2) === 'n' && /^[n$]$/.test(kind(3))),
    kind,
    text: textAt,
    is: (index, word) => textAt(index) === word,
    token: (index) => tokens[index],
    closing,
    operand,
    hasStrayParenthesis: hasStray,
    isCall,
    holdsWork,
  };
};

// Names, and words of the language that are functions too: left(, if(, row(, values(.
const CALLABLE = /^[nkTBEl&]$/;

// What may follow a literal in a statement. A name or a number cannot: that is prose with an apostrophe.
const CONTINUES = /^[)&oa,;cUBkTE(]$/;

// Words of the language that prose has too: an apostrophe, one of them and two plain words is a sentence.
const PROSE = new Set([
  'and',
  'or',
  'in',
  'is',
  'like',
  'as',
  'by',
  'on',
  'not',
  'all',
  'any',
  'some',
  'from',
  'set',
  'call',
  'order',
  'group',
  'left',
  'right',
  'top',
  'then',
  'when',
  'where',
  'end',
]);

const endsStatement = (all: readonly SqlToken[], index: number): boolean => {
  const token = all[index];
  const following = all[index + 1];
  // A line comment swallows the rest of its line: only a line break brings more tokens.
  return token !== undefined && following !== undefined && index === 0 && token.start === following.start;
};

const matchParentheses = (tokens: readonly SqlToken[]): { readonly closers: ReadonlyMap<number, number>; readonly hasStray: boolean } => {
  const open: number[] = [];
  const closers = new Map<number, number>();
  let hasStray = false;
  tokens.forEach((token, index) => {
    if (token.kind === '(') open.push(index);
    if (token.kind !== ')') return;
    const start = open.pop();
    if (start === undefined) hasStray = true;
    else closers.set(start, index);
  });
  return { closers, hasStray };
};

type Grammar = {
  readonly kind: (index: number) => string;
  readonly textAt: (index: number) => string;
  readonly closing: (index: number) => number;
  readonly isCall: (index: number) => boolean;
  readonly length: number;
};

const createOperand = (grammar: Grammar): ((index: number) => Operand | undefined) => {
  const { kind, textAt, closing, isCall, length } = grammar;
  const primary = (start: number): Operand | undefined => {
    let index = start;
    while (kind(index) === 'a' || textAt(index) === 'not' || textAt(index) === 'binary') index++;
    if (isCall(index) && kind(index) !== 'E' && kind(index) !== '&') return { end: Math.min(closing(index + 1) + 1, length), shape: 'call' };
    switch (kind(index)) {
      case '1':
      case 's':
      case 'S':
      case 'l':
        return { end: index + 1, shape: 'literal' };
      case 'v':
      case 'n':
        return { end: index + 1, shape: 'name' };
      case '(':
        return { end: Math.min(closing(index) + 1, length), shape: insideOf(index) };
      case 'E':
        return textAt(index) === 'select' ? { end: length, shape: 'query' } : undefined;
      default:
        return textAt(index) === 'case' ? { end: endOfCase(index), shape: 'call' } : undefined;
    }
  };
  const insideOf = (open: number): OperandShape => {
    let index = open;
    while (kind(index) === '(') index++;
    if (kind(index) === 'E') return 'query';
    return kind(index + 1) === ')' && /^[1sSl]$/.test(kind(index)) ? 'literal' : 'group';
  };
  const endOfCase = (start: number): number => {
    for (let index = start; index < length; index++) if (textAt(index) === 'end') return index + 1;
    return length;
  };
  return (start) => {
    const first = primary(start);
    if (first === undefined) return undefined;
    let { end, shape } = first;
    while (kind(end) === ':' && end + 1 < length) end += 2;
    while (kind(end) === 'a') {
      const following = primary(end + 1);
      if (following === undefined) break;
      end = following.end;
      if (following.shape !== 'literal') shape = following.shape;
      while (kind(end) === ':' && end + 1 < length) end += 2;
    }
    return { end, shape };
  };
};
