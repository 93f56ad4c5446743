import type { Chain, ChainRun, ChainStep } from '../../src/domain/chain.ts';
import { createId } from '../../src/domain/ids.ts';
import { sampleAlert } from './alerts.ts';

/** A step that logs, to be varied. */
export const sampleStep = (name: string, more: Partial<ChainStep> = {}): ChainStep => ({
  name,
  action: 'log_only',
  params: {},
  maxRetries: 0,
  timeoutMs: 30_000,
  ...more,
});

/** block → note, and tell when the block fails. */
export const sampleChain = (more: Partial<Chain> = {}): Chain => ({
  name: 'lockdown',
  description: '',
  trigger: { module: 'auth_fortress', types: [], minSeverity: 'HIGH' },
  entryPoint: 'block',
  steps: [
    sampleStep('block', { action: 'block_ip', params: { duration: '1h' }, onSuccess: 'note', onFailure: 'tell', maxRetries: 1 }),
    sampleStep('note'),
    sampleStep('tell'),
  ],
  ...more,
});

/** A run that has not begun its first step. */
export const sampleRun = (more: Partial<ChainRun> = {}): ChainRun => ({
  id: createId<'ChainRunId'>(1_700_000_000_000),
  chain: sampleChain(),
  alert: sampleAlert(),
  state: 'ready',
  current: 'block',
  steps: [],
  startedAt: 1_700_000_000_000,
  ...more,
});
