import type { Chain } from '../domain/chain.ts';
import { ALL_ENDPOINTS } from './rule-endpoints.ts';
import type { Config } from './schema.ts';

/** The chains of a checked configuration, in the domain's words. */
export const buildChains = (config: Config): readonly Chain[] =>
  config.chains.map((chain) => ({
    name: chain.name,
    description: chain.description,
    trigger: { module: chain.trigger.module, types: chain.trigger.types, minSeverity: chain.trigger.min_severity },
    entryPoint: chain.entry_point ?? chain.steps[0]?.name ?? '',
    steps: chain.steps.map((step) => ({
      name: step.name,
      action: step.action,
      params: step.action === 'webhook' ? { endpoint: ALL_ENDPOINTS, ...step.params } : step.params,
      onSuccess: step.on_success,
      onFailure: step.on_failure,
      maxRetries: step.max_retries,
      timeoutMs: step.timeout,
    })),
  }));
