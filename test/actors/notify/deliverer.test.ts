import { describe, expect, test } from 'vitest';
import { createDeliverer, type Deliverer, type PostOutcome } from '../../../src/actors/notify/deliverer.ts';
import { alertDrafts, closingDrafts, endpointsFor } from '../../../src/actors/notify/drafts.ts';
import type { OutgoingRequest } from '../../../src/actors/notify/request.ts';
import type { Endpoint } from '../../../src/domain/endpoint.ts';
import { SecError } from '../../../src/domain/errors.ts';
import type { HistoryRecord } from '../../../src/domain/history.ts';
import type { Store } from '../../../src/store/contract.ts';
import { sampleAlert } from '../../kit/alerts.ts';
import { withStore } from '../../store/store-fixtures.ts';
import { NOW, sampleEndpoint } from './samples.ts';

const answer = (status: number, retryAfterMs?: number): PostOutcome => ({ isAnswer: true, status, retryAfterMs });

type World = {
  readonly store: Store;
  readonly deliverer: Deliverer;
  readonly sent: OutgoingRequest[];
  readonly records: HistoryRecord[];
  /** What the receiver does next; 200 when nothing is left. */
  readonly answers: PostOutcome[];
};

const withDeliverer = (
  work: (world: World) => Promise<void>,
  endpoints: readonly Endpoint[] = [sampleEndpoint()],
  over: (store: Store) => Store = (store) => store,
): Promise<void> =>
  withStore(async (store) => {
    const sent: OutgoingRequest[] = [];
    const records: HistoryRecord[] = [];
    const answers: PostOutcome[] = [];
    const deliverer = createDeliverer({
      store: over(store),
      endpoints,
      label: 'web-1',
      now: () => NOW,
      random: () => 0.25,
      post: async (request) => {
        sent.push(request);
        return answers.shift() ?? answer(200);
      },
      onRecords: (more) => records.push(...more),
    });
    await work({ store, deliverer, sent, records, answers });
  });

const queue = (store: Store, actionId: string, endpoint = sampleEndpoint()) =>
  store.commit({ outbox: { add: alertDrafts(sampleAlert(), [endpoint], actionId, NOW) }, records: [] });
const deadIn = (store: Store): number => store.outbox.deadCounts().get('ops') ?? 0;
const idIn = (request: OutgoingRequest | undefined): string => request?.headers['x-1sec-delivery-id'] ?? '';

describe('a delivery', () => {
  test('that arrives leaves the outbox, and only then the history calls the action done', () =>
    withDeliverer(async ({ store, deliverer, records, sent }) => {
      await queue(store, 'action-1');
      expect(await deliverer.deliver('ops')).toEqual({ kind: 'delivered' });
      expect(await deliverer.deliver('ops')).toEqual({ kind: 'empty' });
      expect(sent).toHaveLength(1);
      expect(records).toMatchObject([
        {
          kind: 'outcome',
          actionId: 'action-1',
          action: 'webhook',
          target: 'ops',
          outcome: 'success',
          verification: 'verified',
          reason: 'ops answered 200, attempt 1',
        },
      ]);
    }));

  test('that fails stays at the head with the same id, and counts its attempts', () =>
    withDeliverer(async ({ store, deliverer, sent, answers, records }) => {
      await queue(store, 'action-1');
      await queue(store, 'action-2');
      answers.push(answer(503, 90_000), { isAnswer: false, reason: 'nobody listens there' });
      expect(await deliverer.deliver('ops')).toMatchObject({
        kind: 'failed',
        attempts: 1,
        isFinal: false,
        reason: 'answered 503',
        retryAfterMs: 90_000,
        dice: 0.25,
      });
      expect(await deliverer.deliver('ops')).toMatchObject({ kind: 'failed', attempts: 2, isFinal: false, reason: 'nobody listens there' });
      expect(await deliverer.deliver('ops')).toEqual({ kind: 'delivered' });
      expect(new Set(sent.map(idIn)).size).toBe(1);
      expect(sent.map(({ headers }) => headers['x-1sec-attempt'])).toEqual(['1', '2', '3']);
      expect(new Set(sent.map(({ body }) => body)).size).toBe(1);
      expect(records).toMatchObject([{ actionId: 'action-1', reason: 'ops answered 200, attempt 3' }]);
    }));

  test.each([
    [200, 'delivered'],
    [202, 'delivered'],
    [204, 'delivered'],
    [301, true],
    [302, true],
    [307, true],
    [400, true],
    [401, true],
    [404, true],
    [410, true],
    [408, false],
    [425, false],
    [429, false],
    [500, false],
    [503, false],
    [101, false],
    [0, false],
  ])('an answer of %i: given up at once = %s', (status, isFinal) =>
    withDeliverer(async ({ store, deliverer, answers }) => {
      await queue(store, 'a');
      answers.push(answer(status));
      expect(await deliverer.deliver('ops')).toMatchObject(isFinal === 'delivered' ? { kind: 'delivered' } : { kind: 'failed', isFinal });
    }),
  );

  test('that is given up becomes a dead letter and a failure in the history', () =>
    withDeliverer(async ({ store, deliverer, records, answers }) => {
      await queue(store, 'action-1');
      answers.push(answer(410));
      const reply = await deliverer.deliver('ops');
      if (reply.kind !== 'failed') throw new Error('it did not fail');
      await deliverer.bury('ops', 'somebody else', 'x');
      expect(deadIn(store)).toBe(0);
      await deliverer.bury('ops', reply.id, reply.reason);
      expect(store.outbox.deadLetters(9)).toMatchObject([{ reason: 'answered 410', delivery: { id: reply.id, attempts: 1 } }]);
      expect(records).toMatchObject([
        { actionId: 'action-1', outcome: 'failure', verification: 'failed', reason: 'given up for ops after 1 attempts: answered 410' },
      ]);
      expect(await deliverer.deliver('ops')).toEqual({ kind: 'empty' });
    }));

  test('that arrived while the store would not record it is recorded later and never sent twice', () => {
    let failures = 2;
    return withDeliverer(
      async ({ store, deliverer, sent, records }) => {
        await queue(store, 'action-1');
        await expect(deliverer.deliver('ops')).rejects.toMatchObject({ code: 'SEC_STORE_FULL' });
        await expect(deliverer.deliver('ops')).rejects.toMatchObject({ code: 'SEC_STORE_FULL' });
        expect(await deliverer.deliver('ops')).toEqual({ kind: 'delivered' });
        expect(sent).toHaveLength(1);
        expect(records).toHaveLength(1);
      },
      undefined,
      (store) => ({
        ...store,
        commit: async (change) => {
          failures -= 1;
          if (failures >= 0) throw new SecError('SEC_STORE_FULL');
          return store.commit(change);
        },
      }),
    );
  });

  test('of many alerts in a storm is one digest, on disk before it is sent, each action with its own outcome', () =>
    withDeliverer(
      async ({ store, deliverer, sent, records, answers }) => {
        const endpoint = sampleEndpoint({ type: 'slack' });
        for (let n = 0; n < 30; n += 1) await queue(store, `action-${n}`, endpoint);
        answers.push(answer(503));
        expect(await deliverer.deliver('ops')).toMatchObject({ kind: 'failed' });
        expect(store.outbox.waiting('ops', 9)).toMatchObject([{ attempts: 1, items: { length: 30 } }]);
        // What comes after the first attempt is not of this digest.
        await queue(store, 'later', endpoint);
        expect(await deliverer.deliver('ops')).toEqual({ kind: 'delivered' });
        expect([sent[0]?.body, idIn(sent[0])]).toEqual([sent[1]?.body, idIn(sent[1])]);
        expect(records.map(({ actionId }) => actionId)).toEqual(Array.from({ length: 30 }, (_, n) => `action-${n}`));
        expect(store.outbox.counts().get('ops')).toBe(1);
      },
      [sampleEndpoint({ type: 'slack' })],
    ));

  test('for an endpoint that is not configured is left alone', () =>
    withDeliverer(async ({ store, deliverer, sent }) => {
      await queue(store, 'a', sampleEndpoint({ name: 'gone' }));
      expect(await deliverer.deliver('gone')).toEqual({ kind: 'empty' });
      expect(sent).toEqual([]);
    }));
});

describe('who is told', () => {
  const ops = sampleEndpoint({ minSeverity: 'MEDIUM' });
  const pager = sampleEndpoint({ name: 'pager', type: 'pagerduty', minSeverity: 'CRITICAL' });
  const own = sampleEndpoint({ name: 'policy-1a2b3c4d', minSeverity: 'INFO', isImplicit: true });
  const names = (name: string | undefined, severity: 'LOW' | 'HIGH' | 'CRITICAL') =>
    endpointsFor([ops, pager, own], name, { severity }).map((endpoint) => endpoint.name);

  test('with * every endpoint of the section that wants the severity, and none that belongs to a rule', () => {
    expect(names('*', 'CRITICAL')).toEqual(['ops', 'pager']);
    expect(names('*', 'HIGH')).toEqual(['ops']);
    expect(names('*', 'LOW')).toEqual([]);
  });

  test('with a name that one', () => {
    expect(names('policy-1a2b3c4d', 'LOW')).toEqual(['policy-1a2b3c4d']);
    expect(names('pager', 'HIGH')).toEqual([]);
    expect(names(undefined, 'CRITICAL')).toEqual([]);
  });

  test('the same action asked for twice is the same delivery; another action or endpoint is another', () => {
    const [first] = alertDrafts(sampleAlert(), [ops], 'a', NOW);
    expect(alertDrafts(sampleAlert(), [ops], 'a', NOW + 5)[0]?.id).toBe(first?.id);
    expect(alertDrafts(sampleAlert(), [ops, pager], 'b', NOW).map(({ id }) => id)).not.toContain(first?.id);
    expect(new Set(alertDrafts(sampleAlert(), [ops, pager], 'a', NOW).map(({ id }) => id)).size).toBe(2);
  });

  test('the end of an alert goes only where incidents are kept open', () => {
    expect(
      closingDrafts(sampleAlert({ status: 'RESOLVED' }), [sampleEndpoint({ type: 'slack' }), pager, sampleEndpoint({ name: 'siem' })], NOW).map(
        ({ endpoint }) => endpoint,
      ),
    ).toEqual(['pager', 'siem']);
  });
});
