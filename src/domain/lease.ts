import type { ActionName, Target } from './action.ts';
import type { ActionId, AlertId, LeaseId } from './ids.ts';
import type { UndoRecord } from './undo-record.ts';

export const LEASE_STATES = ['intended', 'active', 'ended', 'failed'] as const;
export type LeaseState = (typeof LEASE_STATES)[number];

/** An action in force with an end: a block, a lock, a hold. Times are wall-clock ms. */
export type Lease = {
  readonly id: LeaseId;
  readonly actionId: ActionId;
  readonly alertId: AlertId | undefined;
  readonly module: string;
  /** In force when it was done; leases of earlier versions do not say. */
  readonly preset?: string | undefined;
  readonly action: ActionName;
  readonly target: Target;
  readonly state: LeaseState;
  readonly createdAt: number;
  /** Undefined: until undone. */
  readonly expiresAt: number | undefined;
  /** What taking it back needs, where the target alone does not say it. */
  readonly undo?: UndoRecord | undefined;
  readonly endedAt?: number | undefined;
  readonly endedBecause?: string | undefined;
};
