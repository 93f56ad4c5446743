import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { parseNetwork } from '../../../src/domain/ip.ts';
import { createElementReader, type ElementReader } from '../../../src/os/firewall/element-reader.ts';
import { createFirewall, type Firewall } from '../../../src/os/firewall/firewall.ts';
import { createNftSession } from '../../../src/os/firewall/nft-session.ts';
import { createNetns, type Netns, skipsWithout, whyNoNetns } from '../../kit/netns.ts';

const nth = (index: number): string => `10.${(index >> 16) & 255}.${(index >> 8) & 255}.${index & 255}`;
const networks = (...texts: readonly string[]) => texts.map((text) => parseNetwork(text)).filter((network) => network !== undefined);
const medianOf = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0;

describe.skipIf(skipsWithout(whyNoNetns(), 'element reader'))('looking up blocks in a real kernel', () => {
  let namespace: Netns;
  let firewall: Firewall;
  let reader: ElementReader;

  beforeEach(async () => {
    namespace = createNetns('ose');
    firewall = createFirewall({ netns: namespace.name });
    reader = createElementReader({ netns: namespace.name });
    await firewall.ensure({ protect: [] });
  });
  afterEach(async () => {
    reader.close();
    await firewall.close();
    namespace.remove();
  });

  test('finds what is blocked with the time it has left, v4, v6 and networks, and not their neighbours', async () => {
    const blocked = ['192.0.2.7', '198.51.100.0/24', '2001:db8::9', '2001:db8:0:1::/64'];
    await firewall.apply({ add: blocked.map((address) => ({ address, timeoutSeconds: 90 })), remove: [] });
    for (const answer of await reader.look(networks(...blocked))) {
      if (answer.kind !== 'found') throw new Error(answer.kind);
      expect(answer.expiresInMs).toBeGreaterThan(80_000);
      expect(answer.expiresInMs).toBeLessThanOrEqual(90_000);
    }
    const others = await reader.look(networks('192.0.2.8', '198.51.101.0/24', '2001:db8::8', '2001:db8:0:2::/64', '203.0.113.0/25'));
    expect(others).toEqual(Array.from({ length: 5 }, () => ({ kind: 'absent' })));
  });

  test('says absent for everything when the table is gone, and sees it again when it is back', async () => {
    namespace.run('nft', 'flush', 'ruleset');
    expect(await reader.look(networks('192.0.2.7'))).toEqual([{ kind: 'absent' }]);
    await firewall.apply({ add: [{ address: '192.0.2.7', timeoutSeconds: 90 }], remove: [] });
    expect(await reader.look(networks('192.0.2.7'))).toMatchObject([{ kind: 'found' }]);
  });

  test('looks into its own network namespace and leaves this one as it was', async () => {
    const elsewhere = createNetns('osf');
    const other = createElementReader({ netns: elsewhere.name });
    await firewall.apply({ add: [{ address: '192.0.2.7', timeoutSeconds: 90 }], remove: [] });
    expect(await other.look(networks('192.0.2.7'))).toEqual([{ kind: 'absent' }]);
    expect(await reader.look(networks('192.0.2.7'))).toMatchObject([{ kind: 'found' }]);
    other.close();
    elsewhere.remove();
  });

  test('lists everything that is blocked, as nft does', async () => {
    const blocked = ['192.0.2.7', '198.51.100.0/24', '2001:db8::9', '2001:db8:0:1::/64', '203.0.113.128/25'];
    await firewall.apply({ add: blocked.map((address) => ({ address, timeoutSeconds: 90 })), remove: [] });
    const listed = await reader.list(['block4', 'block4_24', 'block4_25', 'block6', 'block6_64']);
    expect(listed.map((entry) => entry.address).toSorted()).toEqual(blocked.toSorted());
    for (const { expiresInMs } of listed) expect(expiresInMs).toBeGreaterThan(80_000);
    await expect(reader.list(['block4_31'])).rejects.toMatchObject({ code: 'SEC_UNAVAILABLE' });
  });

  test('costs the same beside 20,000 others, where nft reads them all', async () => {
    const add = Array.from({ length: 20_000 }, (_, index) => ({ address: nth(index), timeoutSeconds: 3600, isNew: true }));
    await firewall.apply({ add, remove: [] });
    const session = createNftSession({ netns: namespace.name });
    const before: number[] = [];
    const after: number[] = [];
    for (let round = 0; round < 15; round += 1) {
      const started = performance.now();
      expect(await session.query(`get element inet onesec block4 { ${nth(round * 77)} }`)).toContain('expires');
      before.push(performance.now() - started);
      const again = performance.now();
      expect(await reader.look(networks(nth(round * 77)))).toMatchObject([{ kind: 'found' }]);
      after.push(performance.now() - again);
    }
    await session.close();
    const listing = performance.now();
    expect(await reader.list(['block4'])).toHaveLength(20_000);
    const listMs = performance.now() - listing;
    const whole = performance.now();
    const answers = await reader.look(add.map(({ address }) => ({ address, prefix: 32, isV6: false })));
    const wholeMs = performance.now() - whole;
    expect(answers.every(({ kind }) => kind === 'found')).toBe(true);
    console.info(
      `measured beside 20,000 blocks: one check through nft ${medianOf(before).toFixed(2)} ms, asked directly ${medianOf(after).toFixed(3)} ms; all 20,000 checked in ${wholeMs.toFixed(0)} ms, listed in ${listMs.toFixed(0)} ms`,
    );
  });
});
