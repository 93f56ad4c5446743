import type { Chain, ChainRun, StepRun } from '../domain/chain.ts';
import type { ChainRunJson, ChainsJson } from '../protocol/schemas.ts';
import { redact } from './to-json.ts';

const time = (ms: number): string => new Date(ms).toISOString();

/** A chain of the configuration in wire form; secrets are left out. */
export const chainToJson = (chain: Chain): ChainsJson['chains'][number] => ({
  name: chain.name,
  description: chain.description,
  trigger: { module: chain.trigger.module, types: [...chain.trigger.types], min_severity: chain.trigger.minSeverity },
  entry_point: chain.entryPoint,
  steps: chain.steps.map((step) => ({
    name: step.name,
    action: step.action,
    params: redact(step.params),
    ...(step.onSuccess === undefined ? {} : { on_success: step.onSuccess }),
    ...(step.onFailure === undefined ? {} : { on_failure: step.onFailure }),
    max_retries: step.maxRetries,
    timeout_seconds: step.timeoutMs / 1000,
  })),
});

/** A run in wire form. */
export const chainRunToJson = (run: ChainRun): ChainRunJson => ({
  id: run.id,
  chain: run.chain.name,
  alert_id: run.alert.id,
  module: run.alert.module,
  alert_type: run.alert.type,
  severity: run.alert.severity,
  status: run.state,
  started_at: time(run.startedAt),
  ...(run.endedAt === undefined ? {} : { ended_at: time(run.endedAt) }),
  ...(run.reason === undefined ? {} : { reason: run.reason }),
  ...(run.undo === undefined ? {} : { undone_by: run.undo.by }),
  steps: run.steps.map(stepToJson),
});

const stepToJson = (step: StepRun): ChainRunJson['steps'][number] => ({
  name: step.step,
  action: step.action,
  target: step.target,
  action_id: step.actionId,
  ...(step.approvalId === undefined ? {} : { approval_id: step.approvalId }),
  status: step.state,
  attempts: step.attempts,
  started_at: time(step.startedAt),
  ...(step.endedAt === undefined ? {} : { ended_at: time(step.endedAt) }),
  ...(step.detail === undefined ? {} : { detail: step.detail }),
  ...(step.next === undefined ? {} : { next_step: step.next }),
});
