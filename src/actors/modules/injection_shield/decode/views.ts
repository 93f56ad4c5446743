import { decodeEntities } from './entities.ts';
import { decodeAllEscapes, decodeNumericEscapes } from './escapes.ts';
import { decodePercent } from './percent.ts';
import { foldUnicode } from './unicode.ts';

/** One reading of a value: `text` as a parser behind us may see it, `lower` the same in lower case (equal length). */
export type View = { readonly text: string; readonly lower: string };

/** Every reading of one value, each at most once. */
export type Views = {
  /** As received. */
  readonly raw: View;
  /** Encodings undone before Unicode was folded; the same object as `decoded` when folding changed nothing. */
  readonly unfolded: View;
  /** Encodings undone to a fixed point, Unicode folded. Comments, NUL and blanks are still there. */
  readonly decoded: View;
  /** Further readings: `+` as a blank, escapes undone, comments and NUL gone, blanks collapsed. */
  readonly others: readonly View[];
};

// Three layers of encoding are an attack by themselves; more are not looked through.
const MAX_ROUNDS = 4;

/** The readings of `text`. `plus` says whether `+` is a blank by the rules of its place (query string, form). */
export const viewsOf = (text: string, plus: 'blank' | 'unknown'): Views => {
  const decodedOnce = plus === 'blank' ? decodeLayers(text.replaceAll('+', ' ')) : decodeLayers(text);
  const folded = foldUnicode(decodedOnce);
  const raw = viewOf(text);
  const unfolded = decodedOnce === text ? raw : viewOf(decodedOnce);
  const decoded = folded === decodedOnce ? unfolded : viewOf(folded);
  const seen = new Set([decoded.lower]);
  const others: View[] = [];
  const add = (reading: string): void => {
    const view = viewOf(reading);
    if (seen.has(view.lower)) return;
    seen.add(view.lower);
    others.push(view);
  };
  // A query may hold a `+` that means plus ('a'+'b'), a bare value one that means blank (union+select).
  if (plus === 'unknown' && text.includes('+')) add(foldUnicode(decodeLayers(text.replaceAll('+', ' '))));
  else if (plus === 'blank' && JOINING_PLUS.test(text)) add(foldUnicode(decodeLayers(text)));
  else if (folded.includes('+') && !folded.includes(' ')) add(folded.replaceAll('+', ' '));
  if (needsFlattening(folded)) add(flatten(folded));
  return { raw, unfolded, decoded, others };
};

// A plus between quotes or parentheses joins or adds, even where it should have been encoded.
const JOINING_PLUS = /(?:['")]|%2[279])\+|\+(?:['"(]|%2[278])/i;

/** Everything at once, for comparison and display: what the compatible interface calls the normalised input. */
export const normaliseInput = (text: string): string => flatten(foldUnicode(decodeLayers(text)));

/** A view of text that needs no decoding. */
export const viewOf = (text: string): View => ({ text, lower: lowerOf(text) });

// Some capitals (İ) grow when lowered; offsets must agree, so those texts are lowered in ASCII only.
const lowerOf = (text: string): string => {
  const lower = text.toLowerCase();
  return lower.length === text.length ? lower : text.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
};

const ENCODED = /[%&\\]/;

/** Undoes URL encoding, HTML references and numeric escapes until nothing changes. */
export const decodeLayers = (text: string): string => {
  let current = text;
  for (let round = 0; round < MAX_ROUNDS && ENCODED.test(current); round++) {
    const next = decodeNumericEscapes(decodeEntities(decodePercent(current)));
    if (next === current) return current;
    current = next;
  }
  return current;
};

const FLATTENED = /\/\*|\\|\0|[\t-\r]| {2}/;
const needsFlattening = (text: string): boolean => FLATTENED.test(text);

const flatten = (text: string): string => withoutComments(decodeAllEscapes(text).replaceAll('\0', '')).replace(/[\t-\r ]+/g, ' ');

const withoutComments = (text: string): string => {
  let open = text.indexOf('/*');
  if (open < 0) return text;
  let kept = '';
  let from = 0;
  while (open >= 0) {
    const close = text.indexOf('*/', open + 2);
    if (close < 0) break;
    kept += text.slice(from, open);
    from = close + 2;
    open = text.indexOf('/*', from);
  }
  return kept + text.slice(from);
};
