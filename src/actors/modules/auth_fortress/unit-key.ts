/**
 * What an address is counted under: an IPv4 address itself, the /64 of an IPv6 address as its first four groups. Takes
 * canonical text. Written for the hot path: the parser of `domain/ip.ts` takes microseconds.
 */
export const unitKey = (address: string): string => {
  const first = address.indexOf(':');
  if (first < 0) return address;
  const gap = address.indexOf('::');
  const fourth = fourthColon(address, first);
  if (gap < 0 || (fourth >= 0 && fourth <= gap)) return address.slice(0, fourth);
  return expanded(address, gap);
};

const fourthColon = (address: string, first: number): number => {
  let at = first;
  for (let group = 1; group < 4 && at >= 0; group++) at = address.indexOf(':', at + 1);
  return at;
};

const expanded = (address: string, gap: number): string => {
  const left = groupsOf(address.slice(0, gap));
  const right = groupsOf(address.slice(gap + 2));
  const zeros = Array.from({ length: Math.max(0, 8 - left.length - right.length) }, () => '0');
  return [...left, ...zeros, ...right].slice(0, 4).join(':');
};

const groupsOf = (text: string): readonly string[] => (text === '' ? [] : text.split(':'));
