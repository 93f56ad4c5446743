import type { Approval } from './approval.ts';

/** While somebody looks at a question it does not run out, for at most this long after its end. */
export const VIEW_GRACE_MS = 120_000;
/** A look counts this long; who goes on looking says so again. */
export const VIEW_LASTS_MS = 15_000;

const REMINDERS = [0.8, 0.5] as const;

type Times = Pick<Approval, 'createdAt' | 'expiresAt' | 'reminded'>;

/** Wall-clock ms at which nobody can answer any more, given until when somebody is looking (0: nobody). */
export const lapsesAt = ({ expiresAt }: Pick<Approval, 'expiresAt'>, viewedUntil: number): number =>
  Math.max(expiresAt, Math.min(viewedUntil, expiresAt + VIEW_GRACE_MS));

/** The reminder that is due now and was not given yet, as a share of the waiting time; 0 when there is none. */
export const dueReminder = ({ createdAt, expiresAt, reminded = 0 }: Times, now: number): number =>
  now >= expiresAt ? 0 : (REMINDERS.find((share) => share > reminded && now >= createdAt + (expiresAt - createdAt) * share) ?? 0);

/** When a question that waits has to be looked after next: at a reminder or at its end. */
export const nextMoment = ({ createdAt, expiresAt, reminded = 0 }: Times): number => {
  if (reminded >= 0.8) return expiresAt;
  return createdAt + (expiresAt - createdAt) * (reminded >= 0.5 ? 0.8 : 0.5);
};
