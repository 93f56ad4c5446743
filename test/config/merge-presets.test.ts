import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { mergeLayers, presetChain, wholePreset } from '../../src/config/merge-presets.ts';
import { loadPreset } from '../../src/config/presets.ts';
import { type PresetLayer, presetSchema } from '../../src/config/schema.ts';
import { parseYaml } from '../../src/config/yaml-file.ts';
import { canonicalJson } from '../../src/domain/canonical-json.ts';
import { PRESETS, type PresetName } from '../../src/domain/policy.ts';

// Of the tables when each file still said everything itself: a change here changes what hosts do.
const TABLES: { readonly [preset in PresetName]: string } = {
  lax: 'ee4ff3505652bb8d01618c051625bfc572db37adc42cfd0c7659bef0420dd4cf',
  safe: '24a628ebb80552c6ec5cee58bc0a4f52d2c0e7293de3a3313ccdad1e7e7034eb',
  balanced: 'e1d4d6d2d31072c1b617c5fcda10c1b3457c2737158c3c6c9954d6f0e9af8fe3',
  strict: '54c7ce1560ef28cf4993821e8e524fae0f82f492366bb81d39c0f801df869a87',
  'vps-agent': 'ec0faf7d0b4c365fd4af0c5a15e15ef0973049db35a47d5e5327039ab3e9ad4f',
};

const layer = (name: PresetName, more: string): PresetLayer => parseYaml(`name: ${name}\ntitle: t\n${more}`, 'test', presetSchema);
const EMPTY = 'policies: {}';
const reading =
  (...layers: readonly PresetLayer[]) =>
  async (name: PresetName): Promise<PresetLayer> =>
    layers.find((candidate) => candidate.name === name) ?? Promise.reject(new Error(`no ${name}`));

describe('presets that extend one another', () => {
  test.each(PRESETS.map((preset) => [preset]))('%s decides exactly what its own whole table decided', async (preset) => {
    // How many may wait was raised since.
    const { approval_gate, escalation = null, policies } = await loadPreset(preset);
    expect(
      createHash('sha256')
        .update(canonicalJson({ approval_gate: { ...approval_gate, max_pending: preset === 'vps-agent' ? 50 : 100 }, escalation, policies }))
        .digest('hex'),
    ).toBe(TABLES[preset]);
  });

  test('in a circle are refused, and the circle is named', async () => {
    const read = reading(layer('safe', `extends: strict\n${EMPTY}`), layer('strict', `extends: safe\n${EMPTY}`));
    await expect(presetChain('safe', read)).rejects.toMatchObject({ code: 'SEC_CONFIG_INVALID', message: expect.stringContaining('safe → strict → safe') });
    await expect(presetChain('lax', reading(layer('lax', `extends: lax\n${EMPTY}`)))).rejects.toMatchObject({ code: 'SEC_CONFIG_INVALID' });
  });

  test('an unknown one is refused with its line', () => {
    expect(() => layer('safe', `extends: sfae\n${EMPTY}`)).toThrow(/test:3: extends: expected lax, safe/);
  });

  test('a file under another name is refused', async () => {
    await expect(presetChain('safe', async () => layer('lax', EMPTY))).rejects.toMatchObject({ code: 'SEC_CONFIG_INVALID' });
  });

  test('half a policy, and none for other modules, are refused', () => {
    expect(() => wholePreset(layer('safe', 'policies: { "*": { min_severity: HIGH } }'))).toThrow(/policies\.\*: expected min_severity/);
    expect(() => wholePreset(layer('safe', EMPTY))).toThrow(/policies\.\*: expected a policy/);
  });

  const key = <Value>(value: fc.Arbitrary<Value>) => fc.option(value, { nil: undefined });
  const severity = fc.constantFrom('LOW', 'HIGH', 'CRITICAL');
  const policy = fc.record({ min_severity: key(severity), cooldown_seconds: key(fc.nat(9)), max_actions_per_min: key(fc.nat(9)) });
  const layers = fc
    .record({
      approval_gate: fc.record({ enabled: key(fc.boolean()), max_pending: key(fc.integer({ min: 1, max: 9 })) }),
      policies: fc.dictionary(fc.constantFrom('*', 'ransomware', 'auth_fortress'), policy),
    })
    // As a file would say it: a key that is not said is not there.
    .map((value) => presetSchema.parse({ name: 'safe', title: 't', ...JSON.parse(JSON.stringify(value)) }));

  test('merging is idempotent, associative, and the layer on top wins per key', () => {
    fc.assert(
      fc.property(layers, layers, layers, (a, b, c) => {
        expect(mergeLayers(a, a)).toEqual(a);
        expect(mergeLayers(mergeLayers(a, b), c)).toEqual(mergeLayers(a, mergeLayers(b, c)));
        const merged = mergeLayers(a, b);
        for (const id of Object.keys({ ...a.policies, ...b.policies }))
          for (const name of ['min_severity', 'cooldown_seconds', 'max_actions_per_min'] as const)
            expect(merged.policies[id]?.[name]).toBe(b.policies[id]?.[name] ?? a.policies[id]?.[name]);
      }),
    );
  });
});
