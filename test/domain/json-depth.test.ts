import fc from 'fast-check';
import { expect, test } from 'vitest';
import { jsonDepth } from '../../src/domain/json-depth.ts';

const depthOf = (value: unknown): number => (typeof value === 'object' && value !== null ? 1 + Math.max(0, ...Object.values(value).map(depthOf)) : 0);

test('it is the depth of what JSON.parse gives, whatever the strings hold', () => {
  fc.assert(
    fc.property(fc.jsonValue({ noUnicodeString: false }), (value) => {
      expect(jsonDepth(JSON.stringify(value), 1000)).toBe(depthOf(value));
    }),
  );
  expect(jsonDepth('{"a":"]]\\"[[[[","b":[1]}', 10)).toBe(2);
});

test('a megabyte of brackets is looked at only as far as the limit', () => {
  expect(jsonDepth('['.repeat(1_000_000), 32)).toBe(33);
});
