import type { Actor } from '../domain/approval.ts';
import type { Clock } from '../domain/clock.ts';
import { messageOf, SecError, toSecError } from '../domain/errors.ts';
import type { HistoryDraft } from '../domain/history.ts';
import { toSafe } from '../domain/safe-text.ts';
import type { PendingRollbackJson } from '../protocol/schemas.ts';
import type { Caller, Handlers } from './api.ts';
import type { ChangeOptions, PendingRollback, PolicyKeeper } from './policy-keeper.ts';
import { policiesToJson } from './to-json.ts';

const MAX_LINES = 40;

export type ModeHandlerDependencies = {
  readonly policies: PolicyKeeper;
  readonly clock: Clock;
  readonly append: (draft: HistoryDraft) => Promise<void>;
  readonly onModeChange: () => Promise<void>;
};

/** Preset, dry run and the confirmation of what made enforcement stronger; each change is in the history with who and why. */
export const createModeHandlers = ({ policies, clock, append, onModeChange }: ModeHandlerDependencies): Pick<Handlers, 'dryRun' | 'preset' | 'confirm'> => {
  // Connections that were there when the change was made: none of them proves that its author can still get in.
  let lastConnection = 0;
  let changing = 0;
  /** Marked before anything is stored: a confirmation that overtakes the answer is judged by it, too. */
  const marked = async <Result>(caller: Caller, work: () => Promise<Result>): Promise<Result> => {
    lastConnection = Math.max(lastConnection, caller.connection?.newest ?? 0);
    changing += 1;
    try {
      return await work();
    } finally {
      changing -= 1;
    }
  };
  const waiting = (pending: PendingRollback | undefined) => (pending === undefined ? {} : { pending_rollback: pendingToJson(pending, clock.now()) });
  const ending = (pending: PendingRollback | undefined, reason: string): string =>
    `${pending === undefined ? '' : `; goes back at ${new Date(pending.deadline).toISOString()} unless confirmed`}${reason === '' ? '' : `: ${reason}`}`;

  return {
    dryRun: async ({ params, body, caller }) => {
      const previous = policies.current().dryRun;
      const next = params.mode === 'on';
      const { pending } = await marked(caller, () => policies.setDryRun(next, optionsOf(body)));
      const reason = `dry run ${params.mode} (was ${previous ? 'on' : 'off'})${ending(pending, body.reason)}`;
      await append({ at: clock.now(), kind: 'dry-run', dryRun: next, actor: caller.actor, reason });
      await onModeChange();
      return { dry_run: next, previous, ...waiting(pending) };
    },
    preset: async ({ params, body, caller }) => {
      const previous = policies.current().preset;
      if (body.preview) {
        const { policy, diff, stronger } = await policies.preview(params.name);
        return { preset: params.name, previous, applied: false, diff: [...diff], stronger: [...stronger], policies: policiesToJson(policy) };
      }
      const { policy, diff, stronger, pending } = await marked(caller, () => policies.setPreset(params.name, optionsOf(body))).catch(
        async (problem: unknown) => {
          const failed = `preset ${params.name} could not be put in force: ${toSafe(messageOf(problem), 300)}; ${previous} stays`;
          await append({ at: clock.now(), kind: 'preset', preset: previous, outcome: 'failure', actor: caller.actor, reason: failed });
          const { code } = toSecError(problem);
          throw new SecError(code, failed, { cause: problem });
        },
      );
      const reason = `preset ${previous} → ${params.name} (${stronger.length > 0 ? 'stronger' : 'not stronger'})${ending(pending, body.reason)}`;
      const details = { diff, stronger: stronger.slice(0, MAX_LINES) };
      await append({ at: clock.now(), kind: 'preset', preset: params.name, actor: caller.actor, reason, details });
      await onModeChange();
      return { preset: params.name, previous, applied: true, diff: [...diff], stronger: [...stronger], policies: policiesToJson(policy), ...waiting(pending) };
    },
    confirm: async ({ body, caller }) => {
      if (caller.connection !== undefined && caller.connection.number <= lastConnection && (changing > 0 || policies.pending() !== undefined))
        throw new SecError('SEC_CONFLICT', 'this connection is older than the change: confirm from a new one, so that it is known that you can still get in');
      const { what } = await policies.confirm();
      const { preset, dryRun } = policies.current();
      const reason = `confirmed: ${what}${body.reason === '' ? '' : `: ${body.reason}`}`;
      await append({ at: clock.now(), kind: 'config', preset, dryRun, actor: caller.actor, reason });
      await onModeChange();
      return { confirmed: what, preset, dry_run: dryRun };
    },
  };
};

/** As everybody may see it. */
export const pendingToJson = (pending: PendingRollback, now: number): PendingRollbackJson => ({
  what: pending.what,
  preset: pending.preset,
  dry_run: pending.dryRun,
  deadline: new Date(pending.deadline).toISOString(),
  seconds_left: Math.max(0, Math.ceil((pending.deadline - now) / 1000)),
});

/** Takes back what nobody confirmed, and says so in the history. */
export const createRollbackTick =
  ({ policies, clock, append, onModeChange }: ModeHandlerDependencies, by: Actor): (() => Promise<void>) =>
  async () => {
    const back = await policies.tick();
    if (back === undefined) return;
    const reason = `nobody confirmed in time: ${back.what} was taken back, preset ${back.preset}, ${back.dryRun ? 'dry run' : 'LIVE'}`;
    await append({ at: clock.now(), kind: 'config', preset: back.preset, dryRun: back.dryRun, actor: by, reason });
    await onModeChange();
  };

const optionsOf = (body: { readonly confirm_within_seconds?: number | undefined; readonly no_rollback: boolean }): ChangeOptions =>
  body.no_rollback ? { withinMs: 0 } : body.confirm_within_seconds === undefined ? {} : { withinMs: body.confirm_within_seconds * 1000 };
