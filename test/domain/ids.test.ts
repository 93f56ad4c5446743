import { expect, test } from 'vitest';
import { createId, shortId } from '../../src/domain/ids.ts';

test('ids of one moment are all different, and later ones sort after them', () => {
  const now = 1_700_000_000_000;
  const ids = Array.from({ length: 20_000 }, () => createId<'AlertId'>(now));
  expect(new Set(ids).size).toBe(ids.length);
  for (const id of ids) expect(id).toMatch(/^[0-7][0-9A-HJKMNP-TV-Z]{25}$/);
  expect(ids.every((id) => id < createId<'AlertId'>(now + 1))).toBe(true);
});

test('the short forms of a thousand ids of one moment are all different', () => {
  const short = Array.from({ length: 1000 }, () => shortId(createId<'LeaseId'>(1_700_000_000_000)));
  expect(new Set(short).size).toBe(short.length);
});

test('every character of the random part takes every value', () => {
  const seen = Array.from({ length: 16 }, () => new Set<string>());
  for (let n = 0; n < 2000; n += 1) for (const [place, character] of [...createId<'AlertId'>(n).slice(10)].entries()) seen[place]?.add(character);
  expect(seen.map((values) => values.size)).toEqual(Array.from({ length: 16 }, () => 32));
});
