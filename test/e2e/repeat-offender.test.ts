import { appendFileSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createStation, type Station, until, whyNoBuild } from '../kit/daemon.ts';
import { kernelBlocks } from '../kit/kernel-blocks.ts';
import { failedLogin } from '../kit/log-lines.ts';
import { createNetns, type Netns, skipsWithout, whyNoNetns } from '../kit/netns.ts';

const ADDRESS = '198.51.100.9';

describe.skipIf(skipsWithout(whyNoNetns() ?? whyNoBuild(), 'repeat offenders'))('an address that comes back after its block', () => {
  let namespace: Netns;
  let station: Station;
  let log: string;

  beforeAll(async () => {
    namespace = createNetns('e2j');
    station = createStation({ netns: namespace.name });
    log = station.path('auth.log');
    writeFileSync(log, '');
    const actions = [{ action: 'block_ip', min_severity: 'LOW', params: { duration: '2s' } }];
    station.configure({
      sources: { auto: false, files: [{ path: log, grammar: 'auth' }], processes: false },
      enforcement: {
        dry_run: false,
        preset: 'balanced',
        repeat_offenders: { factor: 10, jitter: 0 },
        policies: { auth_fortress: { min_severity: 'LOW', cooldown_seconds: 1, max_actions_per_min: 0, actions } },
      },
    });
    await station.start();
  });
  afterAll(async () => {
    await station?.remove();
    namespace?.remove();
  });

  test('is blocked longer the second time, in the kernel and in the list', async () => {
    const isBlocked = (): boolean => kernelBlocks(namespace).has(ADDRESS);
    appendFileSync(log, failedLogin(ADDRESS, 20));
    await until('it is blocked', isBlocked);
    await until('its two seconds are over', async () => !isBlocked() && (await station.client.call('leases', {})).total === 0);
    await until('it is blocked again', async () => {
      appendFileSync(log, failedLogin(ADDRESS, 20));
      return isBlocked();
    });
    const { leases } = await station.client.call('leases', {});
    const lease = leases.find(({ target }) => target === ADDRESS);
    const length = Date.parse(lease?.expires_at ?? '') - Date.parse(lease?.created_at ?? '');
    expect(length).toBeGreaterThanOrEqual(20_000);
    expect((kernelBlocks(namespace).get(ADDRESS) ?? 0) - Date.now()).toBeGreaterThan(10_000);
  });
});
