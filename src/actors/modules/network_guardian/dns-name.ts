/** A name cut at the part that somebody registered. All lower case. */
export type DnsName = {
  readonly full: string;
  /** The registered domain: `example.co.uk`. */
  readonly base: string;
  /** The first label of `base`. */
  readonly label: string;
  /** What stands before `base`, without the dot; may be empty. */
  readonly sub: string;
};

/** Reads a domain name. Undefined for a text that is none: empty, too long, without a dot. */
export const readDnsName = (text: string): DnsName | undefined => {
  if (text.length < 3 || text.length > 255) return undefined;
  const full = (text.endsWith('.') ? text.slice(0, -1) : text).toLowerCase();
  const last = full.lastIndexOf('.');
  if (last <= 0) return undefined;
  let start = full.lastIndexOf('.', last - 1) + 1;
  if (start > 0 && isSuffix(full, start, last)) start = full.lastIndexOf('.', start - 2) + 1;
  const base = full.slice(start);
  const dot = base.indexOf('.');
  return { full, base, label: base.slice(0, dot), sub: start === 0 ? '' : full.slice(0, start - 1) };
};

// Two labels that nobody can register: second levels of countries, and services that give names away.
const isSuffix = (full: string, start: number, last: number): boolean =>
  (full.length - last === 3 && SECOND_LEVELS.has(full.slice(start, last))) || SHARED.has(full.slice(start));

const SECOND_LEVELS = new Set(
  'co com org net ac gov edu or ne go gob gouv nom mil ltd plc me sch nhs id ind gen firm web info biz gv in police school'.split(' '),
);
const SHARED = new Set(
  'duckdns.org ddns.net no-ip.org hopto.org zapto.org dyndns.org github.io gitlab.io netlify.app vercel.app pages.dev workers.dev herokuapp.com web.app firebaseapp.com blogspot.com azurewebsites.net ngrok.io'.split(
    ' ',
  ),
);

/** Shannon entropy of a text, bits per character (Shannon 1948). */
export const entropyOf = (text: string): number => {
  if (text.length === 0) return 0;
  const counts = new Map<number, number>();
  for (let at = 0; at < text.length; at++) counts.set(text.charCodeAt(at), (counts.get(text.charCodeAt(at)) ?? 0) + 1);
  let bits = 0;
  for (const count of counts.values()) bits -= (count / text.length) * Math.log2(count / text.length);
  return bits;
};

/** Share of consonants among the letters a to z of a text; 0 when it has none. */
export const consonantRatio = (text: string): number => {
  const letters = text.toLowerCase().match(/[a-z]/g) ?? [];
  return letters.length === 0 ? 0 : letters.filter((letter) => !'aeiou'.includes(letter)).length / letters.length;
};
