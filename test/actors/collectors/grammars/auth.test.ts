import { describe, expect, test } from 'vitest';
import { createAuthGrammar } from '../../../../src/actors/collectors/grammars/auth.ts';
import { parseLine, RECEIVED_AT, utcTime } from './parse-lines.ts';

const grammar = () => createAuthGrammar({ localTime: utcTime });
const old = (message: string, program = 'sshd[1234]'): string => `Jan 12 03:04:05 web1 ${program}: ${message}`;
const iso = (message: string, program = 'sshd-session[1234]'): string => `2026-01-12T03:04:05.123456+00:00 web1 ${program}: ${message}`;

type Want = { readonly type: string; readonly ip?: string; readonly user?: string; readonly details?: object };

const fail = (ip: string | undefined, user: string, details: object = {}): Want => ({
  type: 'auth_failure',
  ...(ip === undefined ? {} : { ip }),
  user,
  details,
});
const attempt = (ip: string | undefined, user: string | undefined, details: object = {}): Want => ({
  type: 'auth_attempt',
  ...(ip === undefined ? {} : { ip }),
  ...(user === undefined ? {} : { user }),
  details,
});

const V4 = '203.0.113.7';
const V6 = '2001:db8::17';

const LINES: readonly (readonly [string, Want | 'irrelevant' | 'unparsed'])[] = [
  // Failed, every method and address form
  [old(`Failed password for root from ${V4} port 22222 ssh2`), fail(V4, 'root', { method: 'password', port: 22222, service: 'sshd', unknown_user: false })],
  [iso(`Failed password for root from ${V4} port 22222 ssh2`), fail(V4, 'root', { method: 'password' })],
  [iso(`Failed password for root from ${V4} port 22222 ssh2`, 'sshd-auth[77]'), fail(V4, 'root')],
  [`sshd[9]: Failed password for root from ${V4} port 1 ssh2`, fail(V4, 'root')],
  [`Failed password for root from ${V4} port 1 ssh2`, fail(V4, 'root')],
  [old(`Failed password for invalid user admin from ${V4} port 1 ssh2`), fail(V4, 'admin', { unknown_user: true, reason: 'invalid_user' })],
  [old(`Failed password for illegal user admin from ${V4} port 1 ssh2`), fail(V4, 'admin', { unknown_user: true })],
  [old(`Failed password for root from ${V6} port 5 ssh2`), fail(V6, 'root')],
  [old(`Failed password for root from 2001:DB8:0::17 port 5 ssh2`), fail(V6, 'root')],
  [old('Failed password for root from fe80::1%eth0 port 5 ssh2'), fail('fe80::1', 'root')],
  [old(`Failed password for root from ::ffff:${V4} port 5 ssh2`), fail(V4, 'root')],
  [old('Failed password for root from UNKNOWN port 65535 ssh2'), fail(undefined, 'root')],
  [
    old(`Failed publickey for git from ${V4} port 5 ssh2: ED25519 SHA256:abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG`),
    fail(V4, 'git', { method: 'publickey' }),
  ],
  [old(`Failed publickey for git from ${V4} port 5 ssh2: RSA 12:34:56:78:9a:bc:de:f0:12:34:56:78:9a:bc:de:f0`), fail(V4, 'git', { method: 'publickey' })],
  [
    old(`Failed publickey for git from ${V4} port 5 ssh2: RSA-CERT ID laptop (serial 7) CA RSA SHA256:abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG`),
    fail(V4, 'git', { method: 'publickey' }),
  ],
  [
    old(
      `Failed publickey for git from ${V4} port 5 ssh2: ED25519-CERT SHA256:abcdefghijklmnopqrstuvwxyz ID laptop (serial 0) CA RSA SHA256:abcdefghijklmnopqrstuvwxyz`,
    ),
    fail(V4, 'git'),
  ],
  [old(`Failed keyboard-interactive/pam for invalid user oracle from ${V4} port 5 ssh2`), fail(V4, 'oracle', { method: 'keyboard-interactive/pam' })],
  [old(`Failed keyboard-interactive for root from ${V4} port 5 ssh2`), fail(V4, 'root', { method: 'keyboard-interactive' })],
  [
    old(`Failed hostbased for root from ${V4} port 5 ssh2: RSA SHA256:abcdefghijklmnopqrstuvwxyz, client user "bob", client host "pc"`),
    fail(V4, 'root', { method: 'hostbased' }),
  ],
  [old(`Failed gssapi-with-mic for root from ${V4} port 5 ssh2`), fail(V4, 'root', { method: 'gssapi-with-mic' })],
  [old(`Failed none for invalid user test from ${V4} port 5 ssh2`), attempt(V4, 'test', { method: 'none', unknown_user: true })],
  [old(`Failed password for  from ${V4} port 5 ssh2`), { type: 'auth_failure', ip: V4 }],
  [old(`error: PAM: Authentication failure for root from ${V4}`), fail(V4, 'root', { method: 'keyboard-interactive/pam' })],
  [old(`error: PAM: Authentication failure for illegal user bob from ${V4}`), fail(V4, 'bob', { unknown_user: true })],
  [old('error: PAM: Authentication failure for root from host.example.com'), fail(undefined, 'root')],

  // What `sshd -e` and `sshd -E file` write: no prefix, no `error: `
  [`PAM: Authentication failure for root from ${V4}`, fail(V4, 'root', { method: 'keyboard-interactive/pam' })],
  [`maximum authentication attempts exceeded for root from ${V4} port 5 ssh2 [preauth]`, attempt(V4, 'root', { reason: 'max_attempts' })],
  [`banner exchange: Connection from ${V4} port 5: invalid format`, attempt(V4, undefined, { reason: 'banner' })],
  [`error: PAM: Authentication failure for root from ${V4}`, fail(V4, 'root')],
  ['Server listening on 0.0.0.0 port 22.', 'irrelevant'],

  // Accepted
  [old(`Accepted password for alice from ${V4} port 5 ssh2`), { type: 'auth_success', ip: V4, user: 'alice', details: { method: 'password', port: 5 } }],
  [
    old(`Accepted publickey for alice from ${V6} port 5 ssh2: RSA SHA256:abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG`),
    { type: 'auth_success', ip: V6, user: 'alice', details: { method: 'publickey', key: 'RSA SHA256:abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG' } },
  ],
  [iso(`Accepted keyboard-interactive/pam for alice from ${V4} port 5 ssh2`), { type: 'auth_success', ip: V4, user: 'alice' }],
  [old(`Accepted gssapi-with-mic for alice from ${V4} port 5 ssh2: alice@EXAMPLE.ORG`), { type: 'auth_success', ip: V4, user: 'alice' }],

  // The same attempt told again
  [old(`Invalid user admin from ${V4} port 5`), attempt(V4, 'admin', { unknown_user: true, reason: 'invalid_user', port: 5 })],
  [old(`Invalid user admin from ${V4}`), attempt(V4, 'admin', { unknown_user: true })],
  [old(`Invalid user  from ${V4} port 5`), { type: 'auth_attempt', ip: V4 }],
  [iso(`Invalid user admin from ${V6} port 5`), attempt(V6, 'admin')],
  [old('input_userauth_request: invalid user admin [preauth]'), 'irrelevant'],
  [old(`error: maximum authentication attempts exceeded for root from ${V4} port 5 ssh2 [preauth]`), attempt(V4, 'root', { reason: 'max_attempts' })],
  [old(`error: maximum authentication attempts exceeded for invalid user x from ${V4} port 5 ssh2 [preauth]`), attempt(V4, 'x', { unknown_user: true })],
  [old(`Disconnecting authenticating user root ${V4} port 5: Too many authentication failures [preauth]`), 'irrelevant'],
  [old(`Postponed publickey for alice from ${V4} port 5 ssh2 [preauth]`), 'irrelevant'],
  [old(`Connection closed by authenticating user root ${V4} port 5 [preauth]`), attempt(V4, 'root', { reason: 'closed' })],
  [old(`Connection reset by invalid user guest ${V4} port 5 [preauth]`), attempt(V4, 'guest', { reason: 'reset', unknown_user: true })],
  [old(`Connection closed by ${V4} port 5 [preauth]`), { type: 'session_activity', ip: V4, details: { action: 'closed' } }],
  [old(`Connection closed by ${V4} port 5`), { type: 'session_activity', ip: V4 }],
  [old(`Disconnected from invalid user guest ${V4} port 5 [preauth]`), attempt(V4, 'guest')],
  [old(`Disconnected from user alice ${V4} port 5`), { type: 'session_activity', ip: V4, user: 'alice', details: { action: 'disconnected' } }],
  [old(`Received disconnect from ${V4} port 5:11: Bye Bye [preauth]`), { type: 'session_activity', ip: V4 }],
  [old(`Received disconnect from ${V4}: 11: disconnected by user`), { type: 'session_activity', ip: V4 }],
  [old(`User root from ${V4} not allowed because not listed in AllowUsers`), attempt(V4, 'root', { reason: 'not_allowed' })],
  [old(`ROOT LOGIN REFUSED FROM ${V4} port 5`), attempt(V4, 'root', { reason: 'root_refused' })],
  [old(`banner exchange: Connection from ${V4} port 5: invalid format`), attempt(V4, undefined, { reason: 'banner' })],
  [old(`Did not receive identification string from ${V4} port 5`), attempt(V4, undefined, { reason: 'no_identification' })],
  [old(`Unable to negotiate with ${V4} port 5: no matching key exchange method found. Their offer: x [preauth]`), attempt(V4, undefined)],
  [old(`ssh_dispatch_run_fatal: Connection from ${V4} port 5: message authentication code incorrect [preauth]`), attempt(V4, undefined)],
  [old(`Bad protocol version identification '\\026\\003\\001' from ${V4} port 5`), attempt(V4, undefined, { reason: 'bad_version' })],
  [old(`drop connection #10 from [${V4}]:4242 on [192.0.2.1]:22 penalty: failed authentication`), attempt(V4, undefined, { reason: 'dropped', port: 4242 })],
  [old(`Timeout before authentication for connection from ${V4} to 192.0.2.1, pid = 12`), attempt(V4, undefined, { reason: 'timeout' })],
  [old('error: kex_exchange_identification: Connection closed by remote host'), 'irrelevant'],
  [old('Server listening on 0.0.0.0 port 22.'), 'irrelevant'],
  [old('error: beginning MaxStartups throttling'), 'irrelevant'],

  // PAM
  [
    old(`pam_unix(sshd:auth): authentication failure; logname= uid=0 euid=0 tty=ssh ruser= rhost=${V4}  user=root`),
    attempt(V4, 'root', { service: 'sshd', method: 'pam' }),
  ],
  [old(`pam_unix(sshd:auth): authentication failure; logname= uid=0 euid=0 tty=ssh ruser= rhost=${V6} `), attempt(V6, undefined)],
  [old('pam_unix(sshd:auth): check pass; user unknown'), 'irrelevant'],
  [old(`PAM 2 more authentication failures; logname= uid=0 euid=0 tty=ssh ruser= rhost=${V4}  user=root`), attempt(V4, 'root')],
  [
    old(`pam_unix(vsftpd:auth): authentication failure; logname= uid=0 euid=0 tty=ftp ruser=bob rhost=${V4}  user=bob`, 'vsftpd'),
    fail(V4, 'bob', { service: 'vsftpd', actor: 'bob' }),
  ],
  [
    old('pam_unix(sshd:session): session opened for user alice(uid=1000) by (uid=0)'),
    { type: 'session_activity', user: 'alice', details: { action: 'opened', service: 'sshd' } },
  ],
  [old('pam_unix(sshd:session): session closed for user alice'), { type: 'session_activity', user: 'alice', details: { action: 'closed' } }],
  [old('pam_unix(cron:session): session opened for user root(uid=0) by (uid=0)', 'CRON[7]'), 'irrelevant'],
  [
    old('pam_unix(passwd:chauthtok): password changed for bob', 'passwd[7]'),
    { type: 'password_changed', user: 'bob', details: { user_id: 'bob', initiated_by: 'passwd' } },
  ],

  // sudo, su, login
  [
    old('   alice : TTY=pts/0 ; PWD=/home/alice ; USER=root ; COMMAND=/usr/bin/apt update', 'sudo'),
    { type: 'privilege_change', user: 'alice', details: { user: 'alice', target: 'root', command_line: '/usr/bin/apt update', tty: 'pts/0', success: true } },
  ],
  [
    old('bob : 3 incorrect password attempts ; TTY=pts/1 ; PWD=/home/bob ; USER=root ; COMMAND=/bin/bash', 'sudo[5]'),
    fail(undefined, 'bob', { service: 'sudo', attempts: 3, command_line: '/bin/bash' }),
  ],
  [
    old('bob : user NOT in sudoers ; TTY=pts/1 ; PWD=/home/bob ; USER=root ; COMMAND=/bin/bash', 'sudo[5]'),
    { type: 'privilege_change', user: 'bob', details: { success: false, reason: 'not_in_sudoers' } },
  ],
  [
    old('bob : command not allowed ; TTY=pts/1 ; PWD=/ ; USER=root ; COMMAND=/usr/bin/vi', 'sudo'),
    { type: 'privilege_change', user: 'bob', details: { success: false, reason: 'command_not_allowed' } },
  ],
  [
    old('pam_unix(sudo:auth): authentication failure; logname=bob uid=1000 euid=0 tty=/dev/pts/0 ruser=bob rhost=  user=bob', 'sudo'),
    attempt(undefined, 'bob', { service: 'sudo', tty: '/dev/pts/0', actor: 'bob' }),
  ],
  [old('FAILED SU (to root) bob on pts/0', 'su[7]'), fail(undefined, 'root', { actor: 'bob', service: 'su', tty: 'pts/0' })],
  [old('FAILED su for root by bob', 'su[7]'), fail(undefined, 'root', { actor: 'bob' })],
  [old('(to root) alice on pts/0', 'su[7]'), { type: 'privilege_change', user: 'alice', details: { target: 'root', action: 'su' } }],
  [old('Successful su for root by alice', 'su[7]'), { type: 'privilege_change', user: 'alice', details: { target: 'root' } }],
  [old('pam_unix(su:auth): authentication failure; logname=bob uid=1000 euid=0 tty=pts/0 ruser=bob rhost=  user=root', 'su[7]'), attempt(undefined, 'root')],
  [old("FAILED LOGIN (1) on '/dev/tty1' FOR 'root', Authentication failure", 'login[7]'), fail(undefined, 'root', { service: 'login', tty: '/dev/tty1' })],
  [old('New session 12 of user alice.', 'systemd-logind[600]'), { type: 'session_activity', user: 'alice', details: { session_id: 'logind:12' } }],
  [old('Removed session 12.', 'systemd-logind[600]'), { type: 'session_activity', details: { session_id: 'logind:12', action: 'closed' } }],

  // accounts
  [
    old('new user: name=eve, UID=1001, GID=1001, home=/home/eve, shell=/bin/bash, from=/dev/pts/1', 'useradd[7]'),
    { type: 'user_created', user: 'eve', details: { user_id: 'eve', uid: 1001 } },
  ],
  [old("add 'eve' to group 'sudo'", 'usermod[7]'), { type: 'role_change', user: 'eve', details: { new_role: 'sudo' } }],
  [
    old("change user 'eve' UID from '1001' to '0'", 'usermod[7]'),
    { type: 'account_updated', user: 'eve', details: { changed_fields: 'uid', old_uid: '1001', new_uid: '0' } },
  ],
  [
    old("changed user 'www' shell to '/bin/bash'", 'chsh[7]'),
    { type: 'account_updated', user: 'www', details: { changed_fields: 'shell', new_shell: '/bin/bash' } },
  ],

  // prefixes
  [`<38>Jan 12 03:04:05 web1 sshd[9]: Failed password for root from ${V4} port 1 ssh2`, fail(V4, 'root')],
  [`<38>1 2026-01-12T03:04:05Z web1 sshd 9 - - Failed password for root from ${V4} port 1 ssh2`, fail(V4, 'root')],
  [`<38>1 2026-01-12T03:04:05Z web1 sshd 9 ID [a@1 b="c\\]d"] Failed password for root from ${V4} port 1 ssh2`, fail(V4, 'root')],
  [`Jan 12 03:04:05 sshd[9]: Failed password for root from ${V4} port 1 ssh2`, fail(V4, 'root')],
  [`Jan 12 03:04:05 web1 auth.info sshd[9]: Failed password for root from ${V4} port 1 ssh2`, fail(V4, 'root')],
  [old('(root) CMD (run-parts /etc/cron.hourly)', 'CRON[7]'), 'irrelevant'],
  [old('Failed password for root from 203.0.113.7 port 1 ssh2', 'notsshd[7]'), 'irrelevant'],
  ['not a log line', 'unparsed'],
  ['', 'unparsed'],
  ['Feb 31 99:99:99 web1 sshd[1]: x', 'unparsed'],
];

describe('the auth grammar reads', () => {
  test.each(LINES)('%s', (line, want) => {
    const { outcome, events } = parseLine(grammar(), line);
    if (typeof want === 'string') {
      expect(outcome).toBe(want);
      expect(events).toEqual([]);
      return;
    }
    expect(outcome).toBe('event');
    expect(events).toHaveLength(1);
    const [event] = events;
    expect(event?.type).toBe(want.type);
    expect(event?.sourceIp).toBe(want.ip);
    expect(event?.entities.ip).toBe(want.ip);
    expect(event?.entities.user).toBe(want.user);
    expect(event?.details).toMatchObject(want.details ?? {});
    expect(event?.trust).toBe('sensor');
  });
});

describe('time of a line', () => {
  const at = (line: string, receivedAt = RECEIVED_AT): number | undefined => parseLine(grammar(), line, { receivedAt }).events[0]?.at;
  const failed = `web1 sshd[1]: Failed password for root from ${V4} port 1 ssh2`;

  test('is the line’s own with its fraction and zone', () => {
    expect(at(`2026-01-12T03:04:05.123456+00:00 ${failed}`)).toBe(Date.UTC(2026, 0, 12, 3, 4, 5, 123));
    expect(at(`2026-01-12T05:04:05+02:00 ${failed}`)).toBe(Date.UTC(2026, 0, 12, 3, 4, 5));
    expect(at(`2026-01-12T03:04:05Z ${failed}`)).toBe(Date.UTC(2026, 0, 12, 3, 4, 5));
  });

  test('without a year belongs to the latest year that is not ahead', () => {
    expect(at(`Jan 12 03:04:05 ${failed}`)).toBe(Date.UTC(2026, 0, 12, 3, 4, 5));
    expect(at(`Dec 31 23:59:59 ${failed}`)).toBe(Date.UTC(2025, 11, 31, 23, 59, 59));
    expect(at(`Jan  1 00:00:01 ${failed}`, Date.UTC(2025, 11, 31, 23, 59, 58))).toBe(Date.UTC(2026, 0, 1, 0, 0, 1));
    expect(at(`Feb 29 01:02:03 ${failed}`)).toBe(Date.UTC(2024, 1, 29, 1, 2, 3));
  });

  test('is taken in the local zone when it names none', () => {
    const inTokyo = createAuthGrammar({ localTime: (...parts) => utcTime(...parts) - 9 * 3_600_000 });
    expect(parseLine(inTokyo, `Jan 12 03:04:05 ${failed}`).events[0]?.at).toBe(Date.UTC(2026, 0, 11, 18, 4, 5));
  });

  test('far ahead of its receipt is not believed, unless old logs are replayed', () => {
    const line = `2031-01-12T03:04:05Z ${failed}`;
    expect(at(line)).toBe(RECEIVED_AT);
    const replaying = createAuthGrammar({ localTime: utcTime, maxAheadMs: Number.POSITIVE_INFINITY });
    expect(parseLine(replaying, line).events[0]?.at).toBe(Date.UTC(2031, 0, 12, 3, 4, 5));
  });
});

describe('one failed attempt counts once', () => {
  const countFailures = (lines: readonly string[]): number => {
    const one = grammar();
    return lines.flatMap((line) => parseLine(one, line).events).filter((event) => event.type === 'auth_failure').length;
  };

  test('however many lines sshd and PAM write about a password', () => {
    const lines = [
      old(`Invalid user admin from ${V4} port 5`),
      old('pam_unix(sshd:auth): check pass; user unknown'),
      old(`pam_unix(sshd:auth): authentication failure; logname= uid=0 euid=0 tty=ssh ruser= rhost=${V4} `),
      old(`Failed password for invalid user admin from ${V4} port 5 ssh2`),
      old(`Connection closed by invalid user admin ${V4} port 5 [preauth]`),
    ];
    expect(countFailures(lines)).toBe(1);
  });

  test('also for keyboard-interactive, whose PAM error may or may not be followed by a Failed line', () => {
    const pam = old(`error: PAM: Authentication failure for root from ${V4}`);
    const failed = old(`Failed keyboard-interactive/pam for root from ${V4} port 5 ssh2`);
    expect(countFailures([pam])).toBe(1);
    expect(countFailures([pam, failed])).toBe(1);
    expect(countFailures([pam, failed, pam, failed, failed])).toBe(3);
    expect(countFailures([pam, failed.replace('1234', '1235')])).toBe(2);
  });

  test('and a line that stands for several counts for each of them', () => {
    const line = old(`message repeated 3 times: [ Failed password for root from ${V4} port 5 ssh2]`);
    const { events } = parseLine(grammar(), line);
    expect(events).toHaveLength(3);
    expect(new Set(events.map((event) => event.id)).size).toBe(3);
    expect(events.every((event) => event.sourceIp === V4)).toBe(true);
    expect(parseLine(grammar(), old(`message repeated 999999999 times: [ Failed password for root from ${V4} port 5 ssh2]`)).events).toHaveLength(100);
  });
});
