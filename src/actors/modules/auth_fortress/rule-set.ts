import type { SecurityEvent } from '../../../domain/event.ts';
import type { Emit } from '../../contract.ts';

/** A group of rules with state of its own, for some event types. */
export type RuleSet = {
  readonly eventTypes: readonly string[];
  readonly onEvent: (event: SecurityEvent, emit: Emit) => void;
  readonly size: () => number;
  readonly sweep: (now: number) => void;
};
