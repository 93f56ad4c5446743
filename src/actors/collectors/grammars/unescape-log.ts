/**
 * Undoes what a web server does to a field before it writes it: `\xHH`, `\"`, `\\`, `\t`, `\n`, `\r`. Bytes above 0x7f become
 * the UTF-8 text they were, or replacement characters. What is not such an escape stays as it is.
 */
export const unescapeLog = (text: string): string => {
  const first = text.indexOf('\\');
  if (first < 0) return text;
  const pieces: string[] = [];
  let hasBytes = false;
  let done = 0;
  for (let at = first; at >= 0; ) {
    const next = text.charCodeAt(at + 1);
    const value = next === 120 ? hexAt(text, at + 2) : (PLAIN.get(next) ?? -1);
    if (value >= 0) {
      pieces.push(text.slice(done, at), String.fromCharCode(value));
      if (value > 0x7f) hasBytes = true;
      done = at + (next === 120 ? 4 : 2);
    }
    at = text.indexOf('\\', value >= 0 ? done : at + 1);
  }
  pieces.push(text.slice(done));
  const plain = pieces.join('');
  // A field that also holds characters above 0xff was not escaped byte by byte.
  return hasBytes && LATIN1.test(plain) ? Buffer.from(plain, 'latin1').toString('utf8') : plain;
};

const PLAIN = new Map([
  [34, 34],
  [92, 92],
  [110, 10],
  [114, 13],
  [116, 9],
  [98, 8],
  [102, 12],
  [118, 11],
]);

const LATIN1 = /^[\u0000-\u00ff]*$/;

const hexAt = (text: string, at: number): number => {
  const high = hexDigit(text.charCodeAt(at));
  const low = hexDigit(text.charCodeAt(at + 1));
  return high < 0 || low < 0 ? -1 : high * 16 + low;
};

const hexDigit = (code: number): number => {
  if (code >= 48 && code <= 57) return code - 48;
  const lower = code | 0x20;
  return lower >= 97 && lower <= 102 ? lower - 87 : -1;
};
