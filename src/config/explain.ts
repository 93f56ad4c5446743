import { readFile } from 'node:fs/promises';
import { isMap, isScalar, LineCounter, parseDocument } from 'yaml';
import { SecError } from '../domain/errors.ts';
import type { EnforcementPolicy, Policy, PresetName } from '../domain/policy.ts';
import { suggestion } from '../domain/suggestion.ts';
import { buildEnforcementPolicy, type RuntimeOverrides, ruleText } from './enforcement.ts';
import type { LoadedConfig } from './load.ts';
import { loadPreset, presetFiles } from './presets.ts';
import type { Config } from './schema.ts';

/** One value in force and who said it: `file:line`, `default`, or how it was set at run time. */
export type Explained = { readonly path: string; readonly value: unknown; readonly origin: string };

/** What a running daemon knows better than the files: the mode in force and where it comes from. */
export type LiveMode = { readonly preset: PresetName; readonly dryRun: boolean; readonly presetFrom: string; readonly dryRunFrom: string };

/** Every value of the decision table below `wanted` with its origin. Rejects with SEC_NOT_FOUND when there is none. */
export const explain = async (loaded: LoadedConfig, wanted: string, live: LiveMode | undefined): Promise<readonly Explained[]> => {
  const { config, path } = loaded;
  const name = live?.preset ?? config.enforcement.preset ?? 'safe';
  const overrides: RuntimeOverrides = live === undefined ? {} : { preset: live.preset, dryRun: live.dryRun };
  const table = buildEnforcementPolicy(config, await loadPreset(name), overrides);
  const user = path === undefined ? undefined : await source(path, path);
  const presets = await Promise.all((await presetFiles(name)).map((file) => source(file, `presets/${file.slice(file.lastIndexOf('/') + 1)}`)));
  const said = (...places: readonly (readonly string[])[]): string | undefined => places.flatMap((keys) => user?.at(keys) ?? [])[0];
  const shipped = (keys: readonly string[]): string | undefined => presets.flatMap((preset) => preset.at(keys) ?? [])[0];
  const atRunTime = (from: string | undefined): string | undefined => (from === 'set at run time' || from === 'command line' ? from : undefined);

  const all: Explained[] = [
    { path: 'enforcement.enabled', value: table.enabled, origin: said(['enforcement', 'enabled']) ?? 'default' },
    { path: 'enforcement.preset', value: table.preset, origin: atRunTime(live?.presetFrom) ?? said(['enforcement', 'preset']) ?? 'default' },
    { path: 'enforcement.dry_run', value: table.dryRun, origin: atRunTime(live?.dryRunFrom) ?? said(['enforcement', 'dry_run']) ?? 'default' },
    ...Object.entries(gateValues(table)).map(([key, value]) => ({
      path: `enforcement.approval_gate.${key}`,
      value,
      origin: said(['approvals', key], ['enforcement', 'approval_gate', key]) ?? shipped(['approval_gate', key]) ?? 'default',
    })),
    ...listValues(config, table).map(({ path: key, value, keys }) => ({ path: key, value, origin: said(keys) ?? 'default' })),
    ...Object.entries(escalationValues(table)).map(([key, value]) => ({
      path: `escalation.${key}`,
      value,
      origin: said(['escalation', ...key.split('.')]) ?? shipped(['escalation', ...key.split('.')]) ?? 'default',
    })),
    ...Object.entries(table.policies).flatMap(([id, policy]) =>
      Object.entries(policyValues(policy)).map(([key, value]) => ({
        path: `enforcement.policies.${id}.${key}`,
        value,
        origin: said(['enforcement', 'policies', id, key]) ?? shipped(['policies', id, key]) ?? 'default',
      })),
    ),
  ];
  const found = all.filter((entry) => wanted === '' || entry.path === wanted || entry.path.startsWith(`${wanted}.`));
  // `cooldown` for `cooldown_seconds`.
  const shortened = found.length > 0 ? found : all.filter((entry) => entry.path.startsWith(`${wanted}_`));
  if (shortened.length > 0) return shortened;
  const near = suggestion(wanted, [...new Set(all.flatMap((entry) => [entry.path, entry.path.slice(0, entry.path.lastIndexOf('.'))]))]);
  throw new SecError('SEC_NOT_FOUND', `nothing in the decision table is called that${near === undefined ? '' : `; did you mean ${near}?`}`);
};

const policyValues = (policy: Policy): { readonly [key: string]: unknown } => ({
  enabled: policy.enabled,
  min_severity: policy.minSeverity,
  cooldown_seconds: policy.cooldownSeconds,
  max_actions_per_min: policy.maxActionsPerMinute,
  dry_run: policy.dryRun,
  allow_list: policy.allowList,
  actions: policy.rules.map(ruleText),
});

const gateValues = ({ approvalGate: gate }: EnforcementPolicy): { readonly [key: string]: unknown } => ({
  enabled: gate.enabled,
  require_approval: gate.requireApproval,
  auto_approve_above: gate.autoApproveAbove ?? 'never',
  ttl: `${gate.ttlMs / 1000}s`,
  max_pending: gate.maxPending,
});

const listValues = (config: Config, { caps, globalAllowList }: EnforcementPolicy): readonly { path: string; value: unknown; keys: readonly string[] }[] =>
  [
    { path: 'enforcement.global_allow_list', value: globalAllowList },
    { path: 'enforcement.caps.max_active_blocks', value: caps.maxActiveBlocks },
    { path: 'enforcement.caps.max_new_actions_per_min', value: caps.maxNewActionsPerMinute },
    { path: 'enforcement.caps.max_block_duration', value: `${caps.maxBlockSeconds}s` },
    { path: 'chains', value: config.chains.map(({ name }) => name) },
  ].map((entry) => ({ ...entry, keys: entry.path.split('.') }));

const escalationValues = ({ escalation }: EnforcementPolicy): { readonly [key: string]: unknown } => ({
  enabled: escalation?.enabled ?? false,
  ...Object.fromEntries(
    Object.entries(escalation?.timeouts ?? {}).map(([severity, rule]) => [
      `timeouts.${severity}`,
      `${rule.timeoutMs / 1000}s to ${rule.escalateTo}, at most ${rule.maxEscalations}${rule.reNotify ? ', tells the endpoints' : ''}`,
    ]),
  ),
});

/** Where a file says a key: `name:line`, undefined when it does not. */
const source = async (file: string, name: string): Promise<{ readonly at: (keys: readonly string[]) => string | undefined }> => {
  const lines = new LineCounter();
  const document = parseDocument(await readFile(file, 'utf8'), { lineCounter: lines });
  return {
    at: (keys) => {
      const parent = keys.length === 1 ? document.contents : document.getIn(keys.slice(0, -1), true);
      const pair = isMap(parent) ? parent.items.find((item) => isScalar(item.key) && item.key.value === keys.at(-1)) : undefined;
      return isScalar(pair?.key) && pair.key.range ? `${name}:${lines.linePos(pair.key.range[0]).line}` : undefined;
    },
  };
};
