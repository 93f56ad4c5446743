import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Network, networksOverlap, parseNetwork } from '../../src/domain/ip.ts';
import { rangeOf, rangesOverlap } from '../../src/domain/ip-range.ts';

const anyNetwork = fc
  .oneof(
    fc.tuple(fc.ipV4(), fc.integer({ min: 0, max: 32 })).map(([address, prefix]) => `${address}/${prefix}`),
    fc.tuple(fc.ipV6(), fc.integer({ min: 0, max: 128 })).map(([address, prefix]) => `${address}/${prefix}`),
    fc.tuple(fc.integer({ min: 0, max: 15 }), fc.integer({ min: 120, max: 128 })).map(([last, prefix]) => `2001:db8::${last.toString(16)}/${prefix}`),
  )
  .map(parseNetwork)
  .filter((network): network is Network => network !== undefined);

test.each([
  ['192.0.2.7', 0xc0000207n, 0xc0000207n],
  ['192.0.2.0/24', 0xc0000200n, 0xc00002ffn],
  ['::/0', 0n, (1n << 128n) - 1n],
  ['::1', 1n, 1n],
  ['2001:db8::/64', 0x20010db8000000000000000000000000n, 0x20010db800000000ffffffffffffffffn],
])('%s covers its first to its last address', (text, first, last) => {
  const network = parseNetwork(text);
  expect(network === undefined ? undefined : rangeOf(network)).toMatchObject({ first, last });
});

test('ranges overlap exactly when the networks do', () => {
  fc.assert(
    fc.property(anyNetwork, anyNetwork, (a, b) => {
      expect(rangesOverlap(rangeOf(a), rangeOf(b))).toBe(networksOverlap(a, b));
    }),
    { numRuns: 500 },
  );
});
