import { describe, expect, test } from 'vitest';
import { authFortress } from '../../src/actors/modules/auth_fortress/detect.ts';
import type { SecurityEvent } from '../../src/domain/event.ts';
import { createFindingFolder } from '../../src/workers/finding-folder.ts';
import { createToyModule, eventOf } from './kit.ts';

const eventFrom = (ip: string, id: string): SecurityEvent => ({
  id,
  at: 1_700_000_000_000,
  source: 'test',
  module: 'authlog',
  type: 'auth_failure',
  severity: 'MEDIUM',
  summary: '',
  details: { username: 'root' },
  sourceIp: ip,
  entities: { ip, user: 'root' },
  trust: 'sensor',
});

const draftFrom = (ip: string, id: string) => ({
  type: 'brute_force',
  description: '',
  event: eventFrom(ip, id),
  evidence: { rule: 'auth_fortress/test' },
  subject: 'user:root',
});

describe('findings of one batch', () => {
  test('an account attacked from two addresses gives a finding for each, with one fold key', () => {
    const folder = createFindingFolder();
    folder.add(authFortress.manifest, draftFrom('203.0.113.7', 'a'));
    folder.add(authFortress.manifest, draftFrom('203.0.113.8', 'b'));
    const findings = folder.take();
    expect(findings.map(({ entities }) => entities.ip)).toEqual(['203.0.113.7', '203.0.113.8']);
    expect(new Set(findings.map(({ foldKey }) => foldKey)).size).toBe(1);
  });

  test('repeats of one address are one finding that counts them, the latest event last', () => {
    const folder = createFindingFolder();
    for (const id of ['a', 'b', 'c']) folder.add(authFortress.manifest, draftFrom('203.0.113.7', id));
    expect(folder.take()).toMatchObject([{ count: 3, eventIds: ['a', 'b', 'c'] }]);
    expect(folder.take()).toEqual([]);
  });
});

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
