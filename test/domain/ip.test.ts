import { isIP } from 'node:net';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { blockUnitOf, canonicalIp, isV6, type Network, networkContains, networkOf, networksOverlap, networkText, parseNetwork } from '../../src/domain/ip.ts';

describe('one spelling for an address', () => {
  test.each([
    ['192.0.2.1', '192.0.2.1'],
    ['2001:DB8:0:0:0:0:0:1', '2001:db8::1'],
    ['2001:db8::0001', '2001:db8::1'],
    ['[2001:db8::1]', '2001:db8::1'],
    ['fe80::1%eth0', 'fe80::1'],
    ['::ffff:192.0.2.1', '192.0.2.1'],
    ['::ffff:c000:201', '192.0.2.1'],
    ['::', '::'],
    ['::1', '::1'],
  ])('%s is %s', (text, canonical) => {
    expect(canonicalIp(text)).toBe(canonical);
  });

  test.each([
    ['an octal part', '192.0.2.010'],
    ['a short form', '192.0.2'],
    ['one number', '3221225985'],
    ['hexadecimal', '0xc0.0.2.1'],
    ['an octal part behind ::ffff:', '::ffff:192.0.2.010'],
    ['a hexadecimal part behind ::ffff:', '::ffff:0xc0.0.2.1'],
    ['a part over 255', '192.0.2.256'],
    ['a port', '192.0.2.1:22'],
    ['a network', '192.0.2.0/24'],
    ['blanks', ' 192.0.2.1'],
    ['nothing', ''],
    ['a name', 'localhost'],
    ['a control character', '192.0.2.1\u0000'],
    ['full-width digits', '１９２.0.2.1'],
    ['a text without end', '1'.repeat(100_000)],
  ])('%s is no address', (_what, text) => {
    expect(canonicalIp(text)).toBeUndefined();
  });

  const anything = fc.oneof(
    fc.ipV4(),
    fc.ipV6(),
    fc.ipV4Extended(),
    fc.tuple(fc.constantFrom('::ffff:', '::', '64:ff9b::', '1:2:3:4:5:6:'), fc.oneof(fc.ipV4(), fc.ipV4Extended())).map(([head, tail]) => head + tail),
    fc.string({ maxLength: 45 }),
    fc
      .array(fc.constantFrom(':', '::', '.', '0', '010', '0x1', 'ffff', '::ffff:', '192.0.2.1', 'g', '/', '65536', '255', '256', ' '), { maxLength: 9 })
      .map((parts) => parts.join('')),
  );

  test('without brackets and zones exactly what Node calls an address is one, and its spelling is stable', () => {
    fc.assert(
      fc.property(
        anything.filter((text) => !/[[\]%]/.test(text)),
        (text) => {
          const canonical = canonicalIp(text);
          expect(canonical !== undefined).toBe(isIP(text) !== 0);
          if (canonical === undefined) return;
          expect(isIP(canonical)).toBe(isV6(canonical) ? 6 : 4);
          expect(canonicalIp(canonical)).toBe(canonical);
          expect(canonical).toBe(canonical.toLowerCase());
        },
      ),
      { numRuns: 5000 },
    );
  });

  test('every spelling of one address gives one text', () => {
    fc.assert(
      fc.property(fc.array(fc.nat({ max: 0xffff }), { minLength: 8, maxLength: 8 }), (groups) => {
        const long = groups.map((group) => group.toString(16).padStart(4, '0')).join(':');
        const short = groups.map((group) => group.toString(16).toUpperCase()).join(':');
        expect(canonicalIp(long)).toBe(canonicalIp(short));
        expect(canonicalIp(long)).toBeDefined();
      }),
    );
  });

  test('an IPv4 address and its form inside IPv6 are the same', () => {
    fc.assert(
      fc.property(fc.ipV4(), (address) => {
        expect(canonicalIp(`::ffff:${address}`)).toBe(address);
      }),
    );
  });
});

describe('networks', () => {
  test.each([
    ['192.0.2.77/24', '192.0.2.0/24'],
    ['192.0.2.77', '192.0.2.77'],
    ['192.0.2.77/32', '192.0.2.77'],
    ['2001:db8:1:2:3::4/48', '2001:db8:1::/48'],
    ['2001:db8::1', '2001:db8::1'],
    ['::ffff:192.0.2.77/120', '192.0.2.0/24'],
    ['0.0.0.0/0', '0.0.0.0/0'],
    [' 192.0.2.1 ', '192.0.2.1'],
  ])('%s is %s', (text, shown) => {
    const network = parseNetwork(text);
    expect(network === undefined ? undefined : networkText(network)).toBe(shown);
  });

  test.each([
    '192.0.2.0/33',
    '192.0.2.0/-1',
    '192.0.2.0/',
    '192.0.2.0/24/24',
    '2001:db8::/129',
    '192.0.2.0/1e1',
    '::ffff:192.0.2.0/90',
    'x/24',
    '/24',
    '192.0.2.0/0024',
  ])('%s is none', (text) => {
    expect(parseNetwork(text)).toBeUndefined();
  });

  const bits = (address: string): bigint => {
    if (!isV6(address)) return address.split('.').reduce((sum, part) => (sum << 8n) | BigInt(part), 0n);
    const [head = '', tail = ''] = address.split('::');
    const left = head === '' ? [] : head.split(':');
    const right = tail === '' ? [] : tail.split(':');
    const groups = address.includes('::') ? [...left, ...Array<string>(8 - left.length - right.length).fill('0'), ...right] : left;
    return groups.reduce((sum, group) => (sum << 16n) | BigInt(Number.parseInt(group, 16)), 0n);
  };
  const address = fc.oneof(fc.ipV4(), fc.ipV6()).map((text) => canonicalIp(text) ?? '::');
  const near = fc.tuple(address, fc.nat({ max: 128 }), fc.nat({ max: 127 })).map(([text, prefix, flip]) => {
    const width = isV6(text) ? 128 : 32;
    const base: Network = networkOf(text, Math.min(prefix, width));
    const other = bits(text) ^ (1n << BigInt(flip % width));
    const bytes = Array.from({ length: width / 8 }, (_, index) => Number((other >> BigInt(width - 8 * (index + 1))) & 0xffn));
    const neighbour = isV6(text)
      ? canonicalIp(Array.from({ length: 8 }, (_, index) => (((bytes[2 * index] ?? 0) << 8) | (bytes[2 * index + 1] ?? 0)).toString(16)).join(':'))
      : bytes.join('.');
    return { text, base, neighbour: neighbour ?? '::', width };
  });

  test('a network contains what shares its leading bits and nothing else', () => {
    fc.assert(
      fc.property(near, ({ text, base, neighbour, width }) => {
        expect(networkContains(base, text)).toBe(true);
        // An address of the IPv4-mapped range is IPv4 and in no IPv6 network.
        const shares = isV6(neighbour) === base.isV6 && bits(text) >> BigInt(width - base.prefix) === bits(neighbour) >> BigInt(width - base.prefix);
        expect(networkContains(base, neighbour)).toBe(shares);
      }),
      { numRuns: 2000 },
    );
  });

  test('its text says the same network again', () => {
    fc.assert(
      fc.property(near, ({ base }) => {
        expect(parseNetwork(networkText(base))).toEqual(base);
      }),
      { numRuns: 1000 },
    );
  });

  test('overlap is containment one way or the other, whichever is asked first', () => {
    fc.assert(
      fc.property(near, fc.nat({ max: 128 }), ({ base, neighbour }, prefix) => {
        const other = networkOf(neighbour, Math.min(prefix, isV6(neighbour) ? 128 : 32));
        const overlap = networksOverlap(base, other);
        expect(overlap).toBe(networksOverlap(other, base));
        expect(overlap).toBe(networkContains(base, other.address) || networkContains(other, base.address));
      }),
      { numRuns: 1000 },
    );
  });

  test('IPv4 and IPv6 never contain each other, not even everything', () => {
    expect(networkContains(networkOf('0.0.0.0', 0), '::1')).toBe(false);
    expect(networkContains(networkOf('::', 0), '192.0.2.1')).toBe(false);
  });

  test('what is blocked and counted is the address for IPv4 and its /64 for IPv6', () => {
    expect(blockUnitOf('192.0.2.1')).toBe('192.0.2.1');
    expect(blockUnitOf('2001:db8:1:2:3:4:5:6')).toBe('2001:db8:1:2::/64');
  });
});
