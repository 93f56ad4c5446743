import { createHash } from 'node:crypto';
import { SecError } from '../domain/errors.ts';

/**
 * Keys are printable ASCII without blanks, so that the order of JavaScript strings is the order of bytes on disk.
 * Parts of a compound key are joined by one blank, which sorts before everything a part may hold.
 */
export const isPlainKey = (text: string): boolean => PLAIN.test(text);

const PLAIN = /^[\x21-\x7e]{1,96}$/;

/** An id as a key. Throws SEC_INPUT_INVALID when it is not 1 to 96 printable ASCII characters without blanks. */
export const idKey = (id: string): string => {
  if (!isPlainKey(id)) throw new SecError('SEC_INPUT_INVALID', `an id must be 1 to 96 plain characters, got "${id.slice(0, 100)}"`);
  return id;
};

/** Any text as one part of a key: itself when plain, else 128 bits of its SHA-256. */
export const keyPart = (text: string): string =>
  isPlainKey(text) && !text.startsWith('#') ? text : `#${createHash('sha256').update(text).digest('hex').slice(0, 32)}`;

/** A whole number of at most 15 digits, so that text order is number order. */
export const numberKey = (value: number): string => String(Math.max(0, Math.trunc(value))).padStart(15, '0');

/** Half-open bounds of the keys that start with `prefix`: `from` inclusive, `to` exclusive. */
export const prefixBounds = (prefix: string): { readonly from: string; readonly to: string } => ({ from: prefix, to: `${prefix}\x7f` });
