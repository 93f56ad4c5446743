import { stringify } from 'yaml';
import { MODULES } from '../actors/registry.ts';
import { resolveEndpoints } from '../config/endpoints.ts';
import { buildEnforcementPolicy, DEFAULT_MODE } from '../config/enforcement.ts';
import { type ConfigEnvironment, loadConfig } from '../config/load.ts';
import { loadPreset } from '../config/presets.ts';
import type { Config } from '../config/schema.ts';
import { DETECTION_MODULES } from '../domain/detection-modules.ts';
import { messageOf, SecError } from '../domain/errors.ts';
import { suggestion } from '../domain/suggestion.ts';
import { redact } from './to-json.ts';

/** The configuration in force, checked as the daemon checks it, module settings included. Secrets are left out. */
export const describeConfig = async (
  environment: ConfigEnvironment,
): Promise<{
  readonly config: unknown;
  readonly yaml: string;
  readonly path: string | undefined;
  readonly searched: readonly string[];
  readonly unused: readonly string[];
}> => {
  const { config, path, searched } = await loadConfig(environment);
  checkModules(config, path);
  buildEnforcementPolicy(config, await loadPreset(config.enforcement.preset ?? DEFAULT_MODE.preset), {});
  await resolveEndpoints(config, environment.variables, path ?? 'defaults');
  const shown = shownForm(config);
  return {
    config: shown,
    yaml: `# ${path ?? `defaults; searched ${searched.join(', ')}`}\n${stringify(shown)}`,
    path,
    searched,
    unused: [
      ...UNUSED.filter((key) => config[key] !== undefined),
      ...Object.entries(config.server).flatMap(([key, value]) => (key === 'socket' || value === undefined ? [] : [`server.${key}`])),
      ...Object.entries(config.alerts).flatMap(([key, value]) => (key === 'max_store' || value === undefined ? [] : [`alerts.${key}`])),
    ],
  };
};

/** As it would be written in the file: durations with their unit, nothing that is not used, no secrets. */
const shownForm = (config: Config): { readonly [key: string]: unknown } => {
  const { enforcement } = config;
  const used = Object.entries(config).filter(([key]) => !UNUSED.some((unused) => unused === key));
  return {
    ...Object.fromEntries(used),
    server: { socket: config.server.socket },
    alerts: { max_store: config.alerts.max_store },
    escalation: {
      ...config.escalation,
      ...(config.escalation.timeouts === undefined
        ? {}
        : {
            timeouts: Object.fromEntries(
              Object.entries(config.escalation.timeouts).map(([name, rule]) => [name, { ...rule, timeout: durationText(rule.timeout) }]),
            ),
          }),
    },
    chains: config.chains.map((chain) => ({
      ...chain,
      steps: chain.steps.map((step) => ({ ...step, params: redact(step.params), timeout: durationText(step.timeout) })),
    })),
    notifications: {
      ...config.notifications,
      batching: { ...config.notifications.batching, window: durationText(config.notifications.batching.window) },
      endpoints: Object.fromEntries(Object.entries(config.notifications.endpoints).map(([name, endpoint]) => [name, shownEndpoint(endpoint)])),
    },
    enforcement: {
      ...enforcement,
      dry_run: enforcement.dry_run ?? DEFAULT_MODE.dryRun,
      preset: enforcement.preset ?? DEFAULT_MODE.preset,
      policies: Object.fromEntries(
        Object.entries(enforcement.policies).map(([id, policy]) => [
          id,
          policy.actions === undefined ? policy : { ...policy, actions: policy.actions.map((rule) => ({ ...rule, params: redact(rule.params) })) },
        ]),
      ),
      approval_gate: {
        ...enforcement.approval_gate,
        ...(enforcement.approval_gate.ttl === undefined ? {} : { ttl: durationText(enforcement.approval_gate.ttl) }),
      },
      caps: { ...enforcement.caps, max_block_duration: durationText(enforcement.caps.max_block_duration) },
      repeat_offenders: {
        ...enforcement.repeat_offenders,
        max_duration: durationText(enforcement.repeat_offenders.max_duration),
        decay: durationText(enforcement.repeat_offenders.decay),
      },
    },
  };
};

const SECRET_KEYS = new Set(['url', 'token', 'secret', 'routing_key', 'chat_id']);

const shownEndpoint = (endpoint: Config['notifications']['endpoints'][string]): { readonly [key: string]: unknown } =>
  Object.fromEntries(
    Object.entries(endpoint)
      .filter(([, value]) => value !== undefined)
      .map(([key, value]) => [key, SECRET_KEYS.has(key) ? '[set]' : key === 'digest' ? durationText(Number(value)) : value]),
  );

const durationText = (ms: number): string => (ms % 1000 === 0 ? `${ms / 1000}s` : `${ms}ms`);

const UNUSED = ['syslog', 'bus', 'archive', 'cloud', 'token_vault', 'rust_engine', 'auto_update'] as const satisfies readonly (keyof Config)[];

/** Unknown modules and settings that a module does not take are errors before anything starts. */
export const checkModules = (config: Config, path: string | undefined): void => {
  const place = path ?? 'defaults';
  for (const [id, entry] of Object.entries(config.modules)) {
    const module = MODULES.find(({ manifest }) => manifest.id === id);
    if (module === undefined) {
      if (DETECTION_MODULES.has(id)) continue;
      const known = MODULES.map(({ manifest }) => manifest.id);
      const near = suggestion(id, [...known, ...DETECTION_MODULES]);
      throw new SecError(
        'SEC_CONFIG_INVALID',
        `${place}: modules.${id}: expected one of ${known.join(', ')}${near === undefined ? '' : `; did you mean ${near}?`}`,
      );
    }
    const parsed = module.manifest.settings.safeParse(entry.settings);
    if (!parsed.success)
      throw new SecError(
        'SEC_CONFIG_INVALID',
        `${place}: modules.${id}.settings.${parsed.error.issues[0]?.path.join('.') ?? ''}: ${messageOf(parsed.error.issues[0]?.message ?? '')}`,
      );
  }
};
