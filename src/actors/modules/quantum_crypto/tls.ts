import { type SecurityEvent, textOf } from '../../../domain/event.ts';
import { isClassical, withstands } from './algorithms.ts';
import type { Say } from './say.ts';

/** A handshake: version, suite, exchange and offered groups. */
export const judgeHandshake = (event: SecurityEvent, say: Say): void => {
  const { details } = event;
  const server = textOf(details, 'server_name').slice(0, 253) || event.destIp || event.sourceIp || 'unknown';
  const subject = `service:${server.toLowerCase()}`;
  const version = textOf(details, 'tls_version').trim().slice(0, 32);
  const level = versionLevel(version);
  if (level === 'broken')
    say({ type: 'weak_tls_version', rule: 'version', says: `${server} speaks ${version}, which is broken.`, field: 'tls_version', text: version, subject });
  if (level === 'old') say({ type: 'legacy_tls_version', rule: 'version', says: `${server} speaks ${version}.`, field: 'tls_version', text: version, subject });
  const suite = textOf(details, 'cipher_suite').trim().slice(0, 128);
  const kind = suiteKind(suite);
  if (kind === 'broken')
    say({ type: 'weak_cipher', rule: 'suite', says: `${server} uses ${suite}, which is broken.`, field: 'cipher_suite', text: suite, subject });
  if (kind === 'cbc')
    say({ type: 'deprecated_cipher_cbc', rule: 'suite', says: `${server} uses ${suite}, in CBC mode.`, field: 'cipher_suite', text: suite, subject });
  const exchange = textOf(details, 'key_exchange').trim().slice(0, 128);
  if (
    /^(?:rsa|(?:dh|dhe|edh)[-_ ]?(?:512|768|1024)|(?:diffie-hellman-)?group1(?:-sha1)?|export)$/i.test(exchange) ||
    /diffie-hellman-group1-/i.test(exchange)
  ) {
    say({ type: 'weak_key_exchange', rule: 'exchange', says: `${server} exchanges keys by ${exchange}.`, field: 'key_exchange', text: exchange, subject });
  } else if (exchange !== '' && !withstands(exchange)) {
    say({
      type: 'no_pq_key_exchange',
      rule: 'exchange',
      says: `${server} exchanges keys by ${exchange}, which a quantum computer could break.`,
      field: 'key_exchange',
      text: exchange,
      subject,
    });
  }
  const groups = (textOf(details, 'supported_groups') || textOf(details, 'proposed_curves')).slice(0, 2048);
  if (groups === '' || withstands(groups)) return;
  if (groups.split(/[,:;\s]+/).some(isClassical))
    say({
      type: 'no_pq_curves',
      rule: 'groups',
      says: `Only classical groups are offered to ${server}: ${groups.slice(0, 200)}.`,
      field: 'supported_groups',
      text: groups,
      subject,
    });
};

// Spellings of IANA, OpenSSL, nginx and of people: `TLSv1`, `TLSv1.0`, `tls1.0`, `SSLv3`, `ssl3`, `TLS 1.1`, `0x0301`.
const versionLevel = (version: string): 'broken' | 'old' | 'good' => {
  const plain = version.toLowerCase().replace(/[\s_-]/g, '');
  if (/^ssl(?:v?[23](?:\.0)?)?$|^tls(?:v)?1(?:[._]?[01])?$|^0x030[01]$|^0x0300$|^1\.[01]$/.test(plain)) return 'broken';
  return /^tls(?:v)?1[._]?2$|^0x0303$|^1\.2$/.test(plain) ? 'old' : 'good';
};

const suiteKind = (suite: string): 'broken' | 'cbc' | 'good' => {
  if (suite === '') return 'good';
  const parts = suite.toUpperCase().split(/[-_]/);
  const has = (...names: readonly string[]): boolean => parts.some((part) => names.includes(part));
  if (
    has('RC4', 'RC2', 'DES', '3DES', 'NULL', 'ENULL', 'ANULL', 'ADH', 'AECDH', 'MD5', 'IDEA', 'SEED') ||
    parts.some((part) => /^EXP(?:ORT)?\d{0,4}$|^ANON$|^DES40$/.test(part))
  )
    return 'broken';
  if (has('CBC', 'CBC3')) return 'cbc';
  // OpenSSL leaves CBC out of the name: a block cipher without another mode.
  const isBlock = parts.some((part) => /^(?:AES(?:128|256)?|CAMELLIA(?:128|256)?|ARIA(?:128|256)?)$/.test(part));
  const hasMode = parts.some((part) => /^(?:GCM|CCM8?|POLY1305|OCB|CTR|GCM8)$/.test(part));
  return isBlock && !hasMode && !suite.startsWith('TLS_') && has('SHA', 'SHA256', 'SHA384') ? 'cbc' : 'good';
};
