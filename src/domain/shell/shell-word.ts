import { unescapeText } from './shell-escapes.ts';

/** A word after quotes and expansions. */
export type Word = {
  readonly value: string;
  /** Spelled to hide itself: quotes, backslashes or blank-making expansions inside a name. */
  readonly isObfuscated: boolean;
  /** Programs whose output became part of it. */
  readonly feeds: readonly string[];
};

/** The text being read and where, with what the reader knows so far. */
export type Cursor = {
  readonly text: string;
  at: number;
  readonly variables: Map<string, string>;
  isCut: boolean;
};

export type Nested = {
  readonly output: string | undefined;
  readonly feeds: readonly string[];
  /** What stands for an output that cannot be known: `$(pgrep sshd)`. */
  readonly placeholder: string;
};

/** Reads what is inside `$( … )`, `<( … )` or backticks; `inner` is set for backticks only. */
export type ReadNested = (inner: string | undefined) => Nested;

const MAX_WORD = 4096;

/** Reads one word; several come out when an expansion or braces make several. Leaves the cursor where it is if none starts here. */
export const readWord = (cursor: Cursor, readNested: ReadNested): Word[] => {
  const { text } = cursor;
  const start = cursor.at;
  const done: Word[] = [];
  let part = emptyPart();
  const append = (piece: string): void => {
    part.isStarted = true;
    if (part.value.length + piece.length <= MAX_WORD) part.value += piece;
    else cursor.isCut = true;
  };
  const push = (): void => {
    if (part.isStarted && done.length < 64) done.push({ value: part.value, isObfuscated: part.isObfuscated, feeds: part.feeds });
    part = emptyPart();
  };
  const appendSplit = (piece: string): void => {
    if (!/\s/.test(piece)) {
      if (piece !== '') append(piece);
      return;
    }
    for (const [index, chunk] of piece.split(/\s+/).entries()) {
      if (index > 0) push();
      if (chunk !== '') append(chunk);
    }
  };
  while (cursor.at < text.length) {
    const char = text[cursor.at] ?? '';
    if ((char === '<' || char === '>') && text[cursor.at + 1] === '(' && !part.isStarted) {
      cursor.at += 2;
      part.feeds.push(...readNested(undefined).feeds);
      append('/dev/fd/63');
    } else if (ENDS_WORD.has(char)) {
      break;
    } else if (char === '\\') {
      const next = text[cursor.at + 1] ?? '';
      if (part.isStarted) part.isObfuscated ||= isLetter(next);
      if (next !== '\n') append(next);
      cursor.at += 2;
    } else if (char === "'") {
      const end = indexOrEnd(text, "'", cursor.at + 1);
      part.isObfuscated ||= isSplitName(text, cursor.at, end);
      append(text.slice(cursor.at + 1, end));
      cursor.at = end + 1;
    } else if (char === '"') {
      const open = cursor.at;
      readDoubleQuotes(cursor, readNested, append, part.feeds);
      part.isObfuscated ||= isSplitName(text, open, cursor.at - 1);
    } else if (char === '$' && text[cursor.at + 1] === "'") {
      const end = ansiEnd(text, cursor.at + 2);
      const inner = text.slice(cursor.at + 2, end);
      part.isObfuscated ||= /\\[x0-7u]/.test(inner);
      append(unescapeText(inner));
      cursor.at = end + 1;
    } else if (char === '$' || char === '`') {
      const expansion = readExpansion(cursor, readNested);
      part.feeds.push(...expansion.feeds);
      part.isStarted ||= expansion.feeds.length > 0;
      const isInside = part.value !== '' || !ENDS_WORD.has(text[cursor.at] ?? ' ');
      part.isObfuscated ||= expansion.isTrick && isInside;
      if (expansion.isOpaque === true) append(expansion.value);
      else appendSplit(expansion.value);
      if (expansion.isTrick && isInside) part.isObfuscated = true;
    } else {
      let end = cursor.at + 1;
      while (end < text.length && !SPECIAL.has(text[end] ?? '')) end += 1;
      append(text.slice(cursor.at, end));
      cursor.at = end;
    }
  }
  push();
  const only = done.length === 1 ? done[0] : undefined;
  return only === undefined ? done : expandBraces(only, text.slice(start, cursor.at));
};

type Part = { value: string; isObfuscated: boolean; isStarted: boolean; readonly feeds: string[] };
const emptyPart = (): Part => ({ value: '', isObfuscated: false, isStarted: false, feeds: [] });

const ENDS_WORD: ReadonlySet<string> = new Set([' ', '\t', '\n', '\r', ';', '&', '|', '(', ')', '<', '>']);
const SPECIAL: ReadonlySet<string> = new Set([...ENDS_WORD, '\\', "'", '"', '$', '`']);

const isLetter = (char: string): boolean => (char >= 'a' && char <= 'z') || (char >= 'A' && char <= 'Z');

const indexOrEnd = (text: string, needle: string, from: number): number => {
  const index = text.indexOf(needle, from);
  return index === -1 ? text.length : index;
};

// `c'a't` or `w""get`: letters on both sides of a short or empty quoted piece.
const isSplitName = (text: string, open: number, close: number): boolean =>
  close - open <= 4 && isLetter(text[open - 1] ?? '') && isLetter(text[close + 1] ?? '') && !/[^A-Za-z'"/]/.test(text.slice(open, close));

const ansiEnd = (text: string, from: number): number => {
  let at = from;
  while (at < text.length && text[at] !== "'") at += text[at] === '\\' ? 2 : 1;
  return Math.min(at, text.length);
};

const readDoubleQuotes = (cursor: Cursor, readNested: ReadNested, append: (piece: string) => void, feeds: string[]): void => {
  const { text } = cursor;
  cursor.at += 1;
  append('');
  while (cursor.at < text.length && text[cursor.at] !== '"') {
    const char = text[cursor.at] ?? '';
    if (char === '\\') {
      const next = text[cursor.at + 1] ?? '';
      append('$`"\\'.includes(next) ? next : `\\${next}`);
      cursor.at += 2;
    } else if (char === '$' || char === '`') {
      const expansion = readExpansion(cursor, readNested);
      feeds.push(...expansion.feeds);
      append(expansion.value);
    } else {
      let end = cursor.at + 1;
      while (end < text.length && !'"\\$`'.includes(text[end] ?? '')) end += 1;
      append(text.slice(cursor.at, end));
      cursor.at = end;
    }
  }
  cursor.at += 1;
};

type Expansion = { readonly value: string; readonly feeds: readonly string[]; readonly isTrick: boolean; readonly isOpaque?: boolean };

const substituted = (nested: Nested): Expansion => ({
  value: nested.output ?? nested.placeholder,
  feeds: nested.feeds,
  isTrick: false,
  isOpaque: nested.output === undefined,
});

const plain = (value: string): Expansion => ({ value, feeds: [], isTrick: false });

const readExpansion = (cursor: Cursor, readNested: ReadNested): Expansion => {
  const { text } = cursor;
  if (text[cursor.at] === '`') {
    const end = backtickEnd(text, cursor.at + 1);
    const inner = text.slice(cursor.at + 1, end).replaceAll('\\`', '`');
    cursor.at = end + 1;
    return substituted(readNested(inner));
  }
  const next = text[cursor.at + 1] ?? '';
  if (next === '(' && text[cursor.at + 2] === '(') {
    cursor.at = indexOrEnd(text, '))', cursor.at + 3) + 2;
    return plain('0');
  }
  if (next === '(') {
    cursor.at += 2;
    return substituted(readNested(undefined));
  }
  if (next === '{') return readBraced(cursor);
  if (next === '@' || next === '*') {
    cursor.at += 2;
    return { value: '', feeds: [], isTrick: true };
  }
  NAME.lastIndex = cursor.at + 1;
  const name = NAME.exec(text)?.[0];
  if (name === undefined) {
    cursor.at += next !== '' && '?!$#-0123456789'.includes(next) ? 2 : 1;
    return plain(`$${text[cursor.at - 1] === '$' && next !== '$' ? '' : next}`);
  }
  cursor.at += 1 + name.length;
  return { ...variableOf(cursor.variables, name), isTrick: name === 'IFS' };
};

const NAME = /[A-Za-z_][A-Za-z0-9_]{0,63}/y;

const backtickEnd = (text: string, from: number): number => {
  let at = from;
  while (at < text.length && text[at] !== '`') at += text[at] === '\\' ? 2 : 1;
  return Math.min(at, text.length);
};

const BRACED = /^([A-Za-z_][A-Za-z0-9_]{0,63})(?:(:?[-=+?])(.*)|:(\d{1,4})(?::(\d{1,4}))?|([#%/^,@].*))?$/s;

// Stands for `${…}` that no shell would take, or that is not followed here.
const UNREADABLE = '$\u007b}';

const readBraced = (cursor: Cursor): Expansion => {
  const end = indexOrEnd(cursor.text, '}', cursor.at + 2);
  const inner = cursor.text.slice(cursor.at + 2, Math.min(end, cursor.at + 258));
  cursor.at = end + 1;
  const match = BRACED.exec(inner);
  if (match === null) return { value: inner === '@' || inner === '*' ? '' : UNREADABLE, feeds: [], isTrick: true };
  const [, name = '', operator, fallback = '', offset, length] = match;
  const known = variableOf(cursor.variables, name);
  const isKnown = cursor.variables.has(name);
  if (operator?.endsWith('-') === true || operator?.endsWith('=') === true) return { ...(isKnown ? known : plain(fallback)), isTrick: false };
  if (offset !== undefined) {
    const source = name === 'PATH' || name === 'HOME' || name === 'PWD' ? '/usr/local/bin:/usr/bin:/bin' : known.value;
    return { value: source.slice(Number(offset), length === undefined ? undefined : Number(offset) + Number(length)), feeds: known.feeds, isTrick: true };
  }
  return { ...known, isTrick: name === 'IFS' };
};

const variableOf = (variables: ReadonlyMap<string, string>, name: string): Expansion => {
  if (name === 'IFS') return plain(' ');
  const feeds = variables.get(`${name} feeds`)?.split(' ') ?? [];
  const value = variables.get(name) ?? (name === 'HOME' ? '~' : `$${name}`);
  return { value, feeds, isTrick: false, isOpaque: value.startsWith('$(') };
};

// `{cat,/etc/passwd}` and `/var/log/{w,b}tmp`; only words without quotes, at most 8 results.
const expandBraces = (word: Word, raw: string): Word[] => {
  const open = word.value.indexOf('{');
  if (open === -1 || raw !== word.value) return [word];
  const close = word.value.indexOf('}', open);
  const inside = word.value.slice(open + 1, close);
  if (close === -1 || !inside.includes(',') || inside.length > 512) return [word];
  const isCommandLike = open === 0 && close === word.value.length - 1;
  const before = word.value.slice(0, open);
  const after = word.value.slice(close + 1);
  return inside.split(',', 8).map((choice) => ({ value: `${before}${choice}${after}`, isObfuscated: word.isObfuscated || isCommandLike, feeds: word.feeds }));
};
