import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { createFirewall } from '../../../src/os/firewall/firewall.ts';
import { watchFirewall } from '../../../src/os/firewall/watch-firewall.ts';
import { createNetns, skipsWithout, whyNoNetns } from '../../kit/netns.ts';

describe.skipIf(skipsWithout(whyNoNetns(), 'firewall watch'))('watching for foreign changes', () => {
  test.each([
    ['a flushed ruleset', ['flush', 'ruleset']],
    ['our table deleted', ['delete', 'table', 'inet', 'onesec']],
    ['our rules flushed', ['flush', 'table', 'inet', 'onesec']],
    ['a set of blocks flushed', ['flush', 'set', 'inet', 'onesec', 'block4']],
    ['a network taken out', ['delete element inet onesec block6_64 { 2001:db8:9:: }']],
  ])('tells of %s soon, and not of other tables', async (_what, command) => {
    const namespace = createNetns('osw');
    const firewall = createFirewall({ netns: namespace.name });
    const stop = new AbortController();
    let calls = 0;
    const ours = new Set<string>();
    try {
      await firewall.ensure({ protect: [] });
      const watching = watchFirewall({ netns: namespace.name, isOurs: (address) => ours.has(address) }, stop.signal, () => {
        calls += 1;
      });
      await sleep(1000);
      namespace.run('nft', 'add table inet other; add chain inet other c; add rule inet other c accept');
      namespace.run('nft', 'delete', 'table', 'inet', 'other');
      for (const address of ['192.0.2.7', '192.0.2.8', '2001:db8:7::/64']) {
        ours.add(address);
        await firewall.apply({ add: [{ address, timeoutSeconds: 60 }], remove: [] });
      }
      // A longer block, one taken back, another operator: all of that is our own doing.
      await firewall.apply({ add: [{ address: '192.0.2.7', timeoutSeconds: 90 }], remove: ['192.0.2.8'] });
      await firewall.protect({ addresses: ['198.51.100.1'] });
      await firewall.protect({ addresses: [] });
      // Others put in what they take out again; a busy host may tell of our own changes late.
      namespace.run('nft', 'add element inet onesec block4 { 192.0.2.9 timeout 1m }; add element inet onesec block6_64 { 2001:db8:9:: timeout 1m }');
      expect(calls).toBe(0);
      namespace.run('nft', ...command);
      await expect.poll(() => calls, { timeout: 3000, interval: 10 }).toBe(1);
      stop.abort();
      await watching;
    } finally {
      stop.abort();
      await firewall.close();
      namespace.remove();
    }
  });
});
