import { expect, test } from 'vitest';
import { createFindingFolder } from '../../src/workers/finding-folder.ts';
import { createToyModule, eventOf } from './kit.ts';

const { manifest } = createToyModule('toy');
const draft = (id: string, severity: 'MEDIUM' | 'HIGH' | 'CRITICAL', trust: 'sensor' | 'claim' = 'sensor') => ({
  type: 'many',
  severity,
  description: `by ${id}`,
  event: eventOf({ id, trust }),
  subject: 'ip:x',
  evidence: { rule: 'toy/many' },
});

test('a milder repeat changes neither severity nor words, and its event is the latest', () => {
  const folder = createFindingFolder();
  folder.add(manifest, draft('a', 'CRITICAL'));
  folder.add(manifest, draft('b', 'MEDIUM'));
  expect(folder.take()).toMatchObject([{ severity: 'CRITICAL', description: 'by a', count: 2, eventIds: ['a', 'b'] }]);
  expect(folder.take()).toEqual([]);
});

test('an equal or worse repeat brings its words', () => {
  const folder = createFindingFolder();
  folder.add(manifest, draft('a', 'MEDIUM'));
  folder.add(manifest, draft('b', 'MEDIUM'));
  folder.add(manifest, { ...draft('c', 'HIGH'), earlierEventIds: ['x', 'a'] });
  expect(folder.take()).toMatchObject([{ severity: 'HIGH', description: 'by c', count: 3, eventIds: ['x', 'a', 'b', 'c'] }]);
});

test('a claim that repeats what the sensor saw does not weaken it', () => {
  const folder = createFindingFolder();
  folder.add(manifest, draft('a', 'HIGH'));
  folder.add(manifest, draft('b', 'HIGH', 'claim'));
  folder.add(manifest, { ...draft('c', 'HIGH', 'claim'), subject: 'ip:y' });
  expect(folder.take().map((finding) => finding.isClaim)).toEqual([false, true]);
});
