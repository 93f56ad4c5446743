import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createGrammar } from '../../../../src/actors/collectors/grammars/registry.ts';
import type { Grammar } from '../../../../src/actors/contract.ts';
import { createPipeline } from '../../../../src/workers/pipeline.ts';
import { parseLine, RECEIVED_AT, utcTime } from './parse-lines.ts';

const create = (id: string) => createGrammar(id, { localTime: utcTime });
const grammars = new Map<string, Grammar>();
const isQuiet = (id: string, line: string): boolean => {
  const bytes = Buffer.from(`before\n${line}\nafter`);
  // The check of bytes remembers nothing: one serves all lines.
  const grammar = grammars.get(id) ?? create(id);
  grammars.set(id, grammar);
  return grammar.isQuiet?.(bytes, 7, bytes.length - 6) === true;
};

const QUIET = [
  'Jan 12 03:04:05 h CRON[1]: (root) CMD (test -x /usr/sbin/anacron)',
  'Jan  2 03:04:05 h udevd: usb 1-1: new device',
  'Feb 29 23:59:60 web1.example systemd[1]: Started Session 7 of user deploy.',
  '2026-01-12T03:04:05.123456+00:00 h systemd[1]: Started it.',
  '2026-01-12T03:04:05Z h ntpd[77]: time slew',
];

describe.each(['auth', 'mail', 'auto'])('of lines for the %s grammar', (id) => {
  test.each(QUIET)('%j need not become text', (line) => {
    expect(isQuiet(id, line)).toBe(true);
    expect(parseLine(create(id), line)).toEqual({ outcome: 'irrelevant', events: [] });
  });

  test('those that are passed over are exactly such as it has nothing to say about', () => {
    const time = fc.constantFrom(
      ...[
        'Jan 12 03:04:05',
        'Jan  2 03:04:05',
        'Jan 32 03:04:05',
        'Foo 12 03:04:05',
        'Jan 12 24:04:05',
        'Jan 12 03:04:61',
        'JAN 12 03:04:05',
        'Jan 00 03:04:05',
      ],
      ...[
        '2026-01-12T03:04:05.123456+00:00',
        '2026-01-12T03:04:05Z',
        '2026-13-12T03:04:05Z',
        '2026-01-12 03:04:05',
        '2026-01-12T03:04:05',
        '1969-01-12T03:04:05Z',
      ],
      ...['2026-01-12T03:04:05.1234567890123456789012+00:00', '2026/01/12 03:04:05', '<38>Jan 12 03:04:05', ''],
    );
    const host = fc.constantFrom(' h ', ' web1.example ', ' h: ', '  ', ' ', ' hö ', ' sshd[1]: ', ' h auth.info ', ` ${'h'.repeat(220)} `);
    const program = fc.constantFrom(
      ...['sshd', 'sshd-session', 'sudo', 'su', 'login', 'useradd', 'usermod', 'systemd-logind', 'dovecot', 'postfix/smtpd', 'postfix-out/smtpd', 'exim4'],
      ...['CRON', 'kernel', 'systemd', 'nginx', 'a.b/c_d-e', 'a:b', 'ssh', 'sshd2', 'p'.repeat(90), ''],
    );
    const tag = fc.constantFrom('[1]: ', ': ', '[1]:', ':', '[x]: ', '[1] : ', '[12345678901]: ', ' ', '[1][2]: ');
    const message = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 40 }),
      fc.constantFrom(
        ...[
          'Failed password for root from 192.0.2.1 port 1 ssh2',
          'pam_unix(x:auth): authentication failure; rhost=192.0.2.1  user=root',
          'PAM 2 more authentication failures; rhost=192.0.2.1',
        ],
        ...['192.0.2.1 - - [12/Jan/2026:03:04:05 +0000] "GET / HTTP/1.1" 200 1', 'new user: name=a, UID=1, GID=1, home=/, shell=/bin/sh', '(root) CMD (x)'],
        ...[
          'imap-login: Disconnected (auth failed, 1 attempts): user=<a>, method=PLAIN, rip=192.0.2.1, lip=192.0.2.2',
          'lost connection after AUTH from x[192.0.2.1]',
        ],
      ),
    );
    fc.assert(
      fc.property(time, host, program, tag, message, (...parts) => {
        const line = parts.join('').replaceAll('\n', ' ');
        fc.pre(isQuiet(id, line));
        expect(parseLine(create(id), line)).toEqual({ outcome: 'irrelevant', events: [] });
      }),
      { numRuns: 1500, maxSkipsPerRun: 10_000 },
    );
  }, 60_000);
});

test('lines that are passed over are counted like the others', () => {
  const counted = (grammar: string) => {
    const bytes = Buffer.from(
      `${QUIET.join('\n')}\n${QUIET[0]} ${'x'.repeat(9000)}\n\nnothing\nJan 12 03:04:05 h sshd[1]: Failed password for root from 192.0.2.1 port 1 ssh2\n`,
    );
    return createPipeline([], { modules: {} }).chunk({ source: 's', grammar, bytes, offset: 0, receivedAt: RECEIVED_AT }).counters;
  };
  expect(counted('auth')).toEqual({ lines: 9, parsed: 1, irrelevant: 7, unparsed: 1, dropped: 0, events: 1, cut: 1 });
  expect(counted('auto')).toEqual(counted('auth'));
});
