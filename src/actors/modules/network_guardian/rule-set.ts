import type { SecurityEvent } from '../../../domain/event.ts';
import type { Emit } from '../../contract.ts';

/** A group of rules with state of its own. It sees only events whose source address is not one of ours. */
export type RuleSet = {
  readonly onEvent: (event: SecurityEvent, ip: string, emit: Emit) => void;
  readonly size: () => number;
  readonly sweep: (now: number) => void;
};
