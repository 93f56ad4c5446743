import { createHash } from 'node:crypto';

/** One line of /etc/shadow: name, password field and what follows it, as written. */
export type ShadowLine = { readonly text: string; readonly password: string; readonly rest: readonly string[] };

/** The line of an account, or undefined when it has none. */
export const shadowLineOf = (text: string, user: string): ShadowLine | undefined => {
  const line = text.split('\n').find((candidate) => candidate.startsWith(`${user}:`));
  if (line === undefined) return undefined;
  const [, password = '', ...rest] = line.split(':');
  return { text: line, password, rest };
};

/** A locked password field begins with `!`: no password fits it. */
export const isLocked = (line: ShadowLine): boolean => line.password.startsWith('!');

/** Whether some password, or none at all, opens the account. */
export const hasUsablePassword = (line: ShadowLine): boolean => !line.password.startsWith('!') && !line.password.startsWith('*');

/** Day (since 1970) from which the account is closed; undefined when it never is. Field 8 of the line. */
export const expiryDayOf = (line: ShadowLine): number | undefined => {
  const field = line.rest[EXPIRY] ?? '';
  return /^[0-9]{1,9}$/.test(field) ? Number(field) : undefined;
};

/** The same line with another password field and other fields after it. */
export const lineWith = (user: string, password: string, rest: readonly string[]): string => [user, password, ...rest].join(':');

/** The fields after the password with another day of expiry. */
export const withExpiry = (rest: readonly string[], expiry: string): readonly string[] => rest.map((field, index) => (index === EXPIRY ? expiry : field));

/** Position of the expiry among the fields after the password. */
export const EXPIRY = 5;

/** Fingerprint of a line: tells whether it is as it was without keeping a password. */
export const lineFingerprint = (line: string): string => createHash('sha256').update(line).digest('hex');
