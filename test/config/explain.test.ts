import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { stringify } from 'yaml';
import { buildEnforcementPolicy } from '../../src/config/enforcement.ts';
import { explain } from '../../src/config/explain.ts';
import { loadConfig } from '../../src/config/load.ts';
import { loadPreset } from '../../src/config/presets.ts';
import { PRESETS } from '../../src/domain/policy.ts';
import { createDirectory } from '../store/store-fixtures.ts';

const withFile = async (text: string, work: (path: string) => Promise<void>): Promise<void> => {
  const { directory, remove } = createDirectory();
  try {
    const path = join(directory, 'config.yaml');
    writeFileSync(path, text);
    await work(path);
  } finally {
    remove();
  }
};
const load = (path: string) => loadConfig({ flag: path, variables: {} });

test('names the line of the file, of the preset or of what it extends, and the default', async () => {
  await withFile('enforcement:\n  preset: balanced\n  policies:\n    ransomware:\n      cooldown_seconds: 7\n', async (path) => {
    const values = await explain(await load(path), 'enforcement.policies.ransomware', undefined);
    const by = new Map(values.map((entry) => [entry.path.split('.').at(-1), entry]));
    expect(by.get('cooldown_seconds')).toMatchObject({ value: 7, origin: `${path}:5` });
    expect(by.get('actions')?.origin).toMatch(/^presets\/balanced\.yaml:\d+$/);
    expect(by.get('min_severity')).toMatchObject({ value: 'HIGH', origin: expect.stringMatching(/^presets\/lax\.yaml:\d+$/) });
    expect(by.get('dry_run')).toMatchObject({ value: false, origin: 'default' });
    expect(await explain(await load(path), 'enforcement.policies.ransomware.cooldown', undefined)).toHaveLength(1);
    await expect(explain(await load(path), 'enforcement.policies.ransomwear', undefined)).rejects.toThrow(/did you mean enforcement\.policies\.ransomware/);
  });
});

test('a mode that was set at run time is said to be', async () => {
  await withFile('enforcement:\n  preset: lax\n', async (path) => {
    const live = { preset: 'strict', dryRun: false, presetFrom: 'set at run time', dryRunFrom: 'default' } as const;
    const values = await explain(await load(path), 'enforcement', live);
    expect(values.find((entry) => entry.path === 'enforcement.preset')).toMatchObject({ value: 'strict', origin: 'set at run time' });
    expect(values.find((entry) => entry.path === 'enforcement.policies.ransomware.min_severity')).toMatchObject({ value: 'MEDIUM' });
  });
});

test('the value it names is the one in force, and what the file says is said by the file', async () => {
  const key = <Value>(value: fc.Arbitrary<Value>) => fc.option(value, { nil: undefined });
  const policy = fc.record({ cooldown_seconds: key(fc.nat(99)), max_actions_per_min: key(fc.nat(99)), min_severity: key(fc.constantFrom('LOW', 'CRITICAL')) });
  const policies = fc.dictionary(fc.constantFrom('*', 'ransomware', 'own_module'), policy);
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...PRESETS), policies, (preset, said) =>
      withFile(stringify(JSON.parse(JSON.stringify({ enforcement: { preset, policies: said } }))), async (path) => {
        const loaded = await load(path);
        const table = buildEnforcementPolicy(loaded.config, await loadPreset(preset), {});
        const values = new Map((await explain(loaded, '', undefined)).map((entry) => [entry.path, entry]));
        for (const [id, entry] of Object.entries(table.policies)) {
          const cooldown = values.get(`enforcement.policies.${id}.cooldown_seconds`);
          expect(cooldown?.value).toBe(entry.cooldownSeconds);
          expect(values.get(`enforcement.policies.${id}.min_severity`)?.value).toBe(entry.minSeverity);
          expect(cooldown?.origin.startsWith(path)).toBe(said[id]?.cooldown_seconds !== undefined);
        }
      }),
    ),
    { numRuns: 20 },
  );
});

test('escalation, caps, the allow list and chains are explained, vps-agent by its own file', async () => {
  const text =
    'enforcement:\n  preset: vps-agent\n  global_allow_list: [192.0.2.7]\n  caps:\n    max_active_blocks: 9\nescalation:\n  timeouts:\n    HIGH: { timeout: 1m, escalate_to: HIGH, max_escalations: 1 }\n';
  await withFile(text, async (path) => {
    const values = new Map((await explain(await load(path), '', undefined)).map((entry) => [entry.path, entry]));
    expect(values.get('enforcement.global_allow_list')).toMatchObject({ value: ['192.0.2.7'], origin: `${path}:3` });
    expect(values.get('enforcement.caps.max_active_blocks')).toMatchObject({ value: 9, origin: `${path}:5` });
    expect(values.get('enforcement.caps.max_block_duration')?.origin).toBe('default');
    expect(values.get('escalation.enabled')).toMatchObject({ value: true, origin: expect.stringMatching(/^presets\/vps-agent\.yaml:\d+$/) });
    expect(values.get('escalation.timeouts.HIGH')).toMatchObject({ value: expect.stringContaining('60s to HIGH, at most 1'), origin: `${path}:8` });
    expect(values.get('escalation.timeouts.CRITICAL')?.origin).toMatch(/^presets\/vps-agent\.yaml:\d+$/);
    expect(values.get('enforcement.approval_gate.enabled')).toMatchObject({ value: false, origin: expect.stringMatching(/^presets\/vps-agent\.yaml:\d+$/) });
    expect(values.get('chains')).toMatchObject({ value: [], origin: 'default' });
  });
});
