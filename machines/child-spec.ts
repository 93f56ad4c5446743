import type { RestartPolicy } from '../src/domain/restart-budget.ts';
import type { ApprovalInput } from './approval.ts';
import type { CollectorInput } from './collector.ts';
import type { DeliveryInput } from './delivery.ts';
import type { EnforcerInput } from './enforcer.ts';
import type { ModuleInput } from './module.ts';

/** Everything the root needs to know about one child, as data. Ids are unique over all kinds; times are ms. */
export type ChildSpec = RestartPolicy & {
  readonly id: string;
  /** Parked = the protection of the whole host is degraded, and the root says so. */
  readonly critical: boolean;
} & (
    | { readonly kind: 'module'; readonly input: ModuleInput }
    | { readonly kind: 'collector'; readonly input: CollectorInput }
    | { readonly kind: 'enforcer'; readonly input: EnforcerInput }
    | { readonly kind: 'approval'; readonly input: ApprovalInput }
    | { readonly kind: 'delivery'; readonly input: DeliveryInput }
  );

export type ChildKind = ChildSpec['kind'];

/** `backing-off`: waits for its next start. `degraded`: parked, its budget is spent. `stopped`: an operator stopped it. */
export const CHILD_STATES = ['running', 'backing-off', 'degraded', 'stopped'] as const;
export type ChildState = (typeof CHILD_STATES)[number];

/** What the root remembers about a child; JSON-safe, survives a restart. */
export type ChildRecord = {
  readonly spec: ChildSpec;
  readonly state: ChildState;
  /** Instants of the restarts that still count against the budget. */
  readonly restarts: readonly number[];
  /** All restarts ever. */
  readonly restartCount: number;
  readonly lastError?: string | undefined;
  readonly lastErrorAt?: number | undefined;
  readonly nextRestartAt?: number | undefined;
  readonly parkedBecause?: string | undefined;
};

export type ChildRecords = { readonly [id: string]: ChildRecord };
