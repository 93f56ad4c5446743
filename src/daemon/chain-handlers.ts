import type { ChainRunner } from '../actors/response/chain-runner.ts';
import type { Chain, ChainRun } from '../domain/chain.ts';
import { SecError } from '../domain/errors.ts';
import type { Store } from '../store/contract.ts';
import type { Handlers } from './api.ts';
import { chainRunToJson, chainToJson } from './chains-to-json.ts';
import { onlyId } from './only-id.ts';

/** What the routes about action chains do. */
export const createChainHandlers = ({
  store,
  chains,
  runner,
}: {
  readonly store: Pick<Store, 'chainRuns'>;
  readonly chains: readonly Chain[];
  readonly runner: Pick<ChainRunner, 'undo' | 'counts'>;
}): Pick<Handlers, 'chains' | 'chainRecords' | 'chainRecord' | 'undoChain'> => {
  const runBy = (prefix: string): ChainRun => {
    const run = store.chainRuns.get(onlyId('run of a chain', prefix, store.chainRuns.byPrefix(prefix)));
    if (run === undefined) throw new SecError('SEC_NOT_FOUND', `no run of a chain starts with ${prefix}`);
    return run;
  };
  return {
    chains: async () => {
      const { live, started, heldBack, dropped } = runner.counts();
      return { chains: chains.map(chainToJson), total: chains.length, live, started, held_back: heldBack, dropped };
    },
    chainRecords: async ({ query }) => {
      const records = store.chainRuns.page(query.limit).map(chainRunToJson);
      return { records, total: records.length };
    },
    chainRecord: async ({ params }) => chainRunToJson(runBy(params.id)),
    undoChain: async ({ params, body, caller }) => chainRunToJson(await runner.undo(runBy(params.id).id, caller.actor, body.reason)),
  };
};
