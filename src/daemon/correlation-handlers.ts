import { ATTACK_CHAINS } from '../actors/correlation/attack-chains.ts';
import { CORRELATOR } from '../actors/correlation/chain-finding.ts';
import type { Correlator } from '../actors/correlation/correlator.ts';
import type { LeaseBook } from '../actors/response/lease-book.ts';
import type { Clock } from '../domain/clock.ts';
import type { Store } from '../store/contract.ts';
import type { Sensor } from '../workers/contract.ts';
import type { Handlers } from './api.ts';
import { attackChainToJson, openChainToJson, standingToJson } from './correlation-to-json.ts';
import { alertToJson } from './to-json.ts';

/** What the routes about attack chains and threat scores do. */
export const createCorrelationHandlers = ({
  store,
  clock,
  leases,
  correlator,
  threats,
}: {
  readonly store: Pick<Store, 'alerts'>;
  readonly clock: Clock;
  readonly leases: Pick<LeaseBook, 'find'>;
  readonly correlator: Pick<Correlator, 'open' | 'counts'>;
  readonly threats: Sensor['standings'];
}): Pick<Handlers, 'correlator' | 'threats'> => ({
  correlator: async ({ query }) => {
    const { entities, evicted, completed } = correlator.counts();
    return {
      chain_count: ATTACK_CHAINS.length,
      active_sources: entities,
      evicted,
      completed,
      chains: ATTACK_CHAINS.map(attackChainToJson),
      open: correlator.open(clock.now()).slice(0, query.limit).map(openChainToJson),
      recent: store.alerts.page({ limit: query.limit, module: CORRELATOR }).map(alertToJson),
    };
  },
  threats: async ({ query }) => {
    const standings = await threats(clock.now(), query.limit);
    const list = standings.map((one) => standingToJson(one, leases.find('block_ip', { kind: 'ip', address: one.ip }) !== undefined));
    return { threats: list, total: list.length, blocked_count: list.filter(({ blocked }) => blocked).length };
  },
});
