import type { AttackChain } from '../actors/correlation/attack-chains.ts';
import type { OpenChain } from '../actors/correlation/correlator.ts';
import type { ChainStep, Correlation } from '../domain/correlation.ts';
import type { Standing } from '../domain/threat.ts';
import type { AlertJson, CorrelatorJson, ThreatsJson } from '../protocol/schemas.ts';

const time = (ms: number): string => new Date(ms).toISOString();

/** The chain of an alert in wire form. */
export const correlationToJson = ({ chain, joinedBy, entity, steps, recommended }: Correlation): NonNullable<AlertJson['correlation']> => ({
  chain,
  joined_by: joinedBy,
  entity,
  steps: steps.map(stepToJson),
  recommended_actions: [...recommended],
});

/** A chain as it is defined. */
export const attackChainToJson = (chain: AttackChain): CorrelatorJson['chains'][number] => ({
  name: chain.name,
  description: chain.description,
  modules: [...new Set(chain.stages.flatMap((stage) => stage.modules))],
  stages: chain.stages.map(({ name, modules, types }) => ({ name, modules: [...modules], types: [...(types ?? [])] })),
  joined_by: [...chain.joinedBy],
  window_seconds: chain.windowMs / 1000,
  min_severity: chain.minSeverity,
  severity: chain.severity,
  mitre_ids: [...chain.mitre],
});

/** A chain under way. */
export const openChainToJson = ({ chain, joinedBy, entity, steps, missing, expiresAt }: OpenChain): CorrelatorJson['open'][number] => ({
  chain,
  joined_by: joinedBy,
  entity,
  steps: steps.map(stepToJson),
  missing: [...missing],
  expires_at: time(expiresAt),
});

/** How an address stands. */
export const standingToJson = (standing: Standing, isBlocked: boolean): ThreatsJson['threats'][number] => {
  const times = standing.ledger.map(({ at }) => at);
  return {
    ip: standing.ip,
    points: Math.round(standing.points * 10) / 10,
    limit: standing.limit,
    half_life_seconds: standing.halfLifeMs / 1000,
    ...(standing.deniedUntil === undefined ? {} : { denied_until: time(standing.deniedUntil) }),
    blocked: isBlocked,
    claim: standing.isClaim,
    modules: [...new Set(standing.ledger.map(({ module }) => module))],
    first_seen: time(Math.min(...times)),
    last_seen: time(Math.max(...times)),
    ledger: standing.ledger.map((entry) => ({ ...entry, at: time(entry.at) })),
  };
};

const stepToJson = ({ stage, alertId, module, type, severity, title, at }: ChainStep) => ({
  stage,
  alert_id: alertId,
  module,
  type,
  severity,
  title,
  at: time(at),
});
