import { describe, expect, test } from 'vitest';
import { processCollector } from '../../../../src/actors/collectors/process/collector.ts';
import { quoted } from '../../../../src/actors/collectors/process/exec-event.ts';
import type { CollectorReport, ProcessFact } from '../../../../src/actors/contract.ts';
import { createManualClock } from '../../../../src/domain/clock.ts';
import { SecError } from '../../../../src/domain/errors.ts';
import type { SecurityEvent } from '../../../../src/domain/event.ts';
import type { ProcessDetails } from '../../../../src/domain/host.ts';

const AT = Date.UTC(2026, 0, 15, 12);

const processOf = (over: Partial<ProcessDetails> = {}): ProcessDetails => ({
  pid: 4711,
  startTime: 99,
  exe: '/usr/bin/dash',
  exeDev: 1,
  exeIno: 2,
  uid: 33,
  cgroup: '/system.slice/nginx.service',
  name: 'sh',
  commandLine: 'sh -c id',
  parentPid: 800,
  sessionId: 800,
  argv: ['sh', '-c', 'id -un'],
  cwd: '/var/www',
  loginUid: 1000,
  state: 'running',
  ancestors: [
    { pid: 800, startTime: 5, exe: '/usr/sbin/nginx', name: 'nginx' },
    { pid: 1, startTime: 0, exe: '/usr/lib/systemd/systemd', name: 'systemd' },
  ],
  ...over,
});

const execOf = (process: ProcessDetails | null, over: Partial<Extract<ProcessFact, { kind: 'exec' }>> = {}): ProcessFact => ({
  kind: 'exec',
  at: AT,
  pid: 4711,
  process,
  stdio: ['socket:[1]', 'pipe:[2]', '/dev/null'],
  ...over,
});

const collect = async (batches: readonly (readonly ProcessFact[])[], feedError?: Error) => {
  const events: SecurityEvent[] = [];
  const sizes: number[] = [];
  const reports: CollectorReport[] = [];
  const done = processCollector.run({
    spec: { id: 'process', collector: 'process' },
    clock: createManualClock(AT),
    cursors: { get: () => undefined, put: () => {} },
    signal: new AbortController().signal,
    report: (report) => reports.push(report),
    sink: {
      chunk: () => Promise.reject(new Error('not a line source')),
      events: async (batch) => {
        sizes.push(batch.length);
        events.push(...batch);
      },
    },
    feeds: {
      journal: () => Promise.reject(new Error('not asked')),
      processes: async (_signal, onBatch) => {
        for (const batch of batches) await onBatch(batch);
        if (feedError !== undefined) throw feedError;
      },
    },
  });
  await done;
  return { events, sizes, reports };
};

describe('process collector', () => {
  test('a program start becomes one event with everything a judge needs', async () => {
    const { events } = await collect([[execOf(processOf(), { preload: '/tmp/x.so' })]]);
    expect(events).toHaveLength(1);
    expect(events[0]).toMatchObject({
      type: 'process_exec',
      at: AT,
      source: 'process',
      trust: 'sensor',
      details: {
        process_name: 'dash',
        command_line: "sh -c 'id -un'",
        argv: ['sh', '-c', 'id -un'],
        executable_path: '/usr/bin/dash',
        parent_process: 'nginx',
        parent_pid: 800,
        parents: ['nginx', 'systemd'],
        pid: 4711,
        uid: 33,
        login_uid: 1000,
        cwd: '/var/www',
        stdio: ['socket:[1]', 'pipe:[2]', '/dev/null'],
        preload: '/tmp/x.so',
      },
      entities: { process: { pid: 4711, startTime: 99, exe: '/usr/bin/dash', exeDev: 1, exeIno: 2, uid: 33, cgroup: '/system.slice/nginx.service' } },
    });
  });

  test.each([
    ['a file that was deleted', '/tmp/x (deleted)', { deleted: true, executable_path: '/tmp/x' }],
    ['a file that was never on disk', '/memfd:x (deleted)', { memfd: true, deleted: true }],
  ])('%s is told', async (_name, exe, details) => {
    const { events } = await collect([[execOf(processOf({ exe }))]]);
    expect(events[0]?.details).toMatchObject(details);
  });

  test('a session of sshd without a terminal is recognised by the title of its process', async () => {
    const sshd = (commandLine: string) => [{ pid: 2, startTime: 1, exe: '/usr/sbin/sshd', commandLine }];
    const { events } = await collect([
      [execOf(processOf({ ancestors: sshd('sshd: alice@notty') })), execOf(processOf({ ancestors: sshd('sshd: alice@pts/0') }))],
    ]);
    expect(events.map((event) => event.details['without_terminal'])).toEqual([true, undefined]);
  });

  test('a program cannot claim to be such a session by its own title', async () => {
    const ancestors = [{ pid: 2, startTime: 1, exe: '/usr/bin/perl', commandLine: 'sshd: alice@notty' }];
    const { events } = await collect([[execOf(processOf({ ancestors }))]]);
    expect(events[0]?.details['without_terminal']).toBeUndefined();
  });

  test.each([
    ['was over before it could be read', null],
    ['was ending and had nothing left to read', processOf({ exe: '', argv: [] })],
  ])('a process that %s is told as gone, not lost', async (_name, process) => {
    const { events, reports } = await collect([[execOf(process)]]);
    expect(events[0]?.details).toEqual({ pid: 4711, gone: true });
    expect(events[0]?.entities).toEqual({});
    expect(reports.at(-2)).toMatchObject({ type: 'progress', lines: 1, parsed: 0 });
  });

  test('ids of one run are all different', async () => {
    const { events } = await collect([[execOf(processOf()), execOf(processOf()), execOf(null)]]);
    expect(new Set(events.map((event) => event.id)).size).toBe(3);
  });

  test('forks and exits make no events, but the source is running', async () => {
    const { events, reports } = await collect([
      [
        { kind: 'fork', at: AT, pid: 2, parentPid: 1 },
        { kind: 'exit', at: AT, pid: 2, code: 0 },
      ],
    ]);
    expect(events).toEqual([]);
    expect(reports.map((report) => (report.type === 'state' ? report.state : report.type))).toEqual(['starting', 'running', 'progress', 'stopped']);
  });

  test('what the kernel dropped is counted and told', async () => {
    const { reports } = await collect([[{ kind: 'overrun', at: AT, lost: 7 }, execOf(processOf())], [{ kind: 'overrun', at: AT, lost: 3 }]]);
    const told = reports.flatMap((report) => (report.type === 'state' ? [report.detail] : []));
    expect(told.some((detail) => detail.includes('dropped 7') && detail.includes('missed'))).toBe(true);
    expect(told.some((detail) => detail.includes('(10 since the start)'))).toBe(true);
    expect(reports.flatMap((report) => (report.type === 'progress' ? [report.dropped] : []))).toEqual([7, 3]);
  });

  test('a flood is passed on in batches of at most 512, each awaited', async () => {
    const { events, sizes } = await collect([Array.from({ length: 1300 }, () => execOf(processOf()))]);
    expect(events).toHaveLength(1300);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(512);
  });

  test('huge arguments are cut', async () => {
    const argv = Array.from({ length: 5000 }, () => 'x'.repeat(50_000));
    const { events } = await collect([[execOf(processOf({ argv }))]]);
    expect(String(events[0]?.details['command_line']).length).toBeLessThanOrEqual(8192);
    expect(events[0]?.details['argv']).toHaveLength(512);
  });

  test('a feed that is refused rejects with its own error', async () => {
    await expect(collect([], new SecError('SEC_UNAVAILABLE', 'needs CAP_NET_ADMIN'))).rejects.toMatchObject({ code: 'SEC_UNAVAILABLE' });
  });
});

test.each([
  [['ls', '-la'], 'ls -la'],
  [['sh', '-c', 'echo "hi"'], `sh -c 'echo "hi"'`],
  [['echo', "it's"], `echo 'it'\\''s'`],
  [['echo', ''], "echo ''"],
])('%j is shown as a person would type it', (argv, text) => {
  expect(quoted(argv)).toBe(text);
});
