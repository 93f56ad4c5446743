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
  ])('tells of %s within half a second, and not of other tables', async (_what, command) => {
    const namespace = createNetns('osw');
    const firewall = createFirewall({ netns: namespace.name });
    const stop = new AbortController();
    let calls = 0;
    try {
      await firewall.ensure({ protect: [] });
      const watching = watchFirewall({ netns: namespace.name }, stop.signal, () => {
        calls += 1;
      });
      await sleep(250);
      namespace.run('nft', 'add table inet other; add chain inet other c; add rule inet other c accept');
      namespace.run('nft', 'delete', 'table', 'inet', 'other');
      await firewall.apply({ add: [{ address: '192.0.2.7', timeoutSeconds: 60 }], remove: [] });
      await sleep(100);
      expect(calls).toBe(0);
      namespace.run('nft', ...command);
      await expect.poll(() => calls, { timeout: 500, interval: 10 }).toBe(1);
      stop.abort();
      await watching;
    } finally {
      stop.abort();
      await firewall.close();
      namespace.remove();
    }
  });
});
