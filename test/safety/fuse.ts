import type { Host } from '../../src/domain/host.ts';
import type { Store } from '../../src/store/contract.ts';

/** Ends a daemon in the middle of whatever it does: at the n-th call of the host or write to the store from now, before or after its effect. */
export type Fuse = {
  readonly burn: (after: number) => void;
  readonly isDead: () => boolean;
  /** Resolves when it is dead. */
  readonly died: Promise<void>;
  /** At once. */
  readonly kill: () => void;
  readonly host: (host: Host) => Host;
  readonly store: (store: Store) => Store;
};

/** One that does not burn yet. What it wraps rejects everything from its death on, without effect. */
export const createFuse = (): Fuse => {
  const { promise: died, resolve } = Promise.withResolvers<void>();
  let left = Number.POSITIVE_INFINITY;
  let isDead = false;
  const kill = (): void => {
    isDead = true;
    resolve();
  };
  const pass = (): void => {
    if (!isDead) {
      left -= 1;
      if (left < 0) kill();
    }
    if (isDead) throw new Error('the daemon is dead');
  };
  const around = async <Result>(work: () => Promise<Result>): Promise<Result> => {
    pass();
    const result = await work();
    pass();
    return result;
  };
  return {
    burn: (after) => {
      left = after;
    },
    isDead: () => isDead,
    died,
    kill,
    host: (host) => ({ ...host, call: (name, request) => around(() => host.call(name, request)) }),
    store: (store) => ({
      ...store,
      commit: (change) => around(() => store.commit(change)),
      history: {
        ...store.history,
        append: (drafts) => around(() => store.history.append(drafts)),
        // Not awaited by anybody: the dead say nothing instead of failing.
        note: (drafts) => (isDead ? [] : store.history.note(drafts)),
      },
      approvals: { ...store.approvals, put: (approval) => around(() => store.approvals.put(approval)) },
      leases: { ...store.leases, put: (leases) => around(() => store.leases.put(leases)) },
      meta: { ...store.meta, put: (key, value) => around(() => store.meta.put(key, value)) },
    }),
  };
};
