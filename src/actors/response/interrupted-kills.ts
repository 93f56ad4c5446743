import { z } from 'zod';
import type { ProcessRef } from '../../domain/entity.ts';
import type { HistoryRecord, Verification } from '../../domain/history.ts';
import type { ActionRequest, Enforcer } from '../contract.ts';
import type { ResponderDependencies } from './responder.ts';

export type InterruptedDependencies = Pick<ResponderDependencies, 'store' | 'clock' | 'enforcers' | 'onRecords' | 'onProblem'>;

/** The latest so many intents are looked at: a daemon carries out far fewer at a time. */
const MAX_INTENTS = 200;

/**
 * To be called once, at the start: processes that an earlier daemon had suspended to end them when it died are let go, and the
 * history says that they were not ended. Those about which a person decided are for their approval to settle.
 */
export const letGoInterrupted = async (dependencies: InterruptedDependencies): Promise<void> => {
  const { store, clock, onProblem } = dependencies;
  const enforcer = dependencies.enforcers.get('kill_process');
  if (enforcer === undefined) return;
  for (const intent of store.history.page({ limit: MAX_INTENTS, kind: 'intent' })) {
    const process = isOpen(dependencies, intent) ? processOf(intent.details?.['target']) : undefined;
    if (process === undefined || intent.actionId === undefined) continue;
    try {
      const found = await settle(enforcer, { actionId: intent.actionId, target: { kind: 'process', process }, params: {}, now: clock.now() });
      const { actionId, alertId, module, alertType, action, target, severity } = intent;
      const about = { at: clock.now(), actionId, alertId, module, alertType, action, target, severity };
      dependencies.onRecords(store.history.note([{ ...about, kind: 'outcome', ...found }]));
    } catch (problem) {
      onProblem('letting go what an interrupted action had suspended', problem);
    }
  }
};

type Found = { readonly outcome: 'success' | 'failure'; readonly verification: Verification; readonly reason: string };

const settle = async (enforcer: Enforcer, request: ActionRequest): Promise<Found> => {
  const { verification, detail } = await enforcer.verify(request);
  // Its children were ended before it: when it is gone nothing of it is left.
  if (verification === 'verified') return { outcome: 'success', verification, reason: `interrupted by the end of the daemon: ${detail}` };
  await enforcer.release?.(request);
  return { outcome: 'failure', verification: 'failed', reason: 'interrupted by the end of the daemon: not ended, and let go' };
};

const isOpen = ({ store }: InterruptedDependencies, { action, approvalId, actionId }: HistoryRecord): boolean =>
  action === 'kill_process' &&
  approvalId === undefined &&
  actionId !== undefined &&
  !store.history.page({ limit: 10, actionId }).some(({ kind }) => kind === 'outcome');

/** The process that an intent names; a record that names none is nothing to act on. */
const processOf = (target: unknown): ProcessRef | undefined => {
  const found = TARGET.safeParse(target);
  return found.success ? found.data.process : undefined;
};

const TARGET = z.object({
  kind: z.literal('process'),
  process: z.object({
    pid: z.number().int().min(2),
    startTime: z.number(),
    exe: z.string().min(1),
    exeDev: z.number().optional(),
    exeIno: z.number().optional(),
  }),
});
