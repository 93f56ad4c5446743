import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { buildEnforcementPolicy, DEFAULT_MODE, diffPolicies } from '../../src/config/enforcement.ts';
import { loadConfig } from '../../src/config/load.ts';
import { loadPreset } from '../../src/config/presets.ts';
import { configSchema } from '../../src/config/schema.ts';
import { parseYaml } from '../../src/config/yaml-file.ts';
import { SecError } from '../../src/domain/errors.ts';
import { PRESETS } from '../../src/domain/policy.ts';

const problemOf = (text: string): string => {
  try {
    parseYaml(text, 'config.yaml', configSchema);
  } catch (problem) {
    expect(problem).toBeInstanceOf(SecError);
    return (problem as SecError).message;
  }
  throw new Error('it was accepted');
};

describe('a broken configuration says where, what was expected and what was found', () => {
  test.each([
    ['enforcement:\n  preset: saef\n', 'config.yaml:2: enforcement.preset: expected lax, safe, balanced, strict, vps-agent, got "saef"'],
    [
      'enforcement:\n  policies:\n    auth_fortress:\n      min_severity: HIHG\n',
      'config.yaml:4: enforcement.policies.auth_fortress.min_severity: expected INFO, LOW, MEDIUM, HIGH or CRITICAL, got "HIHG"',
    ],
    ['enforcement:\n  approval_gate:\n    ttl: soon\n', 'config.yaml:3: enforcement.approval_gate.ttl: expected a duration such as 30s, 5m or 1h, got "soon"'],
    ['approvals:\n  ttl: 0\n', 'config.yaml:2: approvals.ttl: expected'],
    [
      'approvals:\n  ttl: 5m\nenforcement:\n  approval_gate:\n    ttl: 10m\n',
      'config.yaml:2: approvals.ttl: expected in one place only, and enforcement.approval_gate.ttl is set as well, got "5m"; config.yaml:5: enforcement.approval_gate.ttl: ',
    ],
    ['approvals:\n  max_pending: 10001\n', 'config.yaml:2: approvals.max_pending: '],
    ['approvals:\n  auto_approve_above: CRITCAL\n', 'config.yaml:2: approvals.auto_approve_above: expected INFO, LOW, MEDIUM, HIGH or CRITICAL'],
    ['approvals:\n  two_person:\n    actions: [kill_process]\n    groups: [[alice]]\n', 'config.yaml:4: approvals.two_person.groups: '],
    [
      'enforcement:\n  global_allow_list:\n    - 203.0.113.0/24\n    - 300.1.1.1\n',
      'config.yaml:4: enforcement.global_allow_list.1: expected an address or a network',
    ],
    ['enforcment:\n  preset: safe\n', 'config.yaml:1: enforcment: expected a known key, did you mean enforcement?'],
    ['a: [\n', 'config.yaml:'],
    ['enforcement:\n  dry_run: "yes"\n', 'config.yaml:2: enforcement.dry_run: expected boolean, got "yes"'],
  ])('%j', (text, message) => {
    expect(problemOf(text)).toContain(message);
  });

  test('an alias bomb is refused, not expanded', () => {
    const bomb = [
      'a: &a [x,x,x,x,x,x,x,x,x]',
      ...'bcdefgh'.split('').map((name, index) => `${name}: &${name} [${Array(9).fill(`*${'abcdefgh'[index]}`).join(',')}]`),
    ].join('\n');
    expect(() => parseYaml(bomb, 'config.yaml', configSchema)).toThrow();
  });
});

describe('where a configuration comes from', () => {
  let directory: string;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), '1sec-config-'));
  });
  afterEach(() => rm(directory, { recursive: true, force: true }));

  test('no file at all gives the safe defaults: dry run and preset safe', async () => {
    const { config, path } = await loadConfig({ variables: { HOME: directory } });
    expect(path).toBeUndefined();
    expect(config.enforcement).toMatchObject({ enabled: true });
    expect(buildEnforcementPolicy(config, await loadPreset(DEFAULT_MODE.preset), {})).toMatchObject({ enabled: true, dryRun: true, preset: 'safe' });
  });

  test('a named file that is missing is an error, not the defaults', async () => {
    await expect(loadConfig({ flag: join(directory, 'nothing.yaml'), variables: {} })).rejects.toMatchObject({ code: 'SEC_CONFIG_UNREADABLE' });
  });

  test('the flag wins over the environment', async () => {
    await writeFile(join(directory, 'a.yaml'), 'enforcement: { preset: strict }\n');
    await writeFile(join(directory, 'b.yaml'), 'enforcement: { preset: lax }\n');
    const { config } = await loadConfig({ flag: join(directory, 'a.yaml'), variables: { ONESEC_CONFIG: join(directory, 'b.yaml') } });
    expect(config.enforcement.preset).toBe('strict');
  });
});

describe('the decision table', () => {
  test.each(PRESETS)('preset %s has a policy for each of the sixteen modules and for the rest', async (name) => {
    const policy = buildEnforcementPolicy(configSchema.parse({}), await loadPreset(name), {});
    expect(Object.keys(policy.policies)).toHaveLength(17);
    expect(policy.policies['*']).toBeDefined();
  });

  test('a change at run time wins over the file, and an empty diff means nothing changed', async () => {
    const config = configSchema.parse({ enforcement: { dry_run: true } });
    const safe = await loadPreset('safe');
    const before = buildEnforcementPolicy(config, safe, {});
    expect(buildEnforcementPolicy(config, safe, { dryRun: false }).dryRun).toBe(false);
    expect(diffPolicies(before, buildEnforcementPolicy(config, safe, {}))).toEqual([]);
    expect(diffPolicies(before, buildEnforcementPolicy(config, await loadPreset('strict'), {})).length).toBeGreaterThan(50);
  });

  test('the approval gate has working defaults: thirty minutes and ten thousand places', async () => {
    const { approvalGate } = buildEnforcementPolicy(configSchema.parse({}), await loadPreset('safe'), {});
    expect(approvalGate).toMatchObject({
      enabled: true,
      ttlMs: 1_800_000,
      maxPending: 10_000,
      requireApproval: ['kill_process', 'quarantine_file', 'disable_user', 'command'],
    });
  });
});
