import type { Lease } from '../domain/lease.ts';
import type { Store } from './contract.ts';
import type { Engine } from './engine.ts';
import type { RecordCodec } from './records.ts';
import { createShelf } from './shelf.ts';

export type Leases = Store['leases'] & {
  /** Encodes leases, which may throw; the function it returns writes them. */
  readonly prepare: (leases: readonly Lease[]) => () => void;
  readonly reload: () => void;
};

/** Actions in force. At most `maxEnded` of those that are over are kept. */
export const createLeases = (engine: Engine, codec: RecordCodec, maxEnded: number): Leases => {
  const shelf = createShelf<Lease>({ engine, codec, table: 'leases', index: 'leasesBy', isLive, maxFinished: maxEnded });
  return {
    put: (leases) => engine.durably(() => shelf.prepare(leases)()),
    get: shelf.get,
    live: shelf.live,
    byPrefix: shelf.byPrefix,
    page: shelf.page,
    prepare: shelf.prepare,
    reload: shelf.reload,
  };
};

const isLive = ({ state }: Lease): boolean => state === 'intended' || state === 'active';
