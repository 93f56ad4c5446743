import { createSshPeer, readPeerBefore, type SshPeer } from './ssh-peer.ts';

/**
 * Finds the peer of `<outcome> <method> for <name> from <address> port <n> ssh2[: <key>]` between `start` and `end`.
 * True when exactly one reading is possible: the name before and a certificate's key id after are both the client's to choose.
 * `key` gets `<type> <fingerprint>` when the message ends with one.
 */
export const readOutcomePeer = (line: string, start: number, end: number, peer: SshPeer): OutcomeTail | undefined => {
  if (endsWith(line, end, ' ssh2')) return readPeerBefore(line, start, end - 5, true, peer) ? NO_KEY : undefined;
  const key = keyAtEnd(line, start, end);
  if (key !== undefined) return readPeerBefore(line, start, key.before, true, peer) ? { key: key.text } : undefined;
  return readOnlyCandidate(line, start, end, peer) ? NO_KEY : undefined;
};

export type OutcomeTail = { readonly key: string | undefined };

const NO_KEY: OutcomeTail = { key: undefined };

const endsWith = (line: string, end: number, text: string): boolean => line.startsWith(text, end - text.length);

// ` ssh2: ED25519 SHA256:…`: two words that sshd itself computed, right at the end.
const keyAtEnd = (line: string, start: number, end: number): { readonly before: number; readonly text: string } | undefined => {
  const print = line.lastIndexOf(' ', end - 1);
  const type = line.lastIndexOf(' ', print - 1);
  if (type - 6 < start || !line.startsWith(' ssh2:', type - 6)) return undefined;
  const text = line.slice(type + 1, end);
  return FINGERPRINT.test(text) ? { before: type - 6, text } : undefined;
};

const FINGERPRINT = /^[A-Za-z0-9@.-]{1,64} (?:SHA256:|MD5:)?[A-Za-z0-9+/=:]{16,128}$/;

const readOnlyCandidate = (line: string, start: number, end: number, peer: SshPeer): boolean => {
  const attempt = createSshPeer();
  let found = 0;
  const consider = (at: number): void => {
    if (!readPeerBefore(line, start, at, true, attempt)) return;
    found += 1;
    Object.assign(peer, attempt);
  };
  for (let at = line.indexOf(' ssh2: ', start); at >= 0 && at < end; at = line.indexOf(' ssh2: ', at + 7)) consider(at);
  consider(end);
  return found === 1;
};
