import { expect, test } from 'vitest';
import { createAlertFolder, type FoldedAlert } from '../../../src/actors/response/alert-folder.ts';
import type { Finding } from '../../../src/domain/finding.ts';

const MINUTE = 60_000;

const finding = (foldKey: string, at: number, rest: Partial<Finding> = {}): Finding => ({
  module: 'toy',
  type: 'many',
  severity: 'MEDIUM',
  title: 't',
  description: `at ${at}`,
  at,
  entities: {},
  eventIds: [`e${at}`],
  evidence: { rule: 'toy/many' },
  mitre: [],
  mitigations: [],
  foldKey,
  count: 1,
  isClaim: false,
  ...rest,
});

const fold = (findings: readonly Finding[]): readonly FoldedAlert[] => {
  const alerts: FoldedAlert[] = [];
  const folder = createAlertFolder((alert) => alerts.push(alert));
  for (const one of findings) folder.add(one);
  folder.flush();
  return alerts;
};

test('findings with one key within fifteen minutes of each other are one alert', () => {
  const alerts = fold([finding('a', 0), finding('a', 14 * MINUTE, { count: 3 }), finding('a', 28 * MINUTE)]);
  expect(alerts).toHaveLength(1);
  expect(alerts[0]).toMatchObject({ count: 5, firstSeen: 0, lastSeen: 28 * MINUTE, eventIds: ['e0', `e${14 * MINUTE}`, `e${28 * MINUTE}`] });
});

test('a longer silence begins another alert', () => {
  const alerts = fold([finding('a', 0), finding('a', 16 * MINUTE)]);
  expect(alerts.map((alert) => alert.firstSeen)).toEqual([0, 16 * MINUTE]);
});

test('the worst severity stays, with the words that belong to it', () => {
  const [alert] = fold([finding('a', 0), finding('a', 1, { severity: 'CRITICAL', description: 'worst' }), finding('a', 2, { description: 'later' })]);
  expect(alert).toMatchObject({ severity: 'CRITICAL', description: 'worst', lastSeen: 2 });
});

test('sixteen event ids are kept, the latest triggering one last', () => {
  const [alert] = fold(Array.from({ length: 40 }, (_, index) => finding('a', index)));
  expect(alert?.eventIds).toHaveLength(16);
  expect(alert?.eventIds.at(-1)).toBe('e39');
});

test('what has to make room is the alert that was quiet for longest, and it is handed out', () => {
  const alerts: FoldedAlert[] = [];
  const folder = createAlertFolder((alert) => alerts.push(alert));
  for (let key = 0; key < 10_000; key += 1) folder.add(finding(`k${key}`, key));
  folder.add(finding('k0', 10_000));
  folder.add(finding('one more', 10_001));
  expect(alerts.map((alert) => alert.foldKey)).toEqual(['k1']);
  folder.flush();
  expect(alerts).toHaveLength(10_001);
});
