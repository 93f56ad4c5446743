import { canonicalIp } from '../../domain/ip.ts';

/** Name servers in the text of a resolv.conf. */
export const resolversOf = (text: string): readonly string[] =>
  [...text.matchAll(/^[ \t]*nameserver[ \t]+(\S{1,64})/gm)].map((match) => canonicalIp(match[1] ?? '')).filter((address) => address !== undefined);
