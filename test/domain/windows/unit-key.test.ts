import fc from 'fast-check';
import { expect, test } from 'vitest';
import { canonicalIp, networkContains, networkOf } from '../../../src/domain/ip.ts';
import { unitKey } from '../../../src/domain/windows/unit-key.ts';

test.each([
  ['203.0.113.7', '203.0.113.7'],
  ['2001:db8::1', '2001:db8:0:0'],
  ['2001:db8:1:2::', '2001:db8:1:2'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2'],
  ['2001:db8::1:2:3:4:5', '2001:db8:0:1'],
  ['::1', '0:0:0:0'],
  ['::', '0:0:0:0'],
  ['fe80::', 'fe80:0:0:0'],
  ['1:2:3::4', '1:2:3:0'],
])('%s is counted as %s', (address, unit) => {
  expect(unitKey(address)).toBe(unit);
});

test('two IPv6 addresses have one key exactly when they share their /64', () => {
  const group = fc.constantFrom('0', '0', '1', 'db8', 'ffff');
  const address = fc.array(group, { minLength: 8, maxLength: 8 }).map((groups) => canonicalIp(groups.join(':')) ?? '');
  fc.assert(
    fc.property(
      address.filter((text) => text.includes(':')),
      address.filter((text) => text.includes(':')),
      (a, b) => {
        expect(unitKey(a) === unitKey(b)).toBe(networkContains(networkOf(a, 64), b));
      },
    ),
    { numRuns: 1000 },
  );
});
