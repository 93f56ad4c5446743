import { runInNewContext } from 'node:vm';
import { expect } from 'vitest';
import { parseSeverity, severityRank } from '../../src/domain/severity.ts';
import { type Raised, worstSeverity } from './run-detector.ts';
import type { FunctionVector, VectorExpectation } from './vector-files.ts';

/** Holds the findings of one event vector against what is expected of them. */
export const checkFindings = (raised: readonly Raised[], expected: VectorExpectation, lastIndex: number): void => {
  const types = [...new Set(raised.map((finding) => finding.type))];
  if (expected.alert) for (const type of expected.types) expect(types, 'raised types').toContain(type);
  if (!expected.alert && expected.types.length === 0) expect(types, 'no alert at all').toEqual([]);
  if (!expected.alert) for (const type of expected.types) expect(types, 'must not be raised').not.toContain(type);
  for (const type of expected.absent ?? []) expect(types, 'must be absent').not.toContain(type);
  const onLast = raised.filter((finding) => finding.index === lastIndex);
  for (const type of expected.on_last_event ?? []) {
    expect(
      onLast.map((finding) => finding.type),
      'raised by the last event',
    ).toContain(type);
  }
  checkSeverities(raised, expected);
  if (expected.title_contains !== undefined) {
    const wanted = expected.title_contains.toLowerCase();
    expect(
      raised.some((finding) => finding.title.toLowerCase().includes(wanted)),
      `a title with "${wanted}"`,
    ).toBe(true);
  }
  if (expected.min_alerts !== undefined) expect(raised.length, 'findings').toBeGreaterThanOrEqual(expected.min_alerts);
};

const checkSeverities = (raised: readonly Raised[], expected: VectorExpectation): void => {
  if (expected.alert && expected.min_severity !== undefined) {
    expect(rankOf(worstSeverity(raised, expected.types)), `severity at least ${expected.min_severity}`).toBeGreaterThanOrEqual(rankOf(expected.min_severity));
  }
  for (const [type, severity] of Object.entries(expected.exact_severity ?? {})) {
    expect(worstSeverity(raised, [type]), `severity of ${type}`).toBe(severity);
  }
};

const rankOf = (severity: string | undefined): number => {
  const known = parseSeverity(severity ?? '');
  return known === undefined ? -1 : severityRank(known);
};

/** Holds a function's result against its vector: the looser `assert` when there is one, else `expect` within `tolerance`. */
export const checkResult = (value: unknown, vector: FunctionVector): void => {
  if (vector.assert === undefined) {
    checkValue(value, vector.expect, vector.tolerance, vector.name);
    return;
  }
  const scope = { v: value, abs: Math.abs, has: (list: unknown, item: unknown) => Array.isArray(list) && list.includes(item) };
  expect(runInNewContext(vector.assert, scope), `${vector.assert} with v = ${JSON.stringify(value)}`).toBe(true);
};

const checkValue = (value: unknown, wanted: unknown, tolerance: number, path: string): void => {
  if (typeof wanted === 'number') {
    expect(Math.abs(Number(value) - wanted), `${path}: ${String(value)} is near ${wanted}`).toBeLessThanOrEqual(tolerance);
    return;
  }
  if (wanted === null || typeof wanted !== 'object' || Array.isArray(wanted)) {
    expect(value ?? null, path).toEqual(wanted);
    return;
  }
  for (const [key, inner] of Object.entries(wanted)) checkKey(value, key, inner, tolerance, `${path}.${key}`);
};

// `min_count: 3` holds for `{ count: 3 }`, `shift_gt: 0.1` for `{ shift: 0.2 }`. Other condition words are compared as they
// are: the function given by the module answers them under the same key.
const checkKey = (value: unknown, key: string, wanted: unknown, tolerance: number, path: string): void => {
  const bound = boundOf(key);
  if (bound === undefined) {
    checkValue(valueAt(value, key), wanted, tolerance, path);
    return;
  }
  const found = Number(bound.key === '' ? value : valueAt(value, bound.key));
  const limit = Number(wanted);
  const holds = { min: found >= limit, max: found <= limit, gt: found > limit }[bound.how];
  expect(holds, `${path}: ${found} against ${limit}`).toBe(true);
};

const boundOf = (key: string): { readonly how: 'min' | 'max' | 'gt'; readonly key: string } | undefined => {
  if (key === 'min' || key === 'max' || key === 'gt') return { how: key, key: '' };
  if (key.startsWith('min_')) return { how: 'min', key: key.slice(4) };
  if (key.startsWith('max_')) return { how: 'max', key: key.slice(4) };
  return key.endsWith('_gt') ? { how: 'gt', key: key.slice(0, -3) } : undefined;
};

const valueAt = (value: unknown, key: string): unknown =>
  value !== null && typeof value === 'object' && !Array.isArray(value) ? Object.entries(value).find(([name]) => name === key)?.[1] : undefined;
