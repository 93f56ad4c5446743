import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A regular expression literal of a source file. */
export type RegexLiteral = { readonly file: string; readonly line: number; readonly source: string; readonly flags: string };

/** Every regular expression literal in the TypeScript files under a folder, and every `new RegExp(` (whose `source` is empty). */
export const regexLiteralsUnder = (folder: string): readonly RegexLiteral[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .sort()
    .flatMap((name) => regexLiteralsOf(readFileSync(join(folder, name), 'utf8'), join(folder, name)));

/** The same for one text. It knows comments, strings and templates, and tells a division by what stands before it. */
export const regexLiteralsOf = (text: string, file: string): readonly RegexLiteral[] => {
  const found: RegexLiteral[] = [];
  let at = 0;
  let before = '';
  while (at < text.length) {
    const skipped = skipAt(text, at);
    if (skipped > at) {
      if (!text.startsWith('//', at) && !text.startsWith('/*', at)) before = 'string';
      at = skipped;
      continue;
    }
    const end = text[at] === '/' && canStart(before) ? regexEnd(text, at) : -1;
    if (end > 0) {
      const flags = /^[a-z]*/.exec(text.slice(end))?.[0] ?? '';
      found.push({ file, line: lineOf(text, at), source: text.slice(at + 1, end - 1), flags });
      at = end + flags.length;
      before = 'regex';
      continue;
    }
    if (text.startsWith('new RegExp(', at)) found.push({ file, line: lineOf(text, at), source: '', flags: '' });
    const word = /^[\w$]+/.exec(text.slice(at, at + 64))?.[0];
    if (word !== undefined) before = word;
    else if (!/\s/.test(text[at] ?? '')) before = text[at] ?? '';
    at += word?.length ?? 1;
  }
  return found;
};

// End of the comment, string or template that starts here; `at` itself when none does. Templates with regexes inside `${}` are
// not taken apart: house style has none.
const skipAt = (text: string, at: number): number => {
  if (text.startsWith('//', at)) return endOr(text.indexOf('\n', at), text);
  if (text.startsWith('/*', at)) return endOr(text.indexOf('*/', at + 2) + 2, text);
  const quote = text[at];
  if (quote !== "'" && quote !== '"' && quote !== '`') return at;
  let end = at + 1;
  while (end < text.length && text[end] !== quote) end += text[end] === '\\' ? 2 : 1;
  return end + 1;
};

const endOr = (end: number, text: string): number => (end < 2 ? text.length : end);

const canStart = (before: string): boolean => before === '' || /^(?:[=(,:[!&|?{};+\-*%~^<>]|return|typeof|case|in|of)$/.test(before);

const regexEnd = (text: string, start: number): number => {
  let isClass = false;
  for (let at = start + 1; at < text.length; at++) {
    const character = text[at];
    if (character === '\n') return -1;
    if (character === '\\') at++;
    else if (character === '[') isClass = true;
    else if (character === ']') isClass = false;
    else if (character === '/' && !isClass) return at + 1;
  }
  return -1;
};

const lineOf = (text: string, at: number): number => text.slice(0, at).split('\n').length;
