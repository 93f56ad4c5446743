import { editDistance } from './edit-distance.ts';
import { NPM_NAMES, OTHER_NAMES, PYPI_NAMES } from './popular-names.ts';

const MIN_LENGTH = 5;
const FAR_LENGTH = 9;
const MAX_NAME = 214;

/**
 * The well-known package a name is nearly that of, or empty. Known names and names under five letters are never misspellings: at that
 * length everything is near to something. One edit (a swap counts as one), two for names of nine letters and more.
 */
export const typosquatOf = (name: string, registry: string, known: ReadonlySet<string>): string => {
  const list = namesOf(registry);
  const isPypi = list === PYPI_NAMES;
  const plain = normal(name, isPypi);
  if (plain.length > MAX_NAME || list.has(plain) || known.has(plain) || known.has(name) || plain.startsWith('@')) return '';
  // `rn` for m, digits for letters: what the eye takes for the same.
  const seen = plain.replaceAll('rn', 'm').replaceAll('0', 'o').replaceAll('1', 'l').replaceAll('vv', 'w');
  const bare = plain.replace(/[-_.]/g, '');
  for (const real of list) {
    if (real.length < MIN_LENGTH || Math.abs(real.length - plain.length) > 2) continue;
    if (real.replace(/[-_.]/g, '') === bare || real === seen) return real;
  }
  if (plain.length < MIN_LENGTH) return '';
  for (const real of list) {
    if (real.length < MIN_LENGTH) continue;
    const limit = Math.min(real.length, plain.length) >= FAR_LENGTH ? 2 : 1;
    if (Math.abs(real.length - plain.length) > limit || isVariant(plain, real)) continue;
    if (editDistance(plain, real, limit) <= limit) return real;
  }
  return '';
};

const namesOf = (registry: string): ReadonlySet<string> => {
  const name = registry.toLowerCase();
  if (/npm|yarn|pnpm|node/.test(name)) return NPM_NAMES;
  return /pypi|pip|python/.test(name) ? PYPI_NAMES : OTHER_NAMES;
};

// PEP 503: on PyPI case and runs of `-`, `_` and `.` make no difference.
const normal = (name: string, isPypi: boolean): string => {
  const lower = name
    .trim()
    .slice(0, MAX_NAME + 1)
    .toLowerCase();
  return isPypi ? lower.replace(/[-_.]+/g, '-') : lower;
};

// Numbered siblings are families of their own: mysql2, psycopg3, sqlite4.
const isVariant = (name: string, real: string): boolean => /\d$/.test(name) && withoutNumber(name) === withoutNumber(real);

const withoutNumber = (name: string): string => {
  let end = name.length;
  while (end > 0 && name.charCodeAt(end - 1) >= 48 && name.charCodeAt(end - 1) <= 57) end--;
  return name.slice(0, end);
};
