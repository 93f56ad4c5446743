import { addressOf } from './address.ts';

/** What the end of an sshd message says about the other side. One object is filled again for each message. */
export type SshPeer = {
  ip: string | undefined;
  port: number;
  /** Index of the blank before the address, or of ` from ` when that word was required. */
  before: number;
};

/** An empty one. */
export const createSshPeer = (): SshPeer => ({ ip: undefined, port: 0, before: 0 });

/**
 * Reads `[ from] <address> port <n>` that ends exactly at `end`. The end is what sshd wrote last, so nothing that a client put
 * into a name before it can take its place. `UNKNOWN` and host names give a peer without an address.
 */
export const readPeerBefore = (line: string, start: number, end: number, needsFrom: boolean, into: SshPeer): boolean => {
  const digits = digitsBefore(line, start, end);
  const hasPort = digits < end && end - digits <= 5 && line.startsWith(PORT, digits - PORT.length);
  into.port = hasPort ? Number(line.slice(digits, end)) : 0;
  const addressEnd = hasPort ? digits - PORT.length : end;
  const blank = line.lastIndexOf(' ', addressEnd - 1);
  if (blank < start - 1 || addressEnd - blank > MAX_ADDRESS) return false;
  into.ip = addressOf(line.slice(blank + 1, addressEnd));
  if (!needsFrom) {
    into.before = blank;
    return hasPort;
  }
  // `from` right at the start belongs to a message whose name part is empty.
  into.before = blank - FROM.length;
  return blank - FROM.length >= start - 1 && line.startsWith(FROM, blank - FROM.length);
};

/** Reads `<address>[ port <n>]` that starts exactly at `start`; gives the index after it, or -1 when no address stands there. */
export const readPeerAt = (line: string, start: number, end: number, into: SshPeer): number => {
  const addressEnd = wordEnd(line, start, end);
  into.ip = addressOf(line.slice(start, addressEnd));
  into.port = 0;
  if (into.ip === undefined) return -1;
  if (!line.startsWith(PORT, addressEnd)) return addressEnd;
  let at = addressEnd + PORT.length;
  for (; at < end && isDigit(line.charCodeAt(at)) && into.port < 65_536; at += 1) into.port = into.port * 10 + line.charCodeAt(at) - 48;
  return at;
};

const PORT = ' port ';
const FROM = ' from';
const MAX_ADDRESS = 256;

const isDigit = (code: number): boolean => code >= 48 && code <= 57;

const digitsBefore = (line: string, start: number, end: number): number => {
  let at = end;
  while (at > start && isDigit(line.charCodeAt(at - 1))) at -= 1;
  return at;
};

const isAddressCharacter = (code: number): boolean =>
  isDigit(code) || (code >= 97 && code <= 122) || (code >= 65 && code <= 90) || code === 58 || code === 46 || code === 37 || code === 45 || code === 95;

const wordEnd = (line: string, start: number, end: number): number => {
  const limit = Math.min(end, start + MAX_ADDRESS);
  let at = start;
  while (at < limit && isAddressCharacter(line.charCodeAt(at))) at += 1;
  // `from 192.0.2.1: 11: text` of older releases: the colon is not part of the address.
  return at > start && line.charCodeAt(at - 1) === 58 && line.charCodeAt(at - 2) !== 58 ? at - 1 : at;
};
