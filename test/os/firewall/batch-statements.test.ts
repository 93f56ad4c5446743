import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { networkText, parseNetwork } from '../../../src/domain/ip.ts';
import { batchStatements } from '../../../src/os/firewall/batch-statements.ts';
import { checkedNetwork } from '../../../src/os/firewall/checked-network.ts';
import { setOf, sizeOfSet } from '../../../src/os/firewall/layout.ts';
import { parseNftDuration } from '../../../src/os/firewall/parse-duration.ts';

const anyNetwork = fc
  .oneof(
    fc.tuple(fc.ipV4(), fc.integer({ min: 9, max: 32 })).map(([address, prefix]) => `${address}/${prefix}`),
    fc.tuple(fc.ipV6(), fc.integer({ min: 20, max: 128 })).map(([address, prefix]) => `${address}/${prefix}`),
  )
  .filter((text) => parseNetwork(text) !== undefined)
  .map(checkedNetwork);

/** What a kernel that fails on absent deletions would hold after the statements. */
const runOn = (start: ReadonlySet<string>, statements: readonly string[]): Set<string> => {
  const kernel = new Set(start);
  for (const text of statements) {
    const match = /^(add|delete) element inet onesec (\S+) \{ (.+) \}$/.exec(text);
    if (match === null) throw new Error(`unexpected statement: ${text}`);
    for (const part of (match[3] ?? '').split(', ')) {
      const key = `${match[2]} ${part.split(' ')[0]}`;
      if (match[1] === 'delete' && !kernel.delete(key)) throw new Error(`deleted an absent element: ${key}`);
      if (match[1] === 'add') kernel.add(key);
    }
  }
  return kernel;
};

const keyOf = (network: ReturnType<typeof checkedNetwork>): string => `${setOf(network)} ${network.address}`;

describe('the statements of a batch', () => {
  test('end in removals gone and additions present, whatever the kernel held before', () => {
    fc.assert(
      fc.property(
        fc.array(anyNetwork, { maxLength: 12 }),
        fc.array(anyNetwork, { maxLength: 12 }),
        fc.array(anyNetwork, { maxLength: 12 }),
        (held, add, remove) => {
          const before = new Set([...held, ...add.slice(0, 3), ...remove.slice(0, 3)].map(keyOf));
          const after = runOn(
            before,
            batchStatements(
              add.map((network) => ({ network, timeoutMs: 5000 })),
              remove,
            ),
          );
          const expected = new Set([...before].filter((key) => !remove.some((network) => keyOf(network) === key)));
          for (const network of add) expected.add(keyOf(network));
          expect(after).toEqual(expected);
        },
      ),
    );
  });

  test('give an added element at least a second', () => {
    const [first = ''] = batchStatements([{ network: checkedNetwork('192.0.2.7'), timeoutMs: 3 }], []);
    expect(first).toBe('add element inet onesec block4 { 192.0.2.7 timeout 1000ms }');
  });

  test('contain nothing but addresses and our own words', () => {
    fc.assert(
      fc.property(fc.array(anyNetwork, { minLength: 1 }), (networks) => {
        for (const text of batchStatements(
          networks.map((network) => ({ network, timeoutMs: 1234.5 })),
          [],
        )) {
          expect(text).toMatch(/^(add|delete) element inet onesec block[46](_[0-9]+)? \{ [0-9a-f:., timeous]+ \}$/);
        }
      }),
    );
  });
});

test('the name of a set says which networks are in it, both ways', () => {
  fc.assert(
    fc.property(anyNetwork, (network) => {
      expect(sizeOfSet(setOf(network))).toEqual({ prefix: network.prefix, isV6: network.isV6 });
    }),
  );
});

test.each(['protect4', 'block4_33', 'block6_129', 'block5', 'xblock4', 'block4_', 'block4_24x', ''])('%j is no block set', (name) => {
  expect(sizeOfSet(name)).toBeUndefined();
});

test.each([
  ['192.0.2.77/24', '192.0.2.0/24'],
  ['::ffff:192.0.2.7', '192.0.2.7'],
  ['2001:DB8::1/64', '2001:db8::/64'],
])('reads %s as %s', (text, expected) => {
  expect(networkText(checkedNetwork(text))).toBe(expected);
});

test.each([
  ['3m19s852ms', 199_852],
  ['59s', 59_000],
  ['1d2h', 93_600_000],
  ['852ms', 852],
  ['', undefined],
  ['12', undefined],
  ['1s; flush ruleset', undefined],
  ['-1s', undefined],
])('nft duration %j is %s ms', (text, expected) => {
  expect(parseNftDuration(text)).toBe(expected);
});
