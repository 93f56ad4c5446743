import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createGrammar } from '../../../../src/actors/collectors/grammars/registry.ts';
import { parseLine, utcTime } from './parse-lines.ts';

const create = (id: string) => createGrammar(id, { localTime: utcTime });
const SINGLE = ['auth', 'mail', 'web', 'weberror', 'journal', 'app'];

// Lines of every grammar, also such that hold a piece of another one.
const LINES = [
  'Jan 12 03:04:05 h sshd[1]: Failed password for root from 192.0.2.1 port 4242 ssh2',
  '2026-01-12T03:04:05.123456+00:00 h sshd-session[1]: Invalid user a from 2001:db8::1 port 4242',
  'Jan 12 03:04:05 h sshd[1]: Invalid user [12/Jan/2026:03:04:05 +0000] "GET / HTTP/1.1" 200 1 from 192.0.2.1 port 4242',
  'Jan 12 03:04:05 h CRON[1]: pam_unix(cron:session): session opened for user root(uid=0) by (uid=0)',
  'Jan 12 03:04:05 h dovecot: imap-login: Disconnected (auth failed, 1 attempts in 2 secs): user=<bob>, method=PLAIN, rip=192.0.2.3, lip=192.0.2.9',
  'Jan 12 03:04:05 h dovecot[1]: pam_unix(dovecot:auth): authentication failure; logname= uid=0 euid=0 tty=dovecot ruser=bob rhost=192.0.2.3  user=bob',
  'Jan 12 03:04:05 h kernel: nothing to see',
  '<38>1 2026-01-12T03:04:05Z h sshd 1 - - Failed password for root from 192.0.2.1 port 4242 ssh2',
  'Failed password for root from 192.0.2.1 port 4242 ssh2',
  'error: PAM: something',
  '192.0.2.1 - - [12/Jan/2026:03:04:05 +0000] "GET /?q=sshd[1]:%20Failed HTTP/1.1" 404 1 "-" "Jan 12 03:04:05 h sshd[1]: Failed"',
  'fe80::1 - bob [12/Jan/2026:03:04:05 +0000] "GET / HTTP/1.1" 200 1',
  'shop.example:443 192.0.2.1 - - [12/Jan/2026:03:04:05 +0000] "GET / HTTP/1.1" 200 1',
  '2026/01/12 03:04:05 [error] 1#1: *5 user "bob": password mismatch, client: 192.0.2.4, server: h, request: "GET / HTTP/1.1"',
  '[Mon Jan 12 03:04:05.123456 2026] [auth_basic:error] [pid 1:tid 2] [client 192.0.2.5:4242] AH01617: user bob: authentication failure for "/": Password Mismatch',
  '2026-01-12 03:04:05 login authenticator failed for (h) [192.0.2.6]: 535 Incorrect authentication data (set_id=bob)',
  '{"type":"auth_failure","username":"bob","source_ip":"192.0.2.7"}',
  '{"message":"\\"MESSAGE\\"","type":"auth_failure","source_ip":"192.0.2.7"}',
  '{"MESSAGE":"Failed password for root from 192.0.2.8 port 1 ssh2","SYSLOG_IDENTIFIER":"sshd","_UID":"0","_COMM":"sshd","_PID":"7","__REALTIME_TIMESTAMP":"1768187045000000"}',
  '{"MESSAGE":1}',
  '{not json',
  '',
];

test.each(LINES)('takes %j as the grammar that it is made for does', (line) => {
  const alone = SINGLE.map((id) => parseLine(create(id), line));
  const own = alone.filter((result) => result.outcome === 'event');
  const { outcome, events } = parseLine(create('auto'), line);
  if (own.length > 0) expect(own.map((result) => result.events)).toContainEqual(events);
  else expect(events).toEqual([]);
  const expected = own.length > 0 ? 'event' : alone.some((result) => result.outcome === 'irrelevant') ? 'irrelevant' : 'unparsed';
  expect(outcome).toBe(expected);
});

test('a user name that looks like a request is still a failed login, whatever came before', () => {
  const auto = create('auto');
  const request = LINES.find((line) => line.startsWith('192.0.2.1')) ?? '';
  for (let round = 0; round < 20; round += 1) parseLine(auto, request);
  const { events } = parseLine(auto, LINES[2] ?? '');
  expect(events.map((event) => [event.type, event.sourceIp])).toEqual([['auth_attempt', '192.0.2.1']]);
});

test('what came before never changes what a line is taken for', () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...LINES), { maxLength: 30 }), fc.constantFrom(...LINES), (before, line) => {
      const used = create('auto');
      for (const one of before) parseLine(used, one);
      expect(parseLine(used, line)).toEqual(parseLine(create('auto'), line));
    }),
  );
});
