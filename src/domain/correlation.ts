import type { Severity } from './severity.ts';

/** What alerts are joined by: who or what did it, or, where nothing of it is known on both sides, this host. */
export const ENTITY_KINDS = ['session', 'process', 'agent', 'user', 'ip', 'host'] as const;
export type EntityKind = (typeof ENTITY_KINDS)[number];

/** One alert in its place of a chain. `at` is event time, ms. */
export type ChainStep = {
  readonly stage: string;
  readonly alertId: string;
  readonly module: string;
  readonly type: string;
  readonly severity: Severity;
  readonly title: string;
  readonly at: number;
};

/** The chain that an alert of the correlator is about, with the alerts it is made of, in order. */
export type Correlation = {
  readonly chain: string;
  readonly joinedBy: EntityKind;
  /** `ip 203.0.113.7`: what the steps have in common. */
  readonly entity: string;
  readonly steps: readonly ChainStep[];
  /** What the chain's author would do; nothing does it by itself. */
  readonly recommended: readonly string[];
};
