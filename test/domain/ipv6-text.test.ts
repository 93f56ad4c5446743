import fc from 'fast-check';
import ipaddr from 'ipaddr.js';
import { expect, test } from 'vitest';
import { groupsOfV6, textOfV6 } from '../../src/domain/ipv6-text.ts';

const nearlyAddress = fc
  .array(fc.constantFrom(':', '::', '0', '1', 'f', 'F', 'ab', '0000', '12345', 'g', '0db8', '2001:db8'), { maxLength: 18 })
  .map((parts) => parts.join(''));
const groups = fc.array(fc.oneof(fc.constant(0), fc.constant(0), fc.integer({ min: 0, max: 0xffff })), { minLength: 8, maxLength: 8 });

test('reads exactly what the library reads, and the same', () => {
  fc.assert(
    fc.property(fc.oneof(nearlyAddress, fc.ipV6()), (text) => {
      fc.pre(!text.includes('.'));
      const expected = ipaddr.IPv6.isValid(text) ? ipaddr.IPv6.parse(text).parts : undefined;
      expect(groupsOfV6(text)).toEqual(expected);
    }),
    { numRuns: 5000 },
  );
});

test('writes what the library writes, and reads it back', () => {
  fc.assert(
    fc.property(groups, (parts) => {
      const text = textOfV6(parts);
      expect(text).toBe(new ipaddr.IPv6(parts).toString());
      expect(groupsOfV6(text)).toEqual(parts);
    }),
    { numRuns: 2000 },
  );
});

test.each(['', ':', ':1', '1:', ':::', '::1::', '1:2:3:4:5:6:7', '1:2:3:4::5:6:7:8', '::1%eth0', '::1.2.3.4', '12345::', ' ::1'])('%j is none', (text) => {
  expect(groupsOfV6(text)).toBeUndefined();
});
