import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createStreamFolder } from '../../src/daemon/stream-folder.ts';
import type { Alert } from '../../src/domain/alert.ts';
import { sampleAlert } from '../kit/alerts.ts';

const createWorld = () => {
  const shown: Alert[] = [];
  const time = { now: 0 };
  return {
    shown,
    time,
    folder: createStreamFolder(
      (alert) => shown.push(alert),
      () => time.now,
    ),
  };
};

describe('alerts on the stream', () => {
  test('of a storm of repeats the first comes at once and the latest a second later', () => {
    const { shown, time, folder } = createWorld();
    const alert = sampleAlert();
    for (let version = 1; version <= 1000; version += 1) folder.take({ ...alert, version });
    expect(shown.map(({ version }) => version)).toEqual([1]);
    time.now = 1000;
    folder.flush();
    expect([shown.map(({ version }) => version), folder.folded()]).toEqual([[1, 1000], 998]);
  });

  test.each([
    ['severity', { severity: 'CRITICAL' }],
    ['status', { status: 'ACKNOWLEDGED' }],
  ] as const)('a change of %s does not wait', (_what, change) => {
    const { shown, folder } = createWorld();
    const alert = sampleAlert();
    folder.take(alert);
    folder.take({ ...alert, ...change, version: 2 });
    expect(shown.map(({ version }) => version)).toEqual([1, 2]);
  });

  test('whatever comes in whatever order: no alert is missing, versions only go up, the latest arrives', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.integer({ min: 0, max: 5 }), fc.integer({ min: 0, max: 900 }), fc.boolean()), { maxLength: 80 }), (moves) => {
        const { shown, time, folder } = createWorld();
        const latest = new Map<string, Alert>();
        for (const [which, wait, flushes] of moves) {
          time.now += wait;
          if (flushes) folder.flush();
          const id = `A${which}`;
          const alert = { ...sampleAlert(), id: id as Alert['id'], version: (latest.get(id)?.version ?? 0) + 1 };
          latest.set(id, alert);
          folder.take(alert);
        }
        time.now += 1000;
        folder.flush();
        for (const [id, alert] of latest) {
          const versions = shown.filter((one) => one.id === id).map(({ version }) => version);
          expect(versions).toEqual([...versions].sort((a, b) => a - b));
          expect(versions.at(-1)).toBe(alert.version);
        }
      }),
    );
  });
});
