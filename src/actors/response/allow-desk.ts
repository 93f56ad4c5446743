import type { ActionName, Target } from '../../domain/action.ts';
import type { AllowEntry } from '../../domain/allow-entry.ts';
import type { Actor } from '../../domain/approval.ts';
import type { AllowBook } from './allow-book.ts';
import { isAllowed, type Lifted, liftAllowed } from './lift-allowed.ts';
import type { Shield } from './shield.ts';
import type { UndoDependencies } from './undo.ts';

export type AllowDeskDependencies = UndoDependencies & {
  readonly book: AllowBook;
  readonly shield: Shield;
  /** Ends an approval that waits for a person. */
  readonly voidApproval: (id: string, reason: string) => void;
};

/** `tookMs`: from the request until the kernel had let go, disk included. */
export type Allowed = Omit<Lifted, 'liftedAt'> & { readonly entry: AllowEntry; readonly approvalsEnded: number; readonly tookMs: number };

/** Changes of the allow list, with all that follows from them. */
export type AllowDesk = {
  readonly book: AllowBook;
  /** From when it resolves nothing blocks the network, no block of it is left (but for `failed`), and no approval about it waits. */
  readonly add: (request: { readonly network: string; readonly reason: string; readonly forMs: number | undefined }, actor: Actor) => Promise<Allowed>;
  readonly remove: (network: string, reason: string, actor: Actor) => Promise<AllowEntry>;
  /** At the start: what was allowed while no daemon ran. */
  readonly settle: () => Promise<void>;
  /** To be called every second. */
  readonly tick: () => Promise<void>;
};

const ADDRESS_ACTIONS: ReadonlySet<ActionName> = new Set(['block_ip', 'drop_connection']);

/** A desk over the book. */
export const createAllowDesk = (dependencies: AllowDeskDependencies): AllowDesk => {
  const { book, shield, store, clock } = dependencies;
  const voidAbout = (networks: readonly string[], why: string): number => {
    const hit = store.approvals
      .waiting()
      .filter(({ state, action, target }) => state === 'pending' && ADDRESS_ACTIONS.has(action) && isAbout(target, networks));
    for (const approval of hit) dependencies.voidApproval(approval.id, why);
    return hit.length;
  };
  return {
    book,
    add: async ({ network, reason, forMs }, actor) => {
      const started = clock.monotonic();
      const expiresAt = forMs === undefined ? undefined : clock.now() + forMs;
      const entry = await book.add({ network, reason, addedBy: actor.name, expiresAt });
      // The firewall refuses it from here on: a block that is under way comes before this, and is then found and lifted.
      await shield.setAllowed(book.networks());
      const why = `${entry.network} is on the allow list`;
      const approvalsEnded = voidAbout([entry.network], why);
      const { lifted, failed, liftedAt } = await liftAllowed(dependencies, [entry.network], actor, why);
      const tookMs = liftedAt - started;
      const details = { lifted: lifted.slice(0, 100), failed: failed.slice(0, 100), approvals_ended: approvalsEnded };
      const words = `${entry.network} added to the allow list${reason === '' ? '' : `: ${reason}`}; ${lifted.length} blocks lifted, ${approvalsEnded} approvals ended`;
      dependencies.onRecords(await store.history.append([{ at: clock.now(), kind: 'allow-list', target: entry.network, actor, reason: words, details }]));
      return { entry, lifted, failed, approvalsEnded, tookMs };
    },
    remove: async (network, reason, actor) => {
      const entry = await book.remove(network);
      await shield.setAllowed(book.networks());
      const words = `${entry.network} removed from the allow list${reason === '' ? '' : `: ${reason}`}`;
      dependencies.onRecords(await store.history.append([{ at: clock.now(), kind: 'allow-list', target: entry.network, actor, reason: words }]));
      return entry;
    },
    settle: async () => {
      voidAbout(book.networks(), 'it is on the allow list');
      await liftAllowed(dependencies, book.networks(), DAEMON, 'it is on the allow list');
    },
    tick: async () => {
      if (book.prune()) await shield.setAllowed(book.networks());
    },
  };
};

const DAEMON: Actor = { name: '1sec', uid: 0, via: 'daemon' };

const isAbout = (target: Target, networks: readonly string[]): boolean =>
  (target.kind === 'ip' || target.kind === 'connection') && isAllowed(target.address, networks);
