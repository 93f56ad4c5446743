import fc from 'fast-check';
import type { EnforcementPolicy, PolicyRule } from '../../src/domain/policy.ts';
import { PRESETS } from '../../src/domain/policy.ts';

const rule = (more: Partial<PolicyRule>): PolicyRule => ({
  action: 'block_ip',
  minSeverity: 'LOW',
  params: {},
  skipApproval: false,
  dryRun: false,
  description: '',
  hold: false,
  types: [],
  ...more,
});

/** Decision tables that all want to block whoever a CRITICAL alert names, each in its own way. */
export const aggressivePolicy = (options: { readonly asks: boolean; readonly policyAllowList?: readonly string[] }): fc.Arbitrary<EnforcementPolicy> =>
  fc
    .record({
      preset: fc.constantFrom(...PRESETS),
      minSeverity: fc.constantFrom('LOW' as const, 'MEDIUM' as const, 'HIGH' as const, 'CRITICAL' as const),
      duration: fc.constantFrom('2m', '1h', '24h', '30d'),
      drops: fc.boolean(),
      first: fc.boolean(),
      skipApproval: fc.boolean(),
      gate: fc.boolean(),
      own: fc.boolean(),
      cooldownSeconds: fc.constantFrom(0, 60, 3600),
      maxBlockSeconds: fc.constantFrom(600, 86_400, 30 * 86_400),
    })
    .map((choice): EnforcementPolicy => {
      const block = rule({
        minSeverity: choice.minSeverity,
        params: { duration: choice.duration },
        skipApproval: !options.asks && choice.skipApproval,
      });
      const drop = choice.drops ? [rule({ action: 'drop_connection', skipApproval: true })] : [];
      const policy = {
        enabled: true,
        minSeverity: 'LOW' as const,
        cooldownSeconds: choice.cooldownSeconds,
        maxActionsPerMinute: 0,
        dryRun: false,
        allowList: options.policyAllowList ?? [],
        rules: choice.first ? [block, ...drop] : [...drop, block],
      };
      return {
        enabled: true,
        dryRun: false,
        preset: choice.preset,
        globalAllowList: [],
        policies: choice.own ? { auth_fortress: policy, '*': policy } : { '*': policy },
        approvalGate: {
          enabled: options.asks || choice.gate,
          requireApproval: options.asks ? ['block_ip'] : ['kill_process'],
          autoApproveAbove: undefined,
          ttlMs: 1_800_000,
          ttlMsBySeverity: {},
          maxPending: 100,
          twoPerson: undefined,
        },
        caps: { maxActiveBlocks: 1000, maxNewActionsPerMinute: 1000, minPrefixV4: 24, minPrefixV6: 48, maxBlockSeconds: choice.maxBlockSeconds },
      };
    });
