import { afterEach, describe, expect, test } from 'vitest';
import { systemClock } from '../../src/domain/clock.ts';
import type { Sensor, StalledChunk } from '../../src/workers/contract.ts';
import { createSensor, type SensorOptions } from '../../src/workers/sensor.ts';
import { bytesOf, eventOf, failedLine } from './kit.ts';

const entry = new URL('./toy-worker.ts', import.meta.url);
const open: Sensor[] = [];

const start = async (options: Partial<SensorOptions> = {}): Promise<Sensor> => {
  const sensor = await createSensor({ entry, clock: systemClock, config: { modules: { toy: { threshold: 1 } } }, ...options });
  open.push(sensor);
  return sensor;
};

const chunkOf = (bytes: Uint8Array, offset = 0) => ({ source: 'file:/a', grammar: 'auth', bytes, offset, receivedAt: Date.UTC(2026, 0, 12, 12) });
const alertOn = (user: string, offset = 0) => chunkOf(bytesOf(failedLine(user)), offset);

afterEach(async () => {
  await Promise.all(open.splice(0).map((sensor) => sensor.close()));
});

describe('a sensor', () => {
  test('runs the pipeline in its worker and counts', async () => {
    const sensor = await start();
    const result = await sensor.chunk(chunkOf(bytesOf(failedLine('a'), 'nothing', failedLine('b'))));
    expect(result.findings.map((finding) => [finding.module, finding.count])).toEqual([['toy', 2]]);
    expect(result.counters).toMatchObject({ lines: 3, parsed: 2, unparsed: 1 });
    expect((await sensor.events([eventOf()])).findings).toHaveLength(1);
    expect(sensor.health()).toMatchObject({ restarts: 0, inFlight: 0, lines: 3, parsed: 2, dropped: 0 });
    expect(sensor.health().lagMs).toBeGreaterThanOrEqual(0);
  });

  test('starts and stops modules with checked settings', async () => {
    const sensor = await start({ config: { modules: {} } });
    expect((await sensor.chunk(alertOn('a'))).findings).toHaveLength(0);
    await sensor.startModule('toy', { threshold: 1 });
    expect((await sensor.chunk(alertOn('a'))).findings).toHaveLength(1);
    await sensor.stopModule('toy');
    expect((await sensor.chunk(alertOn('a'))).findings).toHaveLength(0);
    await expect(sensor.startModule('nobody', {})).rejects.toMatchObject({ code: 'SEC_NOT_FOUND' });
    await expect(sensor.startModule('toy', { nonsense: 1 })).rejects.toMatchObject({ code: 'SEC_INTERNAL' });
  });

  test('has at most four jobs in flight and answers all of them in order', async () => {
    const sensor = await start();
    const order: number[] = [];
    const jobs = Array.from({ length: 50 }, (_, index) => sensor.chunk(alertOn('a', index * 1000)).then(() => order.push(index)));
    expect(sensor.health().inFlight).toBe(4);
    await Promise.all(jobs);
    expect(order).toEqual(Array.from({ length: 50 }, (_, index) => index));
    expect(sensor.health().inFlight).toBe(0);
  });

  test('leaves the caller’s bytes as they are', async () => {
    const sensor = await start();
    const bytes = bytesOf(failedLine('a'));
    await sensor.chunk(chunkOf(bytes));
    expect(bytes.byteLength).toBe(failedLine('a').length + 1);
  });

  test('replaces a worker that hangs: the poison is set aside once, the rest goes on with the same modules', async () => {
    const stalled: StalledChunk[] = [];
    const sensor = await start({ answerMs: 400, onStalled: (chunk) => stalled.push(chunk) });
    const poison = bytesOf(failedLine('before'), failedLine('hang'), failedLine('after'));
    const [first, second, third, fourth] = await Promise.all([
      sensor.chunk(alertOn('a')),
      sensor.chunk(chunkOf(poison, 5000)),
      sensor.chunk(alertOn('b', 6000)),
      sensor.events([eventOf()]),
    ]);
    expect(first?.findings).toHaveLength(1);
    expect(second?.findings).toEqual([]);
    expect(second?.consumed).toBe(poison.byteLength);
    expect(second?.counters).toMatchObject({ lines: 3, dropped: 3 });
    expect(second?.failures.map((failure) => failure.module)).toEqual(['toy']);
    expect(third?.findings).toHaveLength(1);
    expect(fourth?.findings).toHaveLength(1);
    expect(stalled).toHaveLength(1);
    expect(stalled[0]).toMatchObject({ source: 'file:/a', offset: 5000, length: poison.byteLength, module: 'toy' });
    expect(Buffer.from(stalled[0]?.head ?? []).toString()).toContain('before');
    expect(sensor.health()).toMatchObject({ restarts: 1, dropped: 3 });
  });

  test('replaces a worker that dies in the same way', async () => {
    const stalled: StalledChunk[] = [];
    const sensor = await start({ onStalled: (chunk) => stalled.push(chunk) });
    const [first, second] = await Promise.all([sensor.chunk(alertOn('exit')), sensor.chunk(alertOn('b', 1000))]);
    expect(first?.findings).toEqual([]);
    expect(second?.findings).toHaveLength(1);
    expect(stalled.map((chunk) => chunk.offset)).toEqual([0]);
    expect(sensor.health().restarts).toBe(1);
  });

  test('survives one poison after another', async () => {
    const sensor = await start({ answerMs: 300 });
    for (const user of ['exit', 'hang', 'exit']) await sensor.chunk(alertOn(user));
    expect((await sensor.chunk(alertOn('fine'))).findings).toHaveLength(1);
    expect(sensor.health().restarts).toBe(3);
  });

  test('reports a module that throws and keeps the worker', async () => {
    const sensor = await start();
    const { failures } = await sensor.chunk(alertOn('throw'));
    expect(failures.map((failure) => failure.module)).toEqual(['toy']);
    expect(sensor.health().restarts).toBe(0);
  });

  test('names a module that cannot be started again', async () => {
    const sensor = await start({ config: { modules: { toy: { nonsense: 1 } } } });
    const { failures } = await sensor.chunk(alertOn('a'));
    expect(failures.map((failure) => [failure.module, failure.eventType])).toEqual([['toy', 'start']]);
  });

  test('refuses work after it was closed, also what was waiting', async () => {
    const sensor = await start();
    const jobs = Promise.allSettled(Array.from({ length: 20 }, () => sensor.chunk(alertOn('hang'))));
    await sensor.close();
    expect((await jobs).every((job) => job.status === 'rejected')).toBe(true);
    await expect(sensor.chunk(alertOn('a'))).rejects.toMatchObject({ code: 'SEC_UNAVAILABLE' });
  });

  test('says so when its worker cannot come up', async () => {
    await expect(createSensor({ entry: new URL('./no-such-worker.ts', import.meta.url), clock: systemClock })).rejects.toMatchObject({ code: 'SEC_INTERNAL' });
  });
});
