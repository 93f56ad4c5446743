import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseListing } from '../../../src/os/firewall/parse-listing.ts';

const listing = (...items: readonly unknown[]): string => JSON.stringify({ nftables: [{ metainfo: { version: '1.0.6' } }, ...items] });
const set = (name: string, elem?: readonly unknown[], handle = 3): unknown => ({
  set: { family: 'inet', name, table: 'onesec', type: 'ipv4_addr', handle, flags: ['timeout'], ...(elem === undefined ? {} : { elem }) },
});

describe('a listing of the table', () => {
  test('gives addresses and networks with the time they have left', () => {
    const parsed = parseListing(
      listing(
        set('block4', [{ elem: { val: '192.0.2.1', timeout: 100, expires: 98 } }, '192.0.2.9']),
        set('block6_64', [{ elem: { val: '2001:db8::', timeout: 1, expires: 0 } }]),
        set('protect4', ['203.0.113.1']),
      ),
    );
    expect(parsed.sets).toEqual(['block4', 'block6_64']);
    expect(parsed.blocked).toEqual([
      { address: '192.0.2.1', expiresInMs: 98_500 },
      { address: '192.0.2.9', expiresInMs: Number.POSITIVE_INFINITY },
      { address: '2001:db8::/64', expiresInMs: 500 },
    ]);
  });

  test('has the same structure whatever is blocked, counted or numbered', () => {
    const rule = (handle: number, packets: number): unknown => ({
      rule: { chain: 'blocked', handle, expr: [{ counter: { packets, bytes: packets * 40 } }, { drop: null }] },
    });
    const one = parseListing(listing(set('block4', [{ elem: { val: '192.0.2.1', timeout: 100, expires: 98 } }], 3), rule(8, 0)));
    const other = parseListing(listing(set('block4', undefined, 30), rule(80, 12)));
    expect(one.structure).toBe(other.structure);
    expect(parseListing(listing(set('block4'))).structure).not.toBe(one.structure);
  });

  test.each(['', '{}', '[]', 'null', '{"nftables":1}', 'Error: nothing'])('of %j is refused in words', (text) => {
    expect(() => parseListing(text)).toThrow(expect.objectContaining({ code: 'SEC_HOST_REFUSED' }));
  });

  test('survives any elements', () => {
    fc.assert(
      fc.property(fc.array(fc.jsonValue()), (elem) => {
        for (const entry of parseListing(listing(set('block4', elem))).blocked) expect(entry.address).toMatch(/^[0-9a-f.:/]+$/);
      }),
    );
  });
});
