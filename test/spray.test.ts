import { Session } from 'node:inspector/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createReplayPipeline } from '../src/daemon/replay.ts';

const START = Date.UTC(2026, 2, 2, 12);
const line = (index: number): string =>
  `${new Date(START + index).toISOString().replace('Z', '000+00:00')} web1 sshd[7]: Failed password for user${index} from 2001:db8:${(index >> 8).toString(16)}:${(index & 255).toString(16)}::1 port 40100 ssh2\n`;

// Only functions that are compiled while it counts are counted block by block.
const session = new Session();
beforeAll(async () => {
  session.connect();
  await session.post('Profiler.enable');
  await session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: true });
});
afterAll(() => session.disconnect());

// How often any piece of our code ran since the last look: loops included, whatever the machine is busy with.
const workDone = async (): Promise<number> => {
  const { result } = await session.post('Profiler.takePreciseCoverage');
  const ours = result.filter(({ url }) => url.includes('/src/'));
  return ours.reduce((sum, { functions }) => sum + functions.reduce((all, { ranges }) => all + ranges.reduce((part, { count }) => part + count, 0), 0), 0);
};

const spray = async (failures: number): Promise<{ readonly work: number; readonly types: ReadonlySet<string> }> => {
  const bytes = Buffer.from(Array.from({ length: failures }, (_, index) => line(index)).join(''));
  const pipeline = createReplayPipeline({}, (warning) => expect.unreachable(warning));
  await workDone();
  const { findings } = pipeline.chunk({ source: 'replay:x', grammar: 'auth', bytes, offset: 0, receivedAt: START + 86_400_000, isFinal: true });
  return { work: await workDone(), types: new Set(findings.map(({ type }) => type)) };
};

test('a spray from ten times as many addresses is ten times the work, not more', async () => {
  // What is made once is made before.
  await spray(100);
  const few = await spray(2000);
  const many = await spray(20_000);
  expect(few.types).toContain('password_spray');
  expect(many.types).toContain('password_spray');
  expect(few.work).toBeGreaterThan(2000 * 20);
  expect(many.work / few.work).toBeLessThan(12);
}, 120_000);
