import fc from 'fast-check';
import { expect, test } from 'vitest';
import { guardTarget, NO_ENDPOINTS } from '../../../src/actors/response/guard.ts';
import { networkOf, networkText } from '../../../src/domain/ip.ts';

const caps = { maxActiveBlocks: 10, maxNewActionsPerMinute: 10, minPrefixV4: 16, minPrefixV6: 32, maxBlockSeconds: 3600 };
const protections = { endpoints: NO_ENDPOINTS, recentSshPeers: [], ownPid: 1, trustedProxies: ['192.0.2.128/25', '2001:db8:aaaa::/48'] };
const byte = fc.nat(255);
const group = fc.nat(0xffff).map((value) => value.toString(16));

test('no address of a trusted proxy, and no network that holds one, is ever acted on; the reason names it', () => {
  const v4 = fc.tuple(byte, fc.integer({ min: 16, max: 32 })).map(([last, prefix]) => networkText(networkOf(`192.0.2.${128 + (last >> 1)}`, prefix)));
  const v6 = fc.tuple(group, fc.integer({ min: 32, max: 128 })).map(([last, prefix]) => networkText(networkOf(`2001:db8:aaaa::${last}`, prefix)));
  fc.assert(
    fc.property(fc.oneof(v4, v6), fc.constantFrom('block_ip' as const, 'drop_connection' as const), (address, action) => {
      expect(guardTarget(action, { kind: 'ip', address }, [], protections, caps)).toMatchObject({
        outcome: 'refused',
        reason: expect.stringMatching(/^a trusted proxy \((192|2001)/),
      });
    }),
  );
});

test('its neighbours are like everybody else', () => {
  fc.assert(
    fc.property(fc.nat(127), (last) => {
      expect(guardTarget('block_ip', { kind: 'ip', address: `192.0.2.${last}` }, [], protections, caps)).toBeUndefined();
    }),
  );
});
