import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Caller } from '../../src/daemon/api.ts';
import { createIngest } from '../../src/daemon/ingest.ts';
import { createManualClock } from '../../src/domain/clock.ts';
import type { SecurityEvent } from '../../src/domain/event.ts';

const caller = (uid: number): Caller => ({ actor: { name: `user${uid}`, uid, pid: 7, via: 'api' }, roles: new Set(['operator']) });

const begin = (options: { readonly trustRoot?: boolean; readonly perSecond?: number } = {}) => {
  const events: SecurityEvent[] = [];
  const clock = createManualClock(1_700_000_000_000);
  const ingest = createIngest({
    clock,
    trustRoot: options.trustRoot ?? false,
    perSecond: options.perSecond ?? 1000,
    sink: { events: async (batch) => void events.push(...batch) },
  });
  return { ingest, events, clock };
};

const line = (more: object = {}): string => JSON.stringify({ type: 'auth_failure', source_ip: '203.0.113.9', ...more });

describe('trust comes from the caller, never from what is sent', () => {
  test.each([
    ['anybody, by default', 1000, false, 'claim'],
    ['root, by default', 0, false, 'claim'],
    ['anybody, where root is believed', 1000, true, 'claim'],
    ['root, where root is believed', 0, true, 'sensor'],
  ])('%s', async (_who, uid, trustRoot, trust) => {
    const { ingest, events } = begin({ trustRoot });
    const reply = await ingest.take(line({ trust: 'sensor', source: 'file:/var/log/auth.log' }), caller(uid));
    expect(reply).toMatchObject({ accepted: 1, trust });
    expect(events).toMatchObject([{ trust, source: 'api', observer: `user${uid}`, details: { original_source: 'file:/var/log/auth.log' } }]);
  });
});

describe('what is not an event', () => {
  test.each([
    ['a severity that is none', line({ severity: 'BAD' }), { path: 'severity', expected: 'INFO, LOW, MEDIUM, HIGH, CRITICAL', got: '"BAD"' }],
    ['no type', '{"summary":"x"}', { path: 'type', expected: 'string', got: 'nothing' }],
    ['details that are no object', line({ details: 'x' }), { path: 'details', expected: 'record', got: '"x"' }],
    ['no JSON', 'hello', { path: '', expected: 'JSON' }],
    ['half an object', '{"type":', { path: '', expected: 'JSON' }],
    ['more than a megabyte', line({ summary: 'x'.repeat(1_048_600) }), { path: '', expected: 'at most 1048576 bytes' }],
    ['a thousand levels', `{"type":"x","details":${'{"a":'.repeat(1000)}1${'}'.repeat(1000)}}`, { path: '', expected: 'at most 32 levels' }],
  ])('%s is named with line, path, expected, got and hint; the other lines are taken', async (_what, bad, problem) => {
    const { ingest, events } = begin();
    const reply = await ingest.take([line(), bad, line()].join('\n'), caller(0));
    expect(reply).toMatchObject({ accepted: 2, rejected: 1, limited: 0, problems: [{ line: 2, ...problem, hint: expect.stringMatching(/./) }] });
    expect(events).toHaveLength(2);
    expect(ingest.counters()).toMatchObject({ accepted: 2, rejected: 1 });
  });

  test('alone it is an error', async () => {
    await expect(begin().ingest.take(line({ severity: 'BAD' }), caller(0))).rejects.toMatchObject({
      code: 'SEC_INPUT_INVALID',
      detail: expect.stringContaining('line 1: severity: expected INFO'),
    });
  });

  test('hostile text gives numbers that add up, and never throws anything else', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.oneof(fc.string(), fc.json(), fc.constant(line())), { maxLength: 30 }), async (lines) => {
        const { ingest, events } = begin();
        const text = lines.map((one) => one.replaceAll('\n', ' ')).join('\n');
        const reply = await ingest.take(text, caller(5)).catch((thrown: unknown) => {
          expect(thrown).toMatchObject({ code: 'SEC_INPUT_INVALID' });
          return undefined;
        });
        if (reply !== undefined) expect(reply.accepted + reply.rejected + reply.limited).toBe(text.split('\n').filter((one) => one.trim() !== '').length);
        expect(events.every((event) => event.trust === 'claim')).toBe(true);
      }),
    );
  });
});

test('over the rate, the rest of the request is left to be sent again, and counted; a second later there is room', async () => {
  const { ingest, events, clock } = begin({ perSecond: 10 });
  const first = await ingest.take(Array.from({ length: 25 }, () => line()).join('\n'), caller(0));
  expect(first).toMatchObject({ accepted: 10, rejected: 0, limited: 15, retry_after_ms: 1000 });
  clock.advance(1000);
  expect(await ingest.take(Array.from({ length: 15 }, () => line()).join('\n'), caller(0))).toMatchObject({ accepted: 10, limited: 5 });
  expect(events).toHaveLength(20);
  expect(ingest.counters()).toMatchObject({ accepted: 20, limited: 20 });
});

test('more than 1000 lines in one request are refused whole', async () => {
  const { ingest, events } = begin();
  await expect(ingest.take(`${line()}\n`.repeat(1001), caller(0))).rejects.toMatchObject({ code: 'SEC_INPUT_INVALID' });
  expect(events).toEqual([]);
});
