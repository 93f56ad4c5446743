import { type ChainRun, isLiveRun } from '../domain/chain.ts';
import type { Store } from './contract.ts';
import type { Engine } from './engine.ts';
import type { RecordCodec } from './records.ts';
import { createShelf } from './shelf.ts';

export type ChainRuns = Store['chainRuns'] & {
  /** Encodes runs, which may throw; the function it returns writes them. */
  readonly prepare: (runs: readonly ChainRun[]) => () => void;
  readonly reload: () => void;
};

/** Runs of action chains. At most `maxFinished` of those that are over are kept. */
export const createChainRuns = (engine: Engine, codec: RecordCodec, maxFinished: number): ChainRuns => {
  const shelf = createShelf<ChainRun>({ engine, codec, table: 'chainRuns', index: 'chainRunsBy', isLive: isLiveRun, maxFinished });
  return { get: shelf.get, live: shelf.live, byPrefix: shelf.byPrefix, page: shelf.page, prepare: shelf.prepare, reload: shelf.reload };
};
