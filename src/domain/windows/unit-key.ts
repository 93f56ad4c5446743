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
  const left = groupsIn(address, 0, gap);
  const zeros = Math.max(0, 8 - left - groupsIn(address, gap + 2, address.length));
  // Almost always the gap reaches over the fourth group.
  if (left + zeros >= 4) return address.slice(0, gap) + (ZEROS_AFTER[left] ?? '');
  const groups = [...address.slice(0, gap).split(':').slice(0, left), ...ZEROS.slice(0, zeros), ...address.slice(gap + 2).split(':')];
  return groups.slice(0, 4).join(':');
};

const ZEROS = ['0', '0', '0', '0'];
const ZEROS_AFTER = ['0:0:0:0', ':0:0:0', ':0:0', ':0', ''];

const groupsIn = (address: string, from: number, to: number): number => {
  if (from >= to) return 0;
  let groups = 1;
  for (let at = from; at < to; at++) if (address.charCodeAt(at) === COLON) groups++;
  return groups;
};

const COLON = 58;
