import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { type DecisionContext, decide } from '../../../src/actors/response/decide.ts';
import { guardTarget, NO_ENDPOINTS } from '../../../src/actors/response/guard.ts';
import type { EnforcementPolicy, PresetName } from '../../../src/domain/policy.ts';
import { PRESETS } from '../../../src/domain/policy.ts';
import { SEVERITIES } from '../../../src/domain/severity.ts';
import { sampleAlert, sampleProcess } from '../../kit/alerts.ts';
import { policyOfPreset } from '../../kit/policies.ts';

const contextOf = (policy: EnforcementPolicy, more: Partial<DecisionContext> = {}): DecisionContext => ({
  policy,
  veto: (action, target, allowList) => guardTarget(action, target, allowList, { endpoints: NO_ENDPOINTS, recentSshPeers: [], ownPid: 1 }, policy.caps),
  activeUntil: () => undefined,
  cooldownLeft: () => 0,
  budgetLeft: () => 5,
  globalBudgetLeft: () => 5,
  activeBlocks: () => 0,
  unavailable: () => undefined,
  ...more,
});

const outcomes = (decisions: ReturnType<typeof decide>): readonly string[] => decisions.map(({ action, outcome }) => `${action} ${outcome}`);

describe('what is decided about an alert', () => {
  let presets: { readonly [name in PresetName]: EnforcementPolicy };
  beforeAll(async () => {
    presets = Object.fromEntries(await Promise.all(PRESETS.map(async (name) => [name, await policyOfPreset(name)]))) as typeof presets;
  });

  test.each([
    ['lax', 'HIGH', ['log_only execute']],
    ['safe', 'MEDIUM', []],
    ['safe', 'HIGH', ['block_ip execute', 'log_only execute']],
    ['safe', 'CRITICAL', ['block_ip execute', 'log_only execute']],
    ['balanced', 'HIGH', ['block_ip execute']],
    ['strict', 'MEDIUM', ['block_ip execute']],
    ['vps-agent', 'HIGH', ['block_ip execute', 'disable_user no-target', 'drop_connection execute']],
  ] as const)('a brute force under %s at %s', (preset, severity, expected) => {
    expect(outcomes(decide(sampleAlert({ severity }), contextOf(presets[preset])))).toEqual(expected);
  });

  test('safe does not block a HIGH login alert that is neither brute force nor CRITICAL', () => {
    expect(outcomes(decide(sampleAlert({ type: 'post_bruteforce_login' }), contextOf(presets.safe)))).toEqual(['log_only execute']);
  });

  test('killing a process waits for a person under balanced, and does not under vps-agent', () => {
    const alert = sampleAlert({ module: 'runtime_watcher', type: 'reverse_shell', severity: 'CRITICAL', entities: { process: sampleProcess() } });
    expect(outcomes(decide(alert, contextOf(presets.balanced)))).toEqual(['kill_process needs-approval', 'quarantine_file no-target']);
    expect(outcomes(decide(alert, contextOf(presets['vps-agent'])))).toContain('kill_process execute');
  });

  test('dry run decides everything and executes nothing but records', async () => {
    const policy = await policyOfPreset('strict', { dry_run: true });
    expect(outcomes(decide(sampleAlert({ severity: 'CRITICAL' }), contextOf(policy)))).toEqual(['block_ip dry-run', 'disable_user no-target']);
  });

  test('the allow list of the host and of the policy win over everything, in any spelling', async () => {
    for (const enforcement of [
      { global_allow_list: ['203.0.113.0/24'] },
      { global_allow_list: ['::ffff:203.0.113.7'] },
      { policies: { auth_fortress: { allow_list: ['203.0.113.7'] } } },
    ]) {
      const [block] = decide(sampleAlert({ severity: 'CRITICAL' }), contextOf(await policyOfPreset('balanced', enforcement)));
      expect(block).toMatchObject({ action: 'block_ip', outcome: 'allow-listed' });
    }
  });

  test('a verdict that rests on a sender alone never acts', () => {
    expect(outcomes(decide(sampleAlert({ severity: 'CRITICAL', isClaim: true }), contextOf(presets.strict)))).toEqual([
      'block_ip claim-only',
      'disable_user no-target',
    ]);
  });

  test.each([
    ['cooldown', { cooldownLeft: () => 1000 }],
    ['cooldown', { activeUntil: () => 1_900_000_000_000 }],
    ['over-budget', { budgetLeft: () => 0 }],
    ['over-budget', { globalBudgetLeft: () => 0 }],
    ['over-budget', { activeBlocks: () => 100_000 }],
    ['unavailable', { unavailable: () => 'no nft here' }],
  ] as const)('%s holds the block back', (outcome, more) => {
    expect(decide(sampleAlert(), contextOf(presets.balanced, more))[0]).toMatchObject({ action: 'block_ip', outcome });
  });

  test('a severity approves by itself only what no guard protects, not under dry run, and never where two persons must agree', async () => {
    const shell = sampleAlert({ module: 'runtime_watcher', severity: 'CRITICAL', entities: { process: sampleProcess() } });
    const kill = async (gate: { readonly [key: string]: unknown }, more: Partial<DecisionContext> = {}, enforcement = {}) =>
      decide(shell, contextOf(await policyOfPreset('balanced', { approval_gate: gate, ...enforcement }), more)).find(({ action }) => action === 'kill_process');
    const gate = { auto_approve_above: 'CRITICAL' };
    expect(await kill(gate)).toMatchObject({ outcome: 'execute', reason: expect.stringContaining('approved by itself from CRITICAL on') });
    expect(await kill({ ...gate, enabled: false })).toMatchObject({ outcome: 'execute', reason: expect.not.stringContaining('by itself') });
    expect(await kill(gate, { veto: () => ({ outcome: 'refused', reason: 'the SSH server' }) })).toMatchObject({ outcome: 'refused' });
    expect(await kill(gate, {}, { dry_run: true })).toMatchObject({ outcome: 'dry-run' });
    expect(await kill({ ...gate, two_person: { actions: ['kill_process'] } })).toMatchObject({ outcome: 'needs-approval' });
    const skipping = { policies: { runtime_watcher: { actions: [{ action: 'kill_process', skip_approval: true }] } } };
    expect(await kill({ two_person: { actions: ['kill_process'] } }, {}, skipping)).toMatchObject({ outcome: 'needs-approval' });
  });

  test('one action on one target is decided once, however many rules name it', () => {
    const blocks = decide(sampleAlert({ severity: 'CRITICAL' }), contextOf(presets.safe)).filter(({ action }) => action === 'block_ip');
    expect(blocks).toHaveLength(1);
  });

  test('two endpoints told about one alert are two actions, each with its own cooldown', async () => {
    const policy = await policyOfPreset('safe', {
      policies: {
        auth_fortress: {
          actions: ['https://a.example/x', 'https://b.example/x', 'https://a.example/x'].map((url) => ({ action: 'webhook', params: { url } })),
        },
      },
    });
    const asked: string[] = [];
    const decisions = decide(
      sampleAlert(),
      contextOf(policy, {
        cooldownLeft: (key) => {
          asked.push(key);
          return 0;
        },
      }),
    );
    expect(outcomes(decisions)).toEqual(['webhook execute', 'webhook execute']);
    expect(new Set(asked).size).toBe(2);
  });

  test('an IPv6 attacker is met with the /64', () => {
    expect(decide(sampleAlert({ entities: { ip: '2001:db8:1:2:3:4:5:6' } }), contextOf(presets.balanced))[0]?.target).toEqual({
      kind: 'ip',
      address: '2001:db8:1:2::/64',
    });
  });

  test('a user policy changes what it names and keeps the rest of the preset', async () => {
    const policy = await policyOfPreset('balanced', { policies: { auth_fortress: { min_severity: 'CRITICAL' } } });
    expect(decide(sampleAlert(), contextOf(policy))).toEqual([]);
    expect(policy.policies['auth_fortress']?.rules).toEqual(presets.balanced.policies['auth_fortress']?.rules);
  });

  test('whatever the alert, nothing acts below its floor or on a claim', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...PRESETS),
        fc.constantFrom(...SEVERITIES),
        fc.boolean(),
        fc.constantFrom('auth_fortress', 'runtime_watcher', 'unheard_of'),
        (preset, severity, isClaim, module) => {
          const policy = presets[preset];
          const decisions = decide(
            sampleAlert({ severity, isClaim, module, entities: { ip: '203.0.113.7', process: sampleProcess(), user: 'guest' } }),
            contextOf(policy),
          );
          for (const { action, outcome, rule } of decisions) {
            expect(SEVERITIES.indexOf(severity)).toBeGreaterThanOrEqual(SEVERITIES.indexOf(rule.minSeverity));
            if (isClaim && action !== 'log_only') expect(outcome).not.toBe('execute');
          }
        },
      ),
    );
  });
});
