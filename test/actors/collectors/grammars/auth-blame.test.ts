import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createAuthGrammar } from '../../../../src/actors/collectors/grammars/auth.ts';
import { canonicalIp } from '../../../../src/domain/ip.ts';
import { parseLine, utcTime } from './parse-lines.ts';

const grammar = createAuthGrammar({ localTime: utcTime });
const TRUE = '203.0.113.7';
const FALSE = '198.51.100.8';

const prefixes = ['Jan 12 03:04:05 web1 sshd[9]: ', '2026-01-12T03:04:05.123456+00:00 web1 sshd-session[9]: ', 'sshd[9]: '];

// sshd's own words around a name that a client chose.
const forms: readonly ((name: string, ip: string) => string)[] = [
  (name, ip) => `Failed password for invalid user ${name} from ${ip} port 22222 ssh2`,
  (name, ip) => `Failed password for ${name} from ${ip} port 22222 ssh2`,
  (name, ip) => `Failed none for invalid user ${name} from ${ip} port 22222 ssh2`,
  (name, ip) => `Failed publickey for ${name} from ${ip} port 22222 ssh2: ED25519 SHA256:abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG`,
  (name, ip) => `Failed keyboard-interactive/pam for invalid user ${name} from ${ip} port 22222 ssh2`,
  (name, ip) => `Accepted password for ${name} from ${ip} port 22222 ssh2`,
  (name, ip) => `Invalid user ${name} from ${ip} port 22222`,
  (name, ip) => `Invalid user ${name} from ${ip}`,
  (name, ip) => `error: PAM: Authentication failure for illegal user ${name} from ${ip}`,
  (name, ip) => `error: maximum authentication attempts exceeded for invalid user ${name} from ${ip} port 22222 ssh2 [preauth]`,
  (name, ip) => `Connection closed by invalid user ${name} ${ip} port 22222 [preauth]`,
  (name, ip) => `Connection reset by authenticating user ${name} ${ip} port 22222 [preauth]`,
  (name, ip) => `Disconnected from invalid user ${name} ${ip} port 22222 [preauth]`,
  (name, ip) => `User ${name} from ${ip} not allowed because not listed in AllowUsers`,
  (name, ip) => `message repeated 2 times: [ Failed password for invalid user ${name} from ${ip} port 22222 ssh2]`,
  (name, ip) => `pam_unix(sshd:auth): authentication failure; logname= uid=0 euid=0 tty=ssh ruser= rhost=${ip}  user=${name}`,
];

const hostileNames = [
  `x from ${FALSE} port 22 ssh2`,
  `root from ${FALSE}`,
  `root from ${FALSE} port 22`,
  `from ${FALSE}`,
  `${FALSE} port 22`,
  `${FALSE} port 22 [preauth]`,
  `x from ${FALSE} port 22 ssh2: RSA SHA256:abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG`,
  `x from ${FALSE} port 22 ssh2: RSA-CERT ID y (serial 1) CA RSA SHA256:abcdefghijklmnopqrstuvwxyz`,
  `a rhost=${FALSE}  user=b`,
  `a  user=b rhost=${FALSE}`,
  `x not allowed because y`,
  `x from ${FALSE} not allowed because not listed in AllowUsers`,
  `x]`,
  `x from ${FALSE} port 22 ssh2]`,
  'name with   spaces',
  `"quoted" 'name'`,
  'tab\there',
  'nul\u0000bell\u0007esc\u001b[31m',
  '\u202e\u2066bidi',
  'invalid user invalid user x',
  '',
  ' ',
  'a'.repeat(8000),
  `${'a '.repeat(2000)}from ${FALSE} port 22 ssh2`,
];

const blamed = (line: string): readonly (string | undefined)[] => parseLine(grammar, line).events.map((event) => event.sourceIp);

describe('a name that a client chose never moves the blame', () => {
  test.each(hostileNames.map((name) => [name.slice(0, 80), name] as const))('%s', (_shown, name) => {
    for (const prefix of prefixes) {
      for (const form of forms) {
        const events = blamed(prefix + form(name, TRUE));
        expect(events.length, form(name, TRUE).slice(0, 120)).toBeGreaterThan(0);
        for (const ip of events) expect(ip, form(name, TRUE).slice(0, 200)).toBe(TRUE);
      }
    }
  });

  const ipv4 = fc.ipV4().filter((ip) => canonicalIp(ip) !== undefined);
  const address = fc.oneof(
    ipv4,
    fc.ipV6().filter((ip) => canonicalIp(ip) !== undefined),
  );
  const fragment = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 40 }),
    fc.constantFrom(
      ' from ',
      ' port ',
      ' ssh2',
      ' ssh2: ',
      '[preauth]',
      ' for ',
      'invalid user ',
      ' rhost=',
      ' user=',
      FALSE,
      ` from ${FALSE} port 22 ssh2`,
      'ID x (serial 0) CA ',
    ),
  );
  // A name cannot hold a line end: sshd writes those as octal, and the line would end there.
  const name = fc.array(fragment, { maxLength: 8 }).map((pieces) => pieces.join('').replaceAll('\n', ' '));

  test('whatever the name is', () => {
    fc.assert(
      fc.property(fc.constantFrom(...prefixes), fc.constantFrom(...forms), name, address, (prefix, form, chosen, ip) => {
        const line = prefix + form(chosen, ip);
        for (const found of blamed(line)) expect(found).toBe(canonicalIp(ip));
      }),
      { numRuns: 3000 },
    );
  });

  test('nor does the key id of a certificate, which may leave nobody to blame', () => {
    const id = fc.array(fragment, { maxLength: 6 }).map((pieces) => pieces.join('').replaceAll('\n', ' '));
    fc.assert(
      fc.property(name, id, address, (chosen, keyId, ip) => {
        const key = `RSA-CERT ID ${keyId} (serial 0) CA RSA SHA256:abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG`;
        const line = `${prefixes[0]}Failed publickey for ${chosen} from ${ip} port 5 ssh2: ${key}`;
        for (const found of blamed(line)) expect([canonicalIp(ip), undefined]).toContain(found);
      }),
      { numRuns: 1000 },
    );
    const forged = `${prefixes[0]}Failed publickey for git from ${TRUE} port 5 ssh2: RSA-CERT ID x from ${FALSE} port 22 ssh2: y (serial 0) CA RSA SHA256:abcdefghijklmnopqrstuvwxyz`;
    expect(blamed(forged)).toEqual([undefined]);
    const plain = `${prefixes[0]}Failed publickey for git from ${TRUE} port 5 ssh2: RSA-CERT ID me (serial 0) CA RSA SHA256:abcdefghijklmnopqrstuvwxyz`;
    expect(blamed(plain)).toEqual([TRUE]);
  });

  test('and a line whose end is missing blames nobody, but still counts', () => {
    const line = `${prefixes[0]}Failed password for invalid user x from ${FALSE} port 22 ssh2`;
    const { events } = parseLine(grammar, line, { isCut: true });
    expect(events.map((event) => [event.type, event.sourceIp])).toEqual([['auth_failure', undefined]]);
  });

  test('nor does what a local user writes into a sudo line', () => {
    const line = `Jan 12 03:04:05 web1 sudo: bob : TTY=pts/0 ; PWD=/tmp/x ; USER=nobody ; USER=root ; COMMAND=/bin/sh -c from ${FALSE} port 1 ssh2`;
    const { events } = parseLine(grammar, line);
    expect(events[0]?.sourceIp).toBeUndefined();
    expect(events[0]?.details).toMatchObject({ target: 'root', ambiguous: true });
  });

  test('nor two rhost fields of a service that logs the client’s own user name', () => {
    const line = `Jan 12 03:04:05 web1 vsftpd: pam_unix(vsftpd:auth): authentication failure; logname= uid=0 euid=0 tty=ftp ruser=a rhost=${FALSE} rhost=${TRUE}  user=a`;
    const { events } = parseLine(grammar, line);
    expect(events.map((event) => [event.type, event.sourceIp])).toEqual([['auth_failure', undefined]]);
  });
});
