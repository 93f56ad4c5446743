import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { MAX_DIGEST, planNext, STORM } from '../../../src/actors/notify/plan-next.ts';
import type { Delivery } from '../../../src/domain/delivery.ts';
import { ENDPOINT_TYPES } from '../../../src/domain/endpoint.ts';
import { NOW, sampleDelivery, sampleNotice } from './samples.ts';

const queued = (count: number, more: (n: number) => Partial<Delivery> = () => ({})): readonly Delivery[] =>
  Array.from({ length: count }, (_, n) => sampleDelivery([sampleNotice()], { id: `d${n}`, sequence: n + 1, at: NOW + n, ...more(n) }));
const plain = { type: 'generic', digestMs: undefined } as const;
const chat = { type: 'slack', digestMs: undefined } as const;
const digest = { type: 'slack', digestMs: 60_000 } as const;

describe('what is sent next', () => {
  test('nothing, when nothing waits', () => {
    expect(planNext([], digest, NOW)).toEqual({ kind: 'empty' });
  });

  test('one at a time, in order', () => {
    expect(planNext(queued(5), plain, NOW)).toMatchObject({ kind: 'send', delivery: { id: 'd0' } });
  });

  test('a digest gathers until its time is over, then all go as one in the place and under the id of the first', () => {
    expect(planNext(queued(3), digest, NOW + 59_999)).toEqual({ kind: 'later', at: NOW + 60_000 });
    expect(planNext(queued(3), digest, NOW + 60_000)).toMatchObject({
      kind: 'merge',
      from: [{ id: 'd0' }, { id: 'd1' }, { id: 'd2' }],
      into: { id: 'd0', sequence: 1, items: [{}, {}, {}] },
    });
    expect(planNext(queued(1), digest, NOW + 60_000)).toMatchObject({ kind: 'send', delivery: { id: 'd0' } });
  });

  test('a CRITICAL alert does not wait for a digest, and nobody overtakes anybody', () => {
    const waiting = queued(3, (n) => (n === 2 ? { items: [{ notice: sampleNotice({ severity: 'CRITICAL' }) }] } : {}));
    expect(planNext(waiting, digest, NOW)).toMatchObject({ kind: 'merge', from: [{ id: 'd0' }, { id: 'd1' }, { id: 'd2' }] });
  });

  test('a clock that was set back does not stretch the wait', () => {
    expect(planNext(queued(2), digest, NOW - 10_000_000)).toEqual({ kind: 'later', at: NOW - 10_000_000 + 60_000 });
  });

  test('a storm becomes one message for people, never for programs or incidents', () => {
    expect(planNext(queued(STORM), chat, NOW)).toMatchObject({ kind: 'merge' });
    expect(planNext(queued(STORM - 1), chat, NOW)).toMatchObject({ kind: 'send' });
    for (const type of ['generic', 'pagerduty'] as const)
      expect(planNext(queued(STORM * 3), { type, digestMs: undefined }, NOW)).toMatchObject({ kind: 'send' });
  });

  test('a batch of a storm waits until its time is over and nobody waits for it', () => {
    const hold = { key: 'k', until: NOW + 30_000, max: 50 };
    const held = (n: number): Partial<Delivery> => (n === 0 ? { hold } : {});
    expect(planNext(queued(1, held), chat, NOW + 29_999)).toEqual({ kind: 'later', at: NOW + 30_000 });
    expect(planNext(queued(2, held), chat, NOW + 29_999)).toMatchObject({ kind: 'send', delivery: { id: 'd1' } });
    expect(planNext(queued(2, held), chat, NOW + 30_000)).toMatchObject({ kind: 'send', delivery: { id: 'd0' } });
    expect(planNext(queued(1, held), chat, NOW - 10_000_000)).toMatchObject({ kind: 'send', delivery: { id: 'd0' } });
    expect(
      planNext(
        queued(1, () => ({ hold, attempts: 1 })),
        chat,
        NOW,
      ),
    ).toMatchObject({ kind: 'send', delivery: { id: 'd0' } });
  });

  test('what was begun is never changed, whatever has come since', () => {
    fc.assert(
      fc.property(fc.constantFrom(...ENDPOINT_TYPES), fc.integer({ min: 1, max: 300 }), fc.boolean(), (type, count, isDigest) => {
        const waiting = queued(count, (n) => (n === 0 ? { attempts: 1 } : {}));
        expect(planNext(waiting, { type, digestMs: isDigest ? 1000 : undefined }, NOW + 5000)).toEqual({ kind: 'send', delivery: waiting[0] });
      }),
    );
  });

  test('no digest is larger than its bound, and none loses or doubles an item', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 150 }), { minLength: 1, maxLength: 60 }), (sizes) => {
        const waiting = queued(sizes.length, (n) => ({
          items: Array.from({ length: sizes[n] ?? 1 }, (_, m) => ({ notice: sampleNotice({ count: n * 1000 + m + 1 }) })),
        }));
        const step = planNext(waiting, digest, NOW + 100_000);
        if (step.kind !== 'merge') return;
        expect(step.into.items.length).toBeLessThanOrEqual(MAX_DIGEST);
        expect(step.into.items).toEqual(waiting.slice(0, step.from.length).flatMap(({ items }) => items));
      }),
    );
  });
});
