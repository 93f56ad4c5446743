import { appendFileSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createStation, type Station, until, whyNoBuild } from '../kit/daemon.ts';
import { kernelBlocks } from '../kit/kernel-blocks.ts';
import { failedLogin } from '../kit/log-lines.ts';
import { createNetns, type Netns, skipsWithout, whyNoNetns } from '../kit/netns.ts';

describe.skipIf(skipsWithout(whyNoNetns() ?? whyNoBuild(), 'caps of the whole host'))('a daemon at its cap of active blocks', () => {
  let namespace: Netns;
  let station: Station;
  let log: string;

  beforeAll(async () => {
    namespace = createNetns('e2l');
    station = createStation({ netns: namespace.name });
    log = station.path('auth.log');
    writeFileSync(log, '');
    station.configure({
      sources: { auto: false, files: [{ path: log, grammar: 'auth' }], processes: false },
      enforcement: { dry_run: false, preset: 'balanced', caps: { max_active_blocks: 2 } },
    });
    await station.start();
  });
  afterAll(async () => {
    await station?.remove();
    namespace?.remove();
  });

  test('blocks no more, records the others, and raises one alert that a person sees', async () => {
    for (const last of [1, 2]) {
      appendFileSync(log, failedLogin(`203.0.113.${last}`, 20));
      await until('it is blocked', () => kernelBlocks(namespace).has(`203.0.113.${last}`));
    }
    appendFileSync(log, failedLogin('203.0.113.3', 20) + failedLogin('203.0.113.4', 20));
    await until('the alert is there', async () => (await station.cli('alerts', '--module', 'enforcement')).out.includes('cap of active blocks'));
    await until('both are recorded', async () => {
      const { records } = await station.client.call('history', { query: { limit: 50, kind: 'decision' } });
      return ['203.0.113.3', '203.0.113.4'].every((ip) => records.some((record) => record.target === ip && record.outcome === 'over-budget'));
    });
    const { alerts } = await station.client.call('alerts', { query: { limit: 50, module: 'enforcement' } });
    expect(alerts.map(({ severity, type }) => `${severity} ${type}`)).toEqual(['HIGH enforcement_cap_reached']);
    expect([...kernelBlocks(namespace).keys()].sort()).toEqual(['203.0.113.1', '203.0.113.2']);
  });
});
