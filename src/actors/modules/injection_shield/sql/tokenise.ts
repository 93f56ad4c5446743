import { sqlWord } from './words.ts';

/**
 * One token. Kinds: those of `words.ts` and `1` number, `s` closed string, `S` string that never closes, `n` name,
 * `v` variable, `a` arithmetic, `o` comparison, `c` comment, `x` versioned comment mark, punctuation as itself, `?` the rest.
 */
export type SqlToken = { readonly kind: string; readonly start: number; readonly end: number };

/** Where the value is put into a statement: plain, or inside one of the quotes. */
export type SqlContext = 'bare' | "'" | '"' | '`';

const MAX_TOKENS = 192;

/**
 * Tokens of lower-case `text` as SQL, the union of the dialects. In a quote context the text up to the first such quote is
 * one string token: the value starts inside a literal. Never fails; stops after 192 tokens.
 */
export const tokeniseSql = (text: string, context: SqlContext): readonly SqlToken[] => {
  const tokens: SqlToken[] = [];
  let at = 0;
  if (context !== 'bare') {
    const end = closingQuote(text, 0, context);
    tokens.push({ kind: end < 0 ? 'S' : 's', start: 0, end: end < 0 ? text.length : end + 1 });
    at = end < 0 ? text.length : end + 1;
  }
  while (at < text.length && tokens.length < MAX_TOKENS) {
    const code = text.charCodeAt(at);
    if (code <= 32) {
      at++;
      continue;
    }
    const token = next(text, at, code);
    tokens.push(token);
    at = token.end;
  }
  return tokens;
};

const next = (text: string, at: number, code: number): SqlToken => {
  if (isDigit(code)) return numberAt(text, at);
  if (isWordStart(code)) return wordAt(text, at);
  const character = text[at] ?? '';
  if (character === "'" || character === '"' || character === '`') return stringAt(text, at, character);
  if (character === '.' && isDigit(text.charCodeAt(at + 1))) return numberAt(text, at);
  if (character === '-' && text[at + 1] === '-') return { kind: 'c', start: at, end: lineEnd(text, at) };
  if (character === '#') return { kind: 'c', start: at, end: lineEnd(text, at) };
  if (character === '/' && text[at + 1] === '*') return blockComment(text, at);
  if (character === '*' && text[at + 1] === '/') return { kind: 'x', start: at, end: at + 2 };
  if (character === '@') return variableAt(text, at);
  return operatorAt(text, at, character);
};

const isDigit = (code: number): boolean => code >= 48 && code <= 57;
const isWordStart = (code: number): boolean => (code >= 97 && code <= 122) || code === 95 || code > 127;
const isWordPart = (code: number): boolean => isWordStart(code) || isDigit(code) || code === 36;

const NUMBER = /0x[0-9a-f]*|0b[01]+|(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?/y;

const numberAt = (text: string, at: number): SqlToken => {
  NUMBER.lastIndex = at;
  const length = NUMBER.exec(text)?.[0].length ?? 1;
  return { kind: '1', start: at, end: at + length };
};

const wordAt = (text: string, at: number): SqlToken => {
  // N'…', x'…', b'…', _utf8'…': the word belongs to the string.
  const prefix = STRING_PREFIX.exec(text.slice(at, at + 12));
  if (prefix !== null) return { ...stringAt(text, at + prefix[0].length - 1, "'"), start: at };
  let end = at;
  while (end < text.length && isWordPart(text.charCodeAt(end))) end++;
  const kind = sqlWord(text.slice(at, end));
  if (kind !== undefined && text[end] !== '.') return { kind, start: at, end };
  // a.b.c and master..sysdatabases are one name.
  let from = end;
  while (text[from] === '.' && (isWordPart(text.charCodeAt(from + 1)) || text[from + 1] === '.')) {
    from++;
    while (from < text.length && isWordPart(text.charCodeAt(from))) from++;
  }
  return { kind: 'n', start: at, end: from };
};

const STRING_PREFIX = /^(?:[nxbe]|_utf8|_latin1|_binary)'/;

const stringAt = (text: string, at: number, quote: string): SqlToken => {
  const close = closingQuote(text, at + 1, quote);
  if (close < 0) return { kind: 'S', start: at, end: text.length };
  return { kind: quote === '`' ? 'n' : 's', start: at, end: close + 1 };
};

// A doubled quote and a quote after an odd number of backslashes stay inside.
const closingQuote = (text: string, from: number, quote: string): number => {
  let at = text.indexOf(quote, from);
  while (at >= 0) {
    if (text[at + 1] === quote && at + 2 < text.length && !ENDS_EMPTY.test(text[at + 2] ?? '')) at = text.indexOf(quote, at + 2);
    else if (isEscaped(text, at, from)) at = text.indexOf(quote, at + 1);
    else return at;
  }
  return -1;
};

// `''` before an operator is an empty string far more often than an escaped quote in what attackers send.
const ENDS_EMPTY = /[\s=<>|&)+,;#-]/;

const isEscaped = (text: string, at: number, from: number): boolean => {
  let slashes = 0;
  while (at - slashes - 1 >= from && text[at - slashes - 1] === '\\') slashes++;
  return slashes % 2 === 1;
};

const lineEnd = (text: string, at: number): number => {
  const end = text.indexOf('\n', at);
  return end < 0 ? text.length : end;
};

// MySQL runs what is inside /*! … */: the mark is a token, the inside is code.
const blockComment = (text: string, at: number): SqlToken => {
  if (text[at + 2] === '!') {
    VERSION.lastIndex = at + 3;
    return { kind: 'x', start: at, end: at + 3 + (VERSION.exec(text)?.[0].length ?? 0) };
  }
  const close = text.indexOf('*/', at + 2);
  return { kind: 'c', start: at, end: close < 0 ? text.length : close + 2 };
};

const VERSION = /\d{0,6}/y;

const variableAt = (text: string, at: number): SqlToken => {
  let end = at;
  while (text[end] === '@' && end < at + 2) end++;
  const named = end;
  while (end < text.length && (isWordPart(text.charCodeAt(end)) || text[end] === '.')) end++;
  return { kind: end > named || end === at + 2 ? 'v' : '?', start: at, end };
};

const COMPARISON = /<=>|[<>!=^]=|<>|:=|==|[<>=]|~~\*?|!~/y;
const ARITHMETIC = '+-*/%^&|~!';

const operatorAt = (text: string, at: number, character: string): SqlToken => {
  const pair = text.slice(at, at + 2);
  if (pair === '&&') return { kind: '&', start: at, end: at + 2 };
  if (pair === '||') return { kind: 'a', start: at, end: at + 2 };
  COMPARISON.lastIndex = at;
  const comparison = COMPARISON.exec(text)?.[0];
  if (comparison !== undefined) return { kind: 'o', start: at, end: at + comparison.length };
  if (pair === '::') return { kind: ':', start: at, end: at + 2 };
  if (ARITHMETIC.includes(character)) return { kind: 'a', start: at, end: at + 1 };
  return { kind: '(),;.{}[]:'.includes(character) ? character : '?', start: at, end: at + 1 };
};
