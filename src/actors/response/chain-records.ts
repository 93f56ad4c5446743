import { type ChainRun, isLiveRun } from '../../domain/chain.ts';
import type { HistoryDraft } from '../../domain/history.ts';
import { aboutAlert } from './records.ts';

/** What a change of a run adds to the history: its beginning, its end, and that it is taken back. Its steps have records of their own. */
export const runRecords = (before: ChainRun | undefined, after: ChainRun, at: number): readonly HistoryDraft[] => {
  const reason = reasonOf(before, after);
  if (reason === undefined) return [];
  return [
    {
      at,
      kind: 'chain',
      ...aboutAlert(after.alert),
      target: after.chain.name,
      actor: after.undo?.by,
      reason,
      details: { runId: after.id, state: after.state },
    },
  ];
};

const reasonOf = (before: ChainRun | undefined, after: ChainRun): string | undefined => {
  const { name } = after.chain;
  if (before === undefined) return `chain ${name} begins, because of ${after.alert.type}`;
  if (before.state === after.state) return undefined;
  if (after.state === 'undoing') return [`chain ${name} is taken back`, after.undo?.reason ?? ''].filter((part) => part !== '').join(': ');
  if (isLiveRun(after)) return undefined;
  const steps = after.steps.map(({ step, state }) => `${step} ${state}`).join(', ');
  return [`chain ${name} ${after.state}`, steps, after.reason ?? ''].filter((part) => part !== '').join(': ');
};
