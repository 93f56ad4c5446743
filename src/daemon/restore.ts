import { createEnforcers } from '../actors/enforcers/registry.ts';
import { type AlertBatcher, type BatchingSettings, createAlertBatcher } from '../actors/notify/alert-batcher.ts';
import { type Bell, createBell } from '../actors/notify/bell.ts';
import { type AllowBook, createAllowBook } from '../actors/response/allow-book.ts';
import { letGoInterrupted } from '../actors/response/interrupted-kills.ts';
import { createLeaseBook, type LeaseBook } from '../actors/response/lease-book.ts';
import { createLeaseKeeper, type LeaseKeeper } from '../actors/response/lease-keeper.ts';
import { createProtector, type Protector } from '../actors/response/protector.ts';
import { createShield, type Shield } from '../actors/response/shield.ts';
import type { ActionName } from '../domain/action.ts';
import type { Clock } from '../domain/clock.ts';
import type { EndpointSummary } from '../domain/endpoint.ts';
import { messageOf, SecError } from '../domain/errors.ts';
import type { Host } from '../domain/host.ts';
import type { Store } from '../store/contract.ts';
import { createHub, type Hub } from './hub.ts';
import type { Logger } from './logger.ts';
import { createPublisher, type Publisher } from './publish.ts';

/** What is made before the rest of the daemon is even loaded. */
export type Restored = {
  readonly startedAt: number;
  readonly hub: Hub;
  readonly publish: Publisher;
  readonly enforcers: ReturnType<typeof createEnforcers>;
  readonly leases: LeaseBook;
  readonly protector: Protector;
  readonly allow: AllowBook;
  readonly shield: Shield;
  readonly keeper: LeaseKeeper;
  readonly reconcile: LeaseKeeper['reconcile'];
  /** Rings when something was queued for an endpoint. */
  readonly queued: Bell;
  readonly batcher: AlertBatcher;
};

/**
 * Brings the blocks of the store back into the kernel, with the operator protected. First of all, and with few imports: the
 * time without them is the time an attacker has. What fails is logged, and made up for by the next comparison.
 */
export const restoreBlocks = async (options: {
  readonly store: Store;
  readonly host: Host;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly endpoints: readonly EndpointSummary[];
  readonly allowCommand: boolean;
  readonly isObserving?: (() => boolean) | undefined;
  readonly allowList: readonly string[];
  readonly trustedProxies?: readonly string[] | undefined;
  readonly batching: BatchingSettings;
}): Promise<Restored> => {
  const { store, host, clock, logger } = options;
  const startedAt = clock.now();
  const hub = createHub(startedAt);
  const publish = createPublisher(hub, logger);
  const problem = (what: string, thrown: unknown): void => logger.error({ problem: messageOf(thrown) }, what);
  const allow = createAllowBook({ store, clock, configured: options.allowList });
  const shield = createShield(async (addresses) => void (await host.call('firewall.protect', { addresses })), allow.networks());
  const protector = createProtector({
    host,
    clock,
    ownPid: process.pid,
    trustedProxies: options.trustedProxies,
    onChange: shield.setOperators,
  });
  // Other programs are asked: meanwhile the leases are read.
  const looking = protector
    .refresh([])
    .catch((thrown: unknown) => problem('the operator could not be looked up; nothing is enforced until that works', thrown));
  const queued = createBell();
  const batcher = createAlertBatcher(options.batching);
  const { endpoints, allowCommand } = options;
  const enforcers = createEnforcers({ host, clock, endpoints, onQueued: queued.ring, allowCommand, holdBack: batcher.take });
  const leases = createLeaseBook(store.leases.live());
  const keeper = createLeaseKeeper({ store, clock, leases, enforcers, onRecords: publish.records });
  await looking;
  const reconcile = async (action: ActionName) => {
    // A block from before may be the operator's by now: not before the firewall knows whom it must spare.
    if (action === 'block_ip' && !protector.isReady()) throw new SecError('SEC_UNAVAILABLE', "the operator's connections are not known yet");
    return options.isObserving?.() === true || (await isQuiet(action, leases.count(action), host))
      ? { added: 0, removed: 0, detail: '' }
      : keeper.reconcile(action);
  };
  await keeper.expire();
  if (leases.count('block_ip') > 0) await reconcile('block_ip').catch((thrown: unknown) => problem('blocks could not be restored yet', thrown));
  await letGoInterrupted({ store, clock, enforcers, onRecords: publish.records, onProblem: problem });
  return { startedAt, hub, publish, enforcers, leases, protector, allow, shield, keeper, reconcile, queued, batcher };
};

/** Nothing in force and no table in the kernel: then there is nothing to compare, and no table is made for it. */
const isQuiet = async (action: ActionName, count: number, host: Host): Promise<boolean> =>
  action === 'block_ip' && count === 0 && !(await host.call('firewall.list', {})).present;
