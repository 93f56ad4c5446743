import { describe, expect, test } from 'vitest';
import { createGrammar } from '../../../../src/actors/collectors/grammars/registry.ts';
import { parseLine, utcTime } from './parse-lines.ts';

const V4 = '203.0.113.7';
const V6 = '2001:db8::17';
const FALSE = '198.51.100.8';

type Want = { readonly type: string; readonly ip?: string | undefined; readonly user?: string | undefined; readonly details?: object };
type Row = readonly [string, Want | 'irrelevant' | 'unparsed'];

const check = (id: string, line: string, want: Row[1]): void => {
  const { outcome, events } = parseLine(createGrammar(id, { localTime: utcTime }), line);
  if (typeof want === 'string') {
    expect(outcome).toBe(want);
    return;
  }
  expect(events[0]?.type).toBe(want.type);
  expect(events[0]?.sourceIp).toBe(want.ip);
  expect(events[0]?.entities.user).toBe(want.user);
  expect(events[0]?.details).toMatchObject(want.details ?? {});
};

const nginx = (message: string): string => `2026/01/12 03:04:05 [error] 1234#1234: *5 ${message}`;
const apache = (message: string): string => `[Mon Jan 12 03:04:05.123456 2026] [auth_basic:error] [pid 12:tid 34] [client ${V4}:5678] ${message}`;
const AFTER = `server: example.com, request: "GET /admin HTTP/1.1", host: "example.com"`;

const WEB_ERRORS: readonly Row[] = [
  [
    nginx(`user "admin": password mismatch, client: ${V4}, ${AFTER}`),
    { type: 'auth_failure', ip: V4, user: 'admin', details: { reason: 'password_mismatch' } },
  ],
  [
    nginx(`user "bob" was not found in "/etc/nginx/htpasswd", client: ${V6}, ${AFTER}`),
    { type: 'auth_failure', ip: V6, user: 'bob', details: { unknown_user: true } },
  ],
  [nginx(`access forbidden by rule, client: ${V4}, ${AFTER}`), { type: 'syslog_event', ip: V4, details: { reason: 'access_forbidden' } }],
  [nginx(`limiting requests, excess: 5.560 by zone "one", client: ${V4}, ${AFTER}`), { type: 'syslog_event', ip: V4, details: { reason: 'rate_limited' } }],
  [nginx(`open() "/var/www/x" failed (2: No such file or directory), client: ${V4}, ${AFTER}`), 'irrelevant'],
  // A referrer cannot move the blame, a name can at most leave nobody to blame.
  [
    nginx(`user "admin": password mismatch, client: ${V4}, ${AFTER}, referrer: "x, client: ${FALSE}, server: y"`),
    { type: 'auth_failure', ip: V4, user: 'admin' },
  ],
  [
    nginx(`user "x, client: ${FALSE}, server: y": password mismatch, client: ${V4}, ${AFTER}`),
    { type: 'auth_failure', ip: V4, user: `x, client: ${FALSE}, server: y` },
  ],
  [nginx(`user "x": password mismatch, client: ${FALSE}, y: "z": password mismatch, client: ${V4}, ${AFTER}`), { type: 'auth_failure', ip: undefined }],
  [nginx(`access forbidden by rule, client: ${V4}, server: x, request: "GET /, client: ${FALSE}, HTTP/1.1"`), { type: 'syslog_event', ip: V4 }],
  [apache('AH01617: user admin: authentication failure for "/admin": Password Mismatch'), { type: 'auth_failure', ip: V4, user: 'admin' }],
  [apache('AH01618: user eve not found: /admin'), { type: 'auth_failure', ip: V4, user: 'eve', details: { unknown_user: true } }],
  [apache('AH01630: client denied by server configuration: /var/www/x'), { type: 'syslog_event', ip: V4, details: { reason: 'access_forbidden' } }],
  [
    apache(`AH01617: user x] [client ${FALSE}:1] AH01617: user y: authentication failure for "/": Password Mismatch`),
    { type: 'auth_failure', ip: V4, user: `x] [client ${FALSE}:1] AH01617: user y` },
  ],
  [
    `[Mon Jan 12 03:04:05 2026] [error] [client ${V6}] user admin: authentication failure for "/": Password Mismatch`,
    { type: 'auth_failure', ip: V6, user: 'admin' },
  ],
  [
    `[Mon Jan 12 03:04:05.1 2026] [core:error] [pid 1] [client ${V6}:4242] AH01630: client denied by server configuration: /x`,
    { type: 'syslog_event', ip: V6 },
  ],
  ['[Mon Jan 12 03:04:05.1 2026] [mpm_event:notice] [pid 1:tid 2] AH00489: Apache configured', 'irrelevant'],
  ['something else', 'unparsed'],
];

const mail = (program: string, message: string): string => `Jan 12 03:04:05 mx ${program}: ${message}`;

const MAILS: readonly Row[] = [
  [
    mail('dovecot', `imap-login: Disconnected (auth failed, 3 attempts in 17 secs): user=<bob>, method=PLAIN, rip=${V4}, lip=192.0.2.1, TLS, session=<abc>`),
    { type: 'auth_failure', ip: V4, user: 'bob', details: { method: 'PLAIN', attempts: 3, service: 'imap-login' } },
  ],
  [
    mail('dovecot', `pop3-login: Aborted login (auth failed, 1 attempts in 2 secs): user=<>, method=PLAIN, rip=${V6}, lip=::1`),
    { type: 'auth_failure', ip: V6 },
  ],
  [
    mail('dovecot', `imap-login: Login: user=<bob>, method=PLAIN, rip=${V4}, lip=192.0.2.1, mpid=7, TLS, session=<x>`),
    { type: 'auth_success', ip: V4, user: 'bob' },
  ],
  [
    mail(
      'dovecot',
      `imap-login: Disconnected (auth failed, 1 attempts in 2 secs): user=<x>, method=PLAIN, rip=${FALSE}, lip=1>, method=PLAIN, rip=${V4}, lip=192.0.2.1`,
    ),
    { type: 'auth_failure', ip: V4, user: `x>, method=PLAIN, rip=${FALSE}, lip=1` },
  ],
  [mail('dovecot', 'imap(bob): Logged out in=50 out=600'), 'irrelevant'],
  [
    mail('postfix/smtpd[7]', `warning: unknown[${V4}]: SASL LOGIN authentication failed: UGFzc3dvcmQ6`),
    { type: 'auth_failure', ip: V4, details: { method: 'LOGIN' } },
  ],
  [
    mail('postfix/submission/smtpd[7]', `warning: host.example.net[${V6}]: SASL PLAIN authentication failed: x, sasl_username=bob`),
    { type: 'auth_failure', ip: V6, user: 'bob' },
  ],
  [
    mail('postfix/smtpd[7]', `warning: a.example[${V4}]: SASL LOGIN authentication failed: [${FALSE}], sasl_username=[${FALSE}]`),
    { type: 'auth_failure', ip: V4, user: `[${FALSE}]` },
  ],
  [mail('postfix/smtpd[7]', `lost connection after AUTH from unknown[${V4}]`), { type: 'auth_attempt', ip: V4 }],
  [mail('postfix/smtpd[7]', `connect from unknown[${V4}]`), 'irrelevant'],
  [
    mail('exim4[7]', `login authenticator failed for (helo) [${V4}]: 535 Incorrect authentication data (set_id=bob)`),
    { type: 'auth_failure', ip: V4, user: 'bob' },
  ],
  [
    `2026-01-12 03:04:05 plain authenticator failed for h.example (x [${FALSE}]) [${V4}]: 535 Incorrect authentication data (set_id=bob)`,
    { type: 'auth_failure', ip: V4, user: 'bob' },
  ],
  ['nothing', 'unparsed'],
];

const APPS: readonly Row[] = [
  [`{"time":"2026-01-12T03:04:05Z","event":"login_failed","user":"bob","ip":"${V4}"}`, { type: 'auth_failure', ip: V4, user: 'bob' }],
  [`{"ts":1768187045,"event":"login.success","username":"bob","client_ip":"${V6}"}`, { type: 'auth_success', ip: V6, user: 'bob' }],
  [
    `{"timestamp":"2026-01-12T03:04:05Z","method":"GET","path":"/a?b=1","status":404,"remote_addr":"${V4}"}`,
    { type: 'http_request', ip: V4, details: { path: '/a?b=1', query: 'b=1', status_code: 404 } },
  ],
  ['{"type":"llm_input","prompt":"hello","session_id":"s1"}', { type: 'llm_input', details: { prompt: 'hello' } }],
  ['{"prompt":"hello"}', { type: 'llm_input' }],
  ['{"agent_id":"a1","tool":"shell","target":"ls"}', { type: 'tool_call', details: { tool: 'shell' } }],
  ['{"level":"info","msg":"started"}', { type: 'log_entry', details: { content: 'started' } }],
  [`{"msg":"x from ${FALSE}","ip":"not an address"}`, { type: 'log_entry', ip: undefined }],
  ['{"level":"info"}', 'irrelevant'],
  ['{"broken', 'unparsed'],
  ['[1,2]', 'unparsed'],
  ['{"__proto__":{"type":"auth_success"}}', 'irrelevant'],
];

describe('the weberror grammar reads', () => {
  test.each(WEB_ERRORS)('%s', (line, want) => check('weberror', line, want));
});

describe('the mail grammar reads', () => {
  test.each(MAILS)('%s', (line, want) => check('mail', line, want));
});

describe('the app grammar reads', () => {
  test.each(APPS)('%s', (line, want) => check('app', line, want));
});

describe('the journal grammar', () => {
  const entry = (fields: object): string =>
    JSON.stringify({
      __CURSOR: 's=1',
      __REALTIME_TIMESTAMP: '1768187045123456',
      _HOSTNAME: 'web1',
      _PID: '77',
      _UID: '0',
      SYSLOG_IDENTIFIER: 'sshd',
      ...fields,
    });
  const message = `Failed password for root from ${V4} port 5 ssh2`;
  const parse = (fields: object) => parseLine(createGrammar('journal'), entry(fields)).events[0];

  test('reads messages with the time and host of the journal', () => {
    expect(parse({ MESSAGE: message })).toMatchObject({ type: 'auth_failure', sourceIp: V4, at: 1_768_187_045_123, observer: 'web1', trust: 'sensor' });
    expect(parse({ MESSAGE: message, SYSLOG_IDENTIFIER: 'sshd-session' })).toMatchObject({ type: 'auth_failure', sourceIp: V4 });
  });

  test('reads messages that the journal keeps as bytes', () => {
    expect(parse({ MESSAGE: [...Buffer.from(message)] })).toMatchObject({ type: 'auth_failure', sourceIp: V4 });
    expect(parseLine(createGrammar('journal'), entry({ MESSAGE: null })).outcome).toBe('irrelevant');
  });

  test('does not believe a user who says he is sshd', () => {
    expect(parse({ MESSAGE: message, _UID: '1000', _COMM: 'logger' })).toMatchObject({ trust: 'spoofable' });
    expect(parse({ MESSAGE: message, _UID: '1000', _COMM: 'sshd', _EXE: '/home/eve/sshd' })).toMatchObject({ trust: 'spoofable' });
  });

  test('believes sudo, which speaks with its caller’s uid, by its program', () => {
    const sudo = { MESSAGE: 'bob : TTY=pts/0 ; PWD=/ ; USER=root ; COMMAND=/bin/ls', SYSLOG_IDENTIFIER: 'sudo', _UID: '1000' };
    expect(parse({ ...sudo, _EXE: '/usr/bin/sudo' })).toMatchObject({ type: 'privilege_change', trust: 'sensor' });
    expect(parse({ ...sudo, _EXE: '/usr/bin/logger' })).toMatchObject({ trust: 'spoofable' });
    expect(parse(sudo)).toMatchObject({ trust: 'spoofable' });
  });
});

describe('the auto grammar', () => {
  test('finds the family of each line, also when a file mixes them', () => {
    const auto = createGrammar('auto', { localTime: utcTime });
    const lines: readonly (readonly [string, string])[] = [
      [`Jan 12 03:04:05 h sshd[1]: Failed password for root from ${V4} port 1 ssh2`, 'auth_failure'],
      [mail('postfix/smtpd[7]', `warning: unknown[${V4}]: SASL LOGIN authentication failed: x`), 'auth_failure'],
      [`${V4} - - [12/Jan/2026:03:04:05 +0000] "GET / HTTP/1.1" 200 1 "-" "-"`, 'http_request'],
      [nginx(`access forbidden by rule, client: ${V4}, ${AFTER}`), 'syslog_event'],
      ['{"prompt":"hello"}', 'llm_input'],
    ];
    for (const [line, type] of [...lines, ...lines, ...lines, ...lines]) expect(parseLine(auto, line).events[0]?.type).toBe(type);
    expect(parseLine(auto, 'nothing that anyone knows').outcome).toBe('unparsed');
    expect(parseLine(auto, 'Jan 12 03:04:05 h CRON[1]: (root) CMD (x)').outcome).toBe('irrelevant');
  });
});
