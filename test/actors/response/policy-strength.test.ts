import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { strongerBecause } from '../../../src/actors/response/policy-strength.ts';
import { type EnforcementPolicy, PRESETS, type PresetName } from '../../../src/domain/policy.ts';
import { policyOfPreset } from '../../kit/policies.ts';

const tables = new Map<PresetName, EnforcementPolicy>();
const table = (preset: PresetName): EnforcementPolicy => tables.get(preset) ?? { ...(tables.values().next().value as EnforcementPolicy), enabled: false };

beforeAll(async () => {
  for (const preset of PRESETS) tables.set(preset, await policyOfPreset(preset));
});

describe('which of two tables is stronger', () => {
  test.each(PRESETS.map((preset) => [preset]))('%s is not stronger than itself', (preset) => {
    expect(strongerBecause(table(preset), table(preset))).toEqual([]);
  });

  test.each([
    ['lax', 'safe', true],
    ['safe', 'lax', false],
    ['safe', 'balanced', true],
    ['balanced', 'strict', true],
    ['strict', 'vps-agent', true],
    ['vps-agent', 'lax', false],
    // Neither contains the other: each does something the other does not.
    ['vps-agent', 'strict', true],
  ] as const)('%s → %s: %s', (before, after, isStronger) => {
    expect(strongerBecause(table(before), table(after)).length > 0).toBe(isStronger);
  });

  test('leaving dry run is stronger even where only records are made', () => {
    expect(strongerBecause({ ...table('lax'), dryRun: true }, table('lax'))).toEqual(['dry run is left']);
    expect(strongerBecause(table('strict'), { ...table('strict'), dryRun: true })).toEqual([]);
  });

  test('in dry run no preset is stronger than another', () => {
    expect(strongerBecause({ ...table('lax'), dryRun: true }, { ...table('strict'), dryRun: true })).toEqual([]);
  });

  test('asking less, blocking longer, waiting less and a larger budget are stronger; more records are not', async () => {
    const rule = (more: object) =>
      policyOfPreset('safe', { policies: { auth_fortress: { actions: [{ action: 'block_ip', min_severity: 'HIGH', ...more }] } } });
    const set = (more: object) => policyOfPreset('safe', { policies: { auth_fortress: more } });
    expect(strongerBecause(await rule({ params: { duration: '1h' } }), await rule({ params: { duration: '2h' } }))).toContain(
      'auth_fortress: block_ip at HIGH for any other type: longer',
    );
    expect(strongerBecause(await set({ cooldown_seconds: 60 }), await set({ cooldown_seconds: 30 }))).toEqual(['auth_fortress: cooldown 60 s → 30 s']);
    expect(strongerBecause(await set({ max_actions_per_min: 60 }), await set({ max_actions_per_min: 0 }))).toEqual([
      'auth_fortress: budget 60 → Infinity a minute',
    ]);
    expect(strongerBecause(await policyOfPreset('balanced'), await policyOfPreset('balanced', { approval_gate: { enabled: false } }))).toContain(
      'ransomware: kill_process at HIGH for any other type: hold and ask → act',
    );
    const logs = { actions: [{ action: 'log_only', min_severity: 'INFO' }] };
    expect(strongerBecause(await set({ actions: [] }), await set(logs))).toEqual([]);
  });

  test('never both ways nothing and a different level: what is weaker one way is stronger the other', () => {
    const preset = fc.constantFrom(...PRESETS);
    fc.assert(
      fc.property(preset, preset, fc.boolean(), fc.boolean(), (one, other, oneDry, otherDry) => {
        const before = { ...table(one), dryRun: oneDry };
        const after = { ...table(other), dryRun: otherDry };
        const isSame = oneDry && otherDry ? true : one === other && oneDry === otherDry;
        expect(strongerBecause(before, after).length + strongerBecause(after, before).length > 0).toBe(!isSame);
      }),
      { numRuns: 60 },
    );
  });
});
