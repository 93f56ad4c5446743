/**
 * Undoes one layer of percent encoding: `%41`, `%u0041`, and UTF-8 sequences of them, overlong ones too (`%c0%ae` is a dot
 * to a lenient server). What is not an encoding stays as it is; bytes that are not UTF-8 become the Latin-1 character.
 */
export const decodePercent = (text: string): string => {
  let at = text.indexOf('%');
  if (at < 0) return text;
  let decoded = '';
  let from = 0;
  while (at >= 0) {
    const wide = wideAt(text, at);
    if (wide >= 0) {
      decoded += text.slice(from, at) + String.fromCharCode(wide);
      from = at + 6;
      at = text.indexOf('%', from);
      continue;
    }
    const bytes = bytesFrom(text, at);
    if (bytes.length === 0) {
      at = text.indexOf('%', at + 1);
      continue;
    }
    decoded += text.slice(from, at) + lenientUtf8(bytes);
    from = at + bytes.length * 3;
    at = text.indexOf('%', from);
  }
  return decoded + text.slice(from);
};

const wideAt = (text: string, at: number): number => {
  if ((text.charCodeAt(at + 1) | 0x20) !== 0x75) return -1;
  let value = 0;
  for (let index = at + 2; index < at + 6; index++) {
    const digit = hexDigit(text.charCodeAt(index));
    if (digit < 0) return -1;
    value = value * 16 + digit;
  }
  return value;
};

const bytesFrom = (text: string, start: number): readonly number[] => {
  const bytes: number[] = [];
  for (let at = start; text.charCodeAt(at) === 0x25; at += 3) {
    const high = hexDigit(text.charCodeAt(at + 1));
    const low = hexDigit(text.charCodeAt(at + 2));
    if (high < 0 || low < 0) break;
    bytes.push(high * 16 + low);
  }
  return bytes;
};

/** Value of a hexadecimal digit's character code, -1 for anything else. */
export const hexDigit = (code: number): number => {
  if (code >= 48 && code <= 57) return code - 48;
  const folded = code | 0x20;
  return folded >= 97 && folded <= 102 ? folded - 87 : -1;
};

const lenientUtf8 = (bytes: readonly number[]): string => {
  let text = '';
  for (let at = 0; at < bytes.length; at++) {
    const lead = bytes[at] ?? 0;
    const extra = lead >= 0xf0 && lead < 0xf8 ? 3 : lead >= 0xe0 ? 2 : lead >= 0xc0 ? 1 : 0;
    const tail = bytes.slice(at + 1, at + 1 + extra);
    if (lead < 0xc0 || lead >= 0xf8 || tail.length < extra || tail.some((byte) => (byte & 0xc0) !== 0x80)) {
      text += String.fromCharCode(lead);
      continue;
    }
    const value = tail.reduce((sum, byte) => sum * 64 + (byte & 0x3f), lead & (0x3f >> extra));
    text += value <= 0x10ffff ? String.fromCodePoint(value) : '\ufffd';
    at += extra;
  }
  return text;
};
