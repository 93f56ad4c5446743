/** Text of `$'…'`, `echo -e` and `printf`: backslash escapes resolved, unknown ones kept. */
export const unescapeText = (text: string): string => (text.includes('\\') ? text.replace(ESCAPE, resolve) : text);

const ESCAPE = /\\(?:x[0-9a-fA-F]{1,2}|u[0-9a-fA-F]{1,4}|0?[0-7]{1,3}|[abefnrtv\\'"?])/g;

const NAMED: { readonly [letter: string]: string } = { a: '\x07', b: '\b', e: '\x1b', f: '\f', n: '\n', r: '\r', t: '\t', v: '\v' };

const resolve = (match: string): string => {
  const letter = match[1] ?? '';
  if (letter === 'x' || letter === 'u') return String.fromCharCode(Number.parseInt(match.slice(2), 16));
  if (letter >= '0' && letter <= '7') return String.fromCharCode(Number.parseInt(match.slice(1), 8) & 0xff);
  return NAMED[letter] ?? letter;
};

/** Decoded base64 when it is plausible text, else undefined. */
export const decodeBase64 = (text: string): string | undefined => {
  const compact = text.replace(/\s+/g, '');
  if (compact.length < 4 || !/^[A-Za-z0-9+/_-]+={0,2}$/.test(compact)) return undefined;
  return printable(Buffer.from(compact, 'base64').toString('latin1'));
};

/** Decoded hexadecimal when it is plausible text, else undefined. */
export const decodeHex = (text: string): string | undefined => {
  const compact = text.replace(/\\x|\s+/g, '');
  if (compact.length < 4 || compact.length % 2 === 1 || !/^[0-9a-fA-F]+$/.test(compact)) return undefined;
  return printable(Buffer.from(compact, 'hex').toString('latin1'));
};

const printable = (text: string): string | undefined => (/^[\t\r\n\x20-\x7e\x80-\xff]*$/.test(text) && text !== '' ? text : undefined);

/** `tr 'A-Z' 'N-ZA-M'` on a text; sets longer than 256 characters are cut. */
export const translate = (text: string, from: string, to: string): string => {
  const source = spread(from);
  const target = spread(to);
  if (source === '' || target === '') return text;
  const map = new Map<string, string>();
  for (let index = 0; index < source.length; index += 1) map.set(source[index] ?? '', target[Math.min(index, target.length - 1)] ?? '');
  let out = '';
  for (const character of text) out += map.get(character) ?? character;
  return out;
};

const spread = (set: string): string => {
  let out = '';
  for (let index = 0; index < set.length && out.length < 256; index += 1) {
    const first = set.charCodeAt(index);
    const last = set[index + 1] === '-' && index + 2 < set.length ? set.charCodeAt(index + 2) : first;
    for (let code = first; code <= last && out.length < 256; code += 1) out += String.fromCharCode(code);
    if (last !== first) index += 2;
  }
  return out;
};
