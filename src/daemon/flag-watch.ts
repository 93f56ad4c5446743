import type { Actor } from '../domain/approval.ts';
import type { Clock } from '../domain/clock.ts';
import type { HistoryDraft } from '../domain/history.ts';
import type { CleanupJson } from '../protocol/schemas.ts';
import type { Logger } from './logger.ts';

export type FlagWatchDependencies = {
  /** Path of the flag, looked at now. */
  readonly flag: () => string | undefined;
  readonly setFlagged: (isFlagged: boolean) => void;
  /** Ends what is in force, so that the history and the host say the same. */
  readonly takeBack: (actor: Actor, reason: string) => Promise<CleanupJson>;
  readonly note: (draft: HistoryDraft) => void;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly onProblem: (what: string, problem: unknown) => void;
};

/** Follows the observe-only flag: enforcement goes off with it, and is as configured again when a person took it away. */
export const createFlagWatch = (
  dependencies: FlagWatchDependencies,
): {
  readonly look: () => void;
  readonly isFlagged: () => boolean;
  /** One line for the status while it is there. */
  readonly notes: () => readonly string[];
} => {
  const { logger } = dependencies;
  let flag: string | undefined;
  const say = (reason: string): void => {
    logger.warn(reason);
    dependencies.note({ at: dependencies.clock.now(), kind: 'daemon', reason });
  };
  return {
    look: () => {
      const now = dependencies.flag();
      const was = flag;
      flag = now;
      if ((now === undefined) === (was === undefined)) return;
      dependencies.setFlagged(now !== undefined);
      if (now === undefined) return say(`${was ?? 'the flag'} was taken away: enforcement is as configured again`);
      say(`observe-only: ${now} is there; nothing is done from now on`);
      const actor: Actor = { name: 'observe-only flag', uid: 0, pid: process.pid, via: 'daemon' };
      dependencies
        .takeBack(actor, `${now} is there`)
        .then(({ left }) => {
          if (left.length > 0) dependencies.onProblem('taking back what is in force', left.join('; '));
        })
        .catch((problem: unknown) => dependencies.onProblem('taking back what is in force', problem));
    },
    isFlagged: () => flag !== undefined,
    notes: () => (flag === undefined ? [] : [`Observe-only: ${flag} is there. Nothing is enforced until a person ends that: 1sec panic --end`]),
  };
};
