import type { ChainStep, EntityKind } from '../../domain/correlation.ts';
import type { Entities } from '../../domain/entity.ts';
import type { Finding } from '../../domain/finding.ts';
import type { AttackChain } from './attack-chains.ts';
import type { Reached } from './correlator.ts';

/** Module name of the correlator's own alerts. */
export const CORRELATOR = 'threat_correlator';

export type CompletedChain = {
  readonly chain: AttackChain;
  readonly joinedBy: EntityKind;
  readonly entity: string;
  readonly steps: readonly Reached[];
};

/**
 * A completed chain as a finding. It names only whom every step names: nobody is acted on for having been near. It is a claim when any
 * step is one, for a forged alert may not make an action out of the others.
 */
export const chainFinding = ({ chain, joinedBy, entity, steps }: CompletedChain): Finding => ({
  module: CORRELATOR,
  type: 'attack_chain',
  severity: chain.severity,
  title: `Attack chain: ${chain.name} (${entity})`.slice(0, 256),
  description: `${chain.description} ${steps.map((step) => `${step.stage}: ${step.module} ${step.type}`).join(', then ')}. Joined by ${joinedBy}.`.slice(
    0,
    2000,
  ),
  at: Math.max(...steps.map((step) => step.at)),
  entities: shared(steps),
  eventIds: [...new Set(steps.map((step) => step.eventId))].slice(-16),
  evidence: {
    rule: `${CORRELATOR}/${chain.id}`,
    counters: {
      alerts: steps.length,
      modules: new Set(steps.map((step) => step.module)).size,
      seconds: Math.round((Math.max(...steps.map((step) => step.at)) - Math.min(...steps.map((step) => step.at))) / 1000),
    },
  },
  mitre: chain.mitre,
  mitigations: [...ADVICE, ...chain.recommended.map((action) => `Consider ${action}.`)],
  foldKey: `${CORRELATOR}:${chain.id}:${entity}`,
  count: 1,
  isClaim: steps.some((step) => step.isClaim),
  correlation: { chain: chain.name, joinedBy, entity, steps: steps.map(stepOf), recommended: chain.recommended },
});

const ADVICE = [
  'Look at the alerts of the chain, the first one first: it says how they came in.',
  'Cut off whoever is named before the next step, then look for what was left behind.',
  'Keep logs and memory of the host before anything is restarted.',
];

const stepOf = ({ stage, alertId, module, type, severity, title, at }: Reached): ChainStep => ({ stage, alertId, module, type, severity, title, at });

const shared = (steps: readonly Reached[]): Entities => {
  const first = steps[0]?.entities ?? {};
  const last = steps.at(-1)?.entities ?? {};
  const isShared = (name: 'ip' | 'user' | 'session' | 'agent'): boolean => steps.every((step) => step.entities[name] === first[name]);
  const isOneProcess = steps.every(
    ({ entities: { process } }) => process !== undefined && process.pid === first.process?.pid && process.startTime === first.process.startTime,
  );
  return {
    ...(isShared('ip') ? { ip: first.ip } : {}),
    ...(isShared('user') ? { user: first.user } : {}),
    ...(isShared('session') ? { session: first.session } : {}),
    ...(isShared('agent') ? { agent: first.agent } : {}),
    ...(isOneProcess ? { process: last.process } : {}),
  };
};
