import { canonicalIp } from '../../../domain/ip.ts';

/**
 * `canonicalIp` for hot paths: plain dotted quads are checked in place, IPv6 texts are remembered (bounded).
 * Undefined for anything that is not an address.
 */
export const addressOf = (text: string): string | undefined => {
  const length = text.length;
  if (length < 2 || length > 64) return undefined;
  if (isQuad(text, length)) return text;
  if (!text.includes(':')) return undefined;
  const known = memory.get(text);
  if (known !== undefined) return known;
  const address = canonicalIp(text);
  if (address === undefined) return undefined;
  if (memory.size >= MAX_REMEMBERED) memory.clear();
  memory.set(text, address);
  return address;
};

const MAX_REMEMBERED = 4096;
const memory = new Map<string, string>();

const isQuad = (text: string, length: number): boolean => {
  if (length < 7 || length > 15) return false;
  let dots = 0;
  let value = -1;
  for (let at = 0; at < length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === 46) {
      if (value < 0) return false;
      dots += 1;
      value = -1;
      continue;
    }
    // A leading zero would be octal to some readers and decimal to others.
    if (code < 48 || code > 57 || value === 0) return false;
    value = value < 0 ? code - 48 : value * 10 + code - 48;
    if (value > 255) return false;
  }
  return dots === 3 && value >= 0;
};
