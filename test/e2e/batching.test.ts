import { appendFileSync, writeFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { BatchingJson } from '../../src/protocol/schemas.ts';
import { createStation, type Running, type Station, until, whyNoBuild } from '../kit/daemon.ts';
import { failedLogin } from '../kit/log-lines.ts';
import { createNetns, type Netns, skipsWithout, whyNoNetns } from '../kit/netns.ts';
import { createReceiver, type Receiver } from '../kit/receiver.ts';

const why = whyNoNetns() ?? whyNoBuild();
const SOURCE = '192.0.2.7';

describe.skipIf(skipsWithout(why, 'batching'))('a storm of alerts from one source', () => {
  let namespace: Netns;
  let station: Station;
  let receiver: Receiver;
  let daemon: Running;
  let log: string;

  beforeEach(async () => {
    namespace ??= createNetns('e2b');
    station = createStation({ netns: namespace.name });
    receiver = await createReceiver();
    log = station.path('auth.log');
    writeFileSync(log, '');
  });
  afterEach(async () => {
    await station.remove();
    await receiver.close();
  });
  afterAll(() => namespace?.remove());

  const start = async (window: string): Promise<void> => {
    station.configure({
      sources: { auto: false, files: [{ path: log, grammar: 'auth' }], processes: false },
      enforcement: { dry_run: false, policies: { auth_fortress: { min_severity: 'LOW', cooldown_seconds: 0, actions: [{ action: 'webhook' }] } } },
      notifications: {
        batching: { window },
        endpoints: {
          chat: { type: 'slack', url: receiver.url('/chat'), min_severity: 'LOW', allow_private: true },
          siem: { url: receiver.url('/siem'), min_severity: 'LOW', allow_private: true },
        },
      },
    });
    daemon = await station.start();
  };
  const storm = async (): Promise<void> => {
    for (let round = 0; round < 6; round += 1) {
      appendFileSync(log, failedLogin(SOURCE, 12));
      await delay(150);
    }
  };
  /** Everything that was to be told: each action of the rule, whatever alert it is about. */
  const actions = async (): Promise<readonly string[]> => {
    const { records } = await station.client.call('history', { query: { limit: 1000, kind: 'intent' } });
    return records.flatMap(({ action_id }) => action_id ?? []);
  };
  const stats = async (): Promise<BatchingJson> => station.client.call('batching');

  test('people get the first at once and the rest as one, programs get each, and nothing is missing, over kill -9', async () => {
    await start('8s');
    await storm();
    await until('a batch of several', async () => ((await stats()).batches[0]?.alert_count ?? 0) >= 2);
    const all = await actions();
    const before = await stats();
    expect(before.batches).toMatchObject([{ key: `auth_fortress:${SOURCE}`, endpoint: 'chat' }]);
    expect((await station.cli('enforce', 'batching')).out).toContain(`auth_fortress:${SOURCE}`);
    await daemon.kill('SIGKILL');
    daemon = await station.start();
    expect((await stats()).batches).toEqual(before.batches);
    const outcomes = async (endpoint: string): Promise<ReadonlySet<string>> => {
      const { records } = await station.client.call('history', { query: { limit: 1000, kind: 'outcome' } });
      return new Set(records.flatMap(({ target, verification, action_id }) => (target === endpoint && verification === 'verified' ? (action_id ?? []) : [])));
    };
    await until('everybody is told of all', async () => (await outcomes('chat')).size >= all.length && (await outcomes('siem')).size >= all.length, 20_000);
    expect([...(await outcomes('chat'))].sort()).toEqual(expect.arrayContaining([...all].sort()));
    const deliveries = new Set(receiver.on('/siem').map(({ headers }) => headers['x-1sec-delivery-id']));
    expect(deliveries.size).toBeGreaterThanOrEqual(all.length);
    expect(receiver.on('/chat').length).toBeLessThan(all.length);
    await until('nothing is held', async () => (await stats()).active_batches === 0);
    expect((await station.client.call('alerts')).alerts.length).toBeGreaterThan(0);
  }, 60_000);
});
