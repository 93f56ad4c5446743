/** The eight groups of an IPv6 address; undefined for anything else, also for one with a zone or a dotted end. Linear. */
export const groupsOfV6 = (text: string): readonly number[] | undefined => {
  if (text.length < 2 || text.length > MAX_TEXT) return undefined;
  const groups: number[] = [];
  let gapAt = -1;
  let value = 0;
  let digits = 0;
  // Two colons at the start: the loop then begins behind the first, as it does everywhere else.
  const startsWithGap = text.charCodeAt(0) === COLON && text.charCodeAt(1) === COLON;
  for (let at = startsWithGap ? 1 : 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code !== COLON) {
      const digit = digitOf(code);
      digits += 1;
      if (digit < 0 || digits > 4) return undefined;
      value = value * 16 + digit;
    } else if (digits > 0) {
      groups.push(value);
      value = 0;
      digits = 0;
    } else {
      if (gapAt >= 0 || (at === 0 && !startsWithGap)) return undefined;
      gapAt = groups.length;
    }
  }
  if (digits > 0) groups.push(value);
  else if (gapAt !== groups.length) return undefined;
  if (gapAt < 0) return groups.length === 8 ? groups : undefined;
  return groups.length > 7 ? undefined : [...groups.slice(0, gapAt), ...Array<number>(8 - groups.length).fill(0), ...groups.slice(gapAt)];
};

/** The one spelling of RFC 5952: lower case, no leading zeros, the first of the longest runs of zeros as `::`. */
export const textOfV6 = (groups: readonly number[]): string => {
  let [start, length] = [-1, 1];
  for (let at = 0; at < 8; at += 1) {
    let end = at;
    while (end < 8 && groups[end] === 0) end += 1;
    if (end - at > length) [start, length] = [at, end - at];
    at = Math.max(at, end);
  }
  const hex = (part: readonly number[]): string => part.map((group) => group.toString(16)).join(':');
  return start < 0 ? hex(groups) : `${hex(groups.slice(0, start))}::${hex(groups.slice(start + length))}`;
};

const COLON = 58;
const MAX_TEXT = 39;

const digitOf = (code: number): number => {
  if (code >= 48 && code <= 57) return code - 48;
  const lower = code | 32;
  return lower >= 97 && lower <= 102 ? lower - 87 : -1;
};
