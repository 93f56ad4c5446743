import { flagOf, type SecurityEvent, textOf } from '../../../domain/event.ts';
import { hashOfKey } from '../../../domain/windows/keyed-slots.ts';
import { mixOf } from '../../../domain/windows/pair-slots.ts';
import { unitKey } from '../../../domain/windows/unit-key.ts';

// A longer name is cut for counting: names are the client's text, and the tables are bounded in bytes too.
const MAX_KEY = 64;

/** The account an event is about, cut to 64 characters; empty when it names none. */
export const userOf = (event: SecurityEvent): string => {
  const named = event.details['username'];
  const user = typeof named === 'string' ? named : (event.entities.user ?? textOf(event.details, 'username'));
  return user.length > MAX_KEY ? user.slice(0, MAX_KEY) : user;
};

/** Where the attempt came from: the address (IPv6: its /64), or the terminal for what happens on the host itself. */
export const placeOf = (event: SecurityEvent): string => {
  if (event.sourceIp !== undefined) return unitKey(event.sourceIp);
  return `tty ${textOf(event.details, 'tty').slice(0, MAX_KEY)}`;
};

/** Key of one account at one place. */
export const pairKey = (user: string, place: string): string => `${user}\n${place}`;

/** Hash of such a key, from those of its parts. */
export const pairHash = (user: string, place: string): number => mixOf(hashOfKey(user), hashOfKey(place));

/** True when the source says that there is no such account. */
export const isUnknownUser = (event: SecurityEvent): boolean => {
  const value = event.details['unknown_user'];
  return value === true || (value !== undefined && value !== false && flagOf(event.details, 'unknown_user') === true);
};

const KEY_METHODS: ReadonlySet<string> = new Set(['publickey', 'hostbased', 'gssapi-with-mic', 'gssapi-keyex', 'certificate', 'passkey', 'fido2', 'webauthn']);

/** True when the login did not use anything that can be guessed. */
export const isKeyMethod = (event: SecurityEvent): boolean =>
  KEY_METHODS.has(textOf(event.details, 'method')) || KEY_METHODS.has(textOf(event.details, 'auth_method'));
