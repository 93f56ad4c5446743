import type { ActionName, Target } from './action.ts';
import type { ProcessRef } from './entity.ts';
import type { ActionId, AlertId, ApprovalId } from './ids.ts';
import type { Severity } from './severity.ts';

export const APPROVAL_STATES = ['pending', 'approved', 'executing', 'done', 'failed', 'rejected', 'expired', 'void', 'revoked'] as const;
export type ApprovalState = (typeof APPROVAL_STATES)[number];

/** Who decided, from the peer credentials of the socket. */
export type Actor = {
  readonly name: string;
  readonly uid: number;
  readonly pid?: number | undefined;
  readonly via: 'tui' | 'cli' | 'api' | 'daemon';
};

/** One person's word for an action. `seats`: which of the approval's seats that person may take. */
export type Vote = { readonly by: Actor; readonly at: number; readonly reason: string; readonly seats: readonly number[] };

/** One action on one identified target, waiting for a person. Times are wall-clock ms. */
export type Approval = {
  readonly id: ApprovalId;
  readonly actionId: ActionId;
  readonly alertId: AlertId;
  readonly module: string;
  readonly alertType: string;
  readonly title: string;
  readonly severity: Severity;
  readonly action: ActionName;
  readonly target: Target;
  /** The action chain it is a step of; no rule of a policy asked for it then. */
  readonly chain?: string | undefined;
  readonly params: { readonly [name: string]: string };
  /** The exact steps that approval would run, as the enforcer planned them. */
  readonly plan: readonly string[];
  /** How it can be undone, or that it cannot. */
  readonly undoNote: string;
  readonly state: ApprovalState;
  /** The target is suspended (SIGSTOP) while this waits. */
  readonly isHeld: boolean;
  /** All that was suspended, the target first: let go even when the target itself is gone by then. */
  readonly held?: readonly ProcessRef[] | undefined;
  readonly createdAt: number;
  readonly expiresAt: number;
  readonly decidedAt?: number | undefined;
  readonly decidedBy?: Actor | undefined;
  readonly reason?: string | undefined;
  /** What came of it, in words. */
  readonly result?: string | undefined;
  /** Grows with each change; a decision must name the version it saw. */
  readonly version: number;
  /** A decision made on this version or a later one counts: what came after it is only news. Left out: `version`. */
  readonly basis?: number | undefined;
  /** More than one person must agree: one for each seat, and nobody takes two. A seat lists user names and `@group`s; none: anybody. */
  readonly seats?: readonly (readonly string[])[] | undefined;
  /** Who has agreed so far. */
  readonly votes?: readonly Vote[] | undefined;
  /** One person alone let it happen although more should have agreed. */
  readonly isBreakGlass?: boolean | undefined;
  /** How many times it was asked for; 1 when left out. */
  readonly count?: number | undefined;
  /** The latest alert that asked for it, when that is not the first. */
  readonly latestAlertId?: AlertId | undefined;
  readonly latestAt?: number | undefined;
  /** Share of the waiting time of which people were reminded: 0.5 or 0.8. */
  readonly reminded?: number | undefined;
  /** People outside were told that it waits; in a flood not of each. */
  readonly isTold?: boolean | undefined;
  readonly revokedBy?: Actor | undefined;
  readonly revokedAt?: number | undefined;
};
