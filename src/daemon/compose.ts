import { ATTACK_CHAINS } from '../actors/correlation/attack-chains.ts';
import { createCorrelator } from '../actors/correlation/correlator.ts';
import { sightingsOf } from '../actors/correlation/sighting.ts';
import { createAlertBook } from '../actors/response/alert-book.ts';
import { createAllowDesk } from '../actors/response/allow-desk.ts';
import { createApprovalDesk } from '../actors/response/approval-desk.ts';
import { createApprovalRoster } from '../actors/response/approval-roster.ts';
import { createCapAlarm } from '../actors/response/cap-alarm.ts';
import { createChainRunner } from '../actors/response/chain-runner.ts';
import { createEscalator } from '../actors/response/escalator.ts';
import { createLedger } from '../actors/response/ledger.ts';
import { createOffenceBook } from '../actors/response/offence-book.ts';
import { createResponder, type ResponderDependencies } from '../actors/response/responder.ts';
import { restoreSoftAllow } from '../actors/response/restore-soft-allow.ts';
import { type ApprovalActor, type Root, startRoot } from '../actors/root.ts';
import { deliverySpec, enforcerSpec } from '../actors/supervision.ts';
import { buildChains } from '../config/chains.ts';
import type { Config } from '../config/schema.ts';
import { ACTIONS, type ActionName, targetKey } from '../domain/action.ts';
import { asFound } from '../domain/alert.ts';
import type { Clock } from '../domain/clock.ts';
import type { Endpoint } from '../domain/endpoint.ts';
import { messageOf } from '../domain/errors.ts';
import type { Host } from '../domain/host.ts';
import { toSafe } from '../domain/safe-text.ts';
import { createFeeds } from '../os/feeds.ts';
import { peerCredentials } from '../os/peer-credentials.ts';
import type { ServiceManager } from '../os/systemd.ts';
import { groupIdOf, isInGroup, userNameOf } from '../os/users.ts';
import type { StatusJson } from '../protocol/schemas.ts';
import type { Store } from '../store/contract.ts';
import { createSensor } from '../workers/sensor.ts';
import { decideApproval } from './approval-decision.ts';
import { batchingToJson } from './batching-to-json.ts';
import { createCleanup } from './cleanup-live.ts';
import { CLOCKWORK_ROUNDS, startClockwork } from './clockwork.ts';
import { buildCollected } from './collected.ts';
import { createFlagWatch } from './flag-watch.ts';
import { createHandlers } from './handlers.ts';
import { createHeartbeat } from './heartbeat.ts';
import { createIdentify } from './identify.ts';
import { createIngest } from './ingest.ts';
import { createIntake } from './intake.ts';
import { listsToJson } from './lists-to-json.ts';
import type { Logger } from './logger.ts';
import { createRollbackTick } from './mode-handlers.ts';
import { createNotifications } from './notifications.ts';
import { createOffenderLists } from './offender-lists.ts';
import { createPolicyKeeper } from './policy-keeper.ts';
import { createPolicyWithAllowed } from './policy-with-allowed.ts';
import type { Restored } from './restore.ts';
import { seatsOf } from './seats.ts';
import { startServer } from './server.ts';
import { createSourceAlarms } from './source-alarms.ts';
import { createSourceDiscovery } from './source-discovery.ts';
import { createSourceRunner, markSources, missingSources, moduleSpecs, namedSources, sourceSpecs, treeSettled } from './sources.ts';
import { buildModules, buildStatus } from './status.ts';
import { createStreamFolder } from './stream-folder.ts';
import { startWatchdog } from './watchdog.ts';

export type ComposeOptions = {
  readonly config: Config;
  readonly version: string;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly store: Store;
  readonly setAside: string | undefined;
  readonly host: Host;
  /** Path of the flag that keeps enforcement off, looked at now. */
  readonly observeOnlyFlag: () => string | undefined;
  readonly restored: Restored;
  readonly endpoints: readonly Endpoint[];
  readonly netns: string | undefined;
  /** Who started this process and watches it. */
  readonly serviceManager?: ServiceManager | undefined;
  readonly socketPath: string;
  readonly forceDryRun: boolean;
  readonly workerEntry: string;
};

/** Looking up the operator asks several programs, each with ten seconds; nothing well takes longer. */
const SLOWEST_ROUND_MS = 20_000;
/** Alerts the correlator is told of after a restart. */
const MAX_REMEMBERED = 2000;

export type Daemon = { readonly onStop: (listener: (why: string) => void) => void; readonly close: (why: string) => Promise<void> };

/** The composition root: every part is made here, in order, and given what it needs. Rejects when a part cannot start. */
export const composeDaemon = async (options: ComposeOptions): Promise<Daemon> => {
  const parts = new AsyncDisposableStack();
  try {
    return await makeDaemon(options, parts);
  } catch (thrown) {
    // Why it could not start is the news; what fails while taking down is only logged.
    await parts
      .disposeAsync()
      .catch((problem: unknown) => options.logger.error({ problem: messageOf(problem) }, 'a part did not close after the failed start'));
    throw thrown;
  }
};

/** Everything that is opened goes on `parts` at once, and is closed in the opposite order: by a failure here, or by the end. */
const makeDaemon = async (options: ComposeOptions, parts: AsyncDisposableStack): Promise<Daemon> => {
  const { config, clock, logger, store, host } = options;
  const { startedAt, hub, publish, enforcers, leases, protector, keeper, reconcile, queued, batcher } = options.restored;
  const description = await host.call('describe', {});
  const sources = sourceSpecs(config, description);
  await markSources(sources, store.cursors, startedAt);
  const isObserveOnly = options.setAside !== undefined || store.health().state === 'observe-only';
  const policies = await createPolicyKeeper({ config, store, clock, isObserveOnly, forceDryRun: options.forceDryRun });
  const ledger = createLedger();
  restoreSoftAllow(store, ledger, clock);
  const problem = (what: string, thrown: unknown): void => logger.error({ problem: messageOf(thrown) }, what);

  // The tree is made last and needs what is made here; until it stands, nothing acts and nobody is told.
  let root: Root | undefined;
  const repeat = config.enforcement.repeat_offenders;
  const offences = createOffenceBook({
    store,
    clock,
    rule: { factor: repeat.factor, maxMs: repeat.max_duration, decayMs: repeat.decay, jitter: repeat.jitter },
    random: Math.random,
  });
  const policyNow = createPolicyWithAllowed(policies.current, options.restored.allow.networks);
  const base = {
    store,
    clock,
    ledger,
    leases,
    enforcers,
    policy: policyNow,
    onRecords: publish.records,
    onProblem: problem,
    nextBlockMs: offences.nextBlockMs,
    freshen: () => protector.freshen().catch((thrown: unknown) => problem('who is connected now could not be looked up before an act', thrown)),
  };
  const veto: ResponderDependencies['veto'] = (action, target, allowList) => protector.veto(action, target, allowList, policies.current().caps);
  const roster = createApprovalRoster({
    waiting: store.approvals.waiting,
    adopt: (approval) => root?.adopt(approval) ?? false,
    dismiss: (id) => root?.dismiss(id) ?? false,
    now: clock.now,
  });
  const approvalActor = (id: string): ApprovalActor | undefined => {
    roster.wake(id);
    return root?.approvalActor(id);
  };
  const desk = createApprovalDesk({
    ...base,
    veto,
    adopt: roster.admit,
    settle: (id, reason) => approvalActor(id)?.send({ type: 'approval.void', reason, now: clock.now() }),
    join: ({ id }, request) => approvalActor(id)?.send({ type: 'approval.joined', ...request }),
    notices: (approval, kind) => notifications.aboutApproval(approval, kind),
    onQueued: queued.ring,
    onApproval: publish.approval,
  });
  const responder = createResponder({
    ...base,
    veto,
    unavailable: (action) => (root === undefined ? 'still starting' : root.enforcerProblem(action)),
    requestApproval: desk.open,
    onCap: (cap, reason) => raiseCapAlert(cap, reason),
  });
  const chains = buildChains(config);
  const chainRunner = createChainRunner({
    ...base,
    veto,
    chains,
    unavailable: (action) => (root === undefined ? 'still starting' : root.enforcerProblem(action)),
    openApproval: desk.open,
    settle: (id, reason) => root?.approvalActor(id)?.send({ type: 'approval.void', reason, now: clock.now() }),
  });
  const notifications = createNotifications({
    store,
    clock,
    endpoints: options.endpoints,
    label: config.notifications.label,
    policy: policies.current,
    root: () => root,
    onRecords: publish.records,
  });
  await notifications.adopt().catch((thrown: unknown) => problem('notices for endpoints that are gone', thrown));
  const escalator = createEscalator({
    store,
    clock,
    policy: () => policies.current().escalation,
    replace: (alert) => alerts.replace(alert),
    drafts: notifications.escalated,
    onQueued: queued.ring,
    onRecords: publish.records,
    onAlert: publish.alert,
  });
  const alerts = createAlertBook(store, clock, escalator.arm);
  const sensor = await createSensor({
    entry: options.workerEntry,
    trustedProxies: config.sources.trusted_proxies,
    clock,
    onStalled: (chunk) => {
      store.deadLetters.put('stalled-chunk', chunk.at, {
        source: chunk.source,
        offset: chunk.offset,
        length: chunk.length,
        head: Buffer.from(chunk.head).toString('latin1'),
      });
      logger.error(
        { source: chunk.source, offset: chunk.offset, length: chunk.length },
        'the sensor stalled on a piece of input: it was set aside and the sensor replaced',
      );
    },
  });
  parts.defer(sensor.close);
  parts.defer(() => responder.idle());
  // A client may watch more than once: on reconnecting, the new stream comes before the old one is seen to be gone.
  const watchers = new Map<number, number>();
  const correlator = createCorrelator(ATTACK_CHAINS);
  // What it knew is in the alerts; the chains that were completed before were told before.
  for (const seen of sightingsOf(store.alerts.page({ limit: MAX_REMEMBERED }))) correlator.take(seen);
  const streamed = createStreamFolder(publish.alert, clock.monotonic);
  const raiseCapAlert = createCapAlarm({
    clock,
    raise: (finding) => {
      const { alert, change } = alerts.take(finding);
      responder.respond(alert, change === 'repeat');
      streamed.take(alert);
    },
  });
  const sink = createIntake({
    sensor,
    clock,
    alerts,
    responder,
    chains: chainRunner,
    correlator,
    tell: (id, event) => root?.tell(id, event),
    onAlert: streamed.take,
    onLogins: (addresses) => {
      protector
        .told(addresses)
        .then(() => protector.refresh([...watchers.keys()]))
        .catch((thrown: unknown) => problem('who has just logged in could not be looked up', thrown));
    },
  });

  const ingest = createIngest({ sink, clock, trustRoot: config.sources.ingest.trust_root, perSecond: config.sources.ingest.max_events_per_second });
  const notRead = () => (config.sources.auto ? missingSources() : []);

  const runSource = createSourceRunner({ sink, store, clock, feeds: createFeeds({ clock, netns: options.netns }) });
  const tree = startRoot({
    specs: [
      ...moduleSpecs(config),
      ...sources,
      ...ACTIONS.map((action) => enforcerSpec(action, enforcers.get(action)?.reconcile !== undefined)),
      ...options.endpoints.map((endpoint) => deliverySpec(endpoint.name, endpoint.maxAttempts)),
    ],
    store,
    clock,
    waiting: roster.first(),
    desk,
    startModule: sensor.startModule,
    stopModule: sensor.stopModule,
    runSource: async (spec, report, signal) => {
      await treeSettled(() => root, signal);
      await runSource(spec, report, signal);
    },
    availability: async (action) => (await enforcers.get(action)?.availability()) ?? { isAvailable: false, reason: 'no such action here' },
    reconcile,
    approvalOf: store.approvals.get,
    deliverer: notifications,
    onFailure: (id, words, critical) => logger[critical ? 'error' : 'warn']({ actor: id }, words),
  });
  root = tree;
  parts.defer(() => tree.stop());
  parts.defer(() => chainRunner.stop());
  // What could not be done when the last daemon ended may be possible now: its configuration, its user or the host has changed.
  for (const action of ACTIONS) tree.tell(`enforcer:${action}`, { type: 'enforcer.recheck' });
  queued.listen((endpoint) => tree.tell(`delivery:${endpoint}`, { type: 'outbox.changed' }));
  for (const { id, because } of tree.dropped) logger.warn({ actor: id, because }, 'started afresh');

  const discovery = createSourceDiscovery({
    root: tree,
    cursors: store.cursors,
    clock,
    isAuto: config.sources.auto,
    named: () => namedSources(config),
    onFound: (spec) => logger.info({ source: spec.id, grammar: spec.grammar }, 'a log appeared and is read'),
  });

  const sourceAlarms = config.sources.silence_alerts
    ? createSourceAlarms({
        root: tree,
        clock,
        raise: (finding) => {
          const { alert, change } = alerts.take(finding);
          responder.respond(asFound(alert), change === 'repeat');
          streamed.take(alert);
        },
      })
    : undefined;

  const notes: string[] =
    options.setAside === undefined
      ? []
      : [
          `the database was damaged and is kept in ${options.setAside}; enforcement is off until that directory was looked at, moved away, and the daemon restarted`,
        ];
  const status = (): StatusJson =>
    buildStatus({
      version: options.version,
      startedAt,
      pid: process.pid,
      now: clock.now,
      host: description,
      root: tree,
      store,
      sensor: sensor.health,
      policy: policies.current,
      origins: policies.origins,
      pendingRollback: policies.pending,
      leases: () => leases.live().length,
      notes: () => [...notes, ...flagWatch.notes()],
      isFlagged: flagWatch.isFlagged,
      notifications: notifications.list,
    });
  // A database that was opened unseen after a sudden death may be found damaged later.
  const watchStore = (): void => {
    const { state, detail } = store.health();
    if (state !== 'observe-only' || !policies.current().enabled) return;
    policies.observeOnly();
    logger.error(`enforcement is off from now on: ${detail}`);
  };
  const onModeChange = async (): Promise<void> => hub.publish({ type: 'status', status: status() });
  let announceStop: (why: string) => void = () => undefined;
  const allow = createAllowDesk({
    ...base,
    book: options.restored.allow,
    shield: options.restored.shield,
    voidApproval: (id, reason) => tree.approvalActor(id)?.send({ type: 'approval.void', reason, now: clock.now() }),
  });
  allow.settle().catch((thrown: unknown) => problem('lifting what is on the allow list', thrown));
  const lists = createOffenderLists({
    config: config.enforcement.offender_lists,
    store,
    host,
    clock,
    policy: policies.current,
    isFlagged: () => options.observeOnlyFlag() !== undefined,
    onRecords: publish.records,
  });
  parts.defer(() => lists.stop());
  const cleanup = createCleanup({ store, clock, enforcers, leases, root: tree, onRecords: publish.records });
  const flagWatch = createFlagWatch({
    flag: options.observeOnlyFlag,
    setFlagged: policies.setFlagged,
    takeBack: (actor, reason) => cleanup(actor, reason, false),
    note: (draft) => publish.records(store.history.note([draft])),
    clock,
    logger,
    onProblem: problem,
  });
  flagWatch.look();
  const heartbeat = createHeartbeat({
    parts: CLOCKWORK_ROUNDS,
    limitMs: Math.max(options.serviceManager?.watchdogMs ?? 0, SLOWEST_ROUND_MS),
    clock,
    sensor: sensor.health,
  });
  const clockwork = startClockwork({
    beat: heartbeat.beat,
    flush: async () => {
      streamed.flush();
      await sink.events([]);
    },
    watchers: () => [...watchers.keys()],
    netns: options.netns,
    isOwnBlockChange: enforcers.get('block_ip')?.isOwnChange,
    store,
    keeper,
    protector,
    desk,
    roster,
    escalator,
    chains: chainRunner,
    allow,
    offences,
    lists,
    takeBackUnconfirmed: createRollbackTick(
      { policies, clock, append: async (draft) => publish.records(await store.history.append([draft])), onModeChange },
      { name: '1sec', uid: process.getuid?.() ?? 0, via: 'daemon' },
    ),
    clock,
    root: tree,
    lookAtSources: () => {
      discovery.look();
      sourceAlarms?.look();
    },
    publishStatus: () => {
      watchStore();
      flagWatch.look();
      hub.publish({ type: 'status', status: status() });
    },
    onProblem: problem,
  });
  parts.defer(() => clockwork.stop());
  const server = await startServer({
    socketPath: options.socketPath,
    // Only root may give a file away.
    groupId: description.isRoot ? groupIdOf('1sec') : undefined,
    hub,
    status,
    identify: createIdentify({ credentials: peerCredentials, userName: userNameOf, isInGroup }, process.getuid?.() ?? 0),
    peerPid: async (socket) => (await peerCredentials(socket)).pid,
    onWatcher: (pid, isThere) => {
      const streams = (watchers.get(pid) ?? 0) + (isThere ? 1 : -1);
      if (streams > 0) watchers.set(pid, streams);
      else watchers.delete(pid);
      // Protected from now on, not from the next round on.
      if (isThere) protector.refresh([...watchers.keys()]).catch((thrown: unknown) => problem('a client that watches could not be looked up', thrown));
    },
    onMutation: (caller, what) => logger.info({ by: caller.actor.name, pid: caller.actor.pid, via: caller.actor.via }, what),
    handlers: createHandlers({
      store,
      clock,
      policies,
      consider: responder.consider,
      processOf: async (pid) => (await host.call('process.inspect', { pid })).process,
      alerts,
      leases,
      protector,
      undo: base,
      availability: (action) => availabilityOf(tree, action, enforcers),
      repairs: publish.repairs,
      events: {
        ingest,
        recent: sensor.recent,
        collected: () => buildCollected(tree.children(), ingest.counters(), notRead()),
      },
      status,
      modules: () => buildModules(tree),
      decide: (approval, answer) =>
        decideApproval({ root: { approvalActor }, store, clock }, approval, { ...answer, seats: seatsOf(approval, answer.by, isInGroup) }),
      look: (approval) => approvalActor(approval.id)?.send({ type: 'approval.viewed', now: clock.now() }),
      onApproval: publish.approval,
      cleanup: async (actor, reason, restoreFiles) => {
        await lists.suspend('taken back by cleanup, until the next start');
        await chainRunner.cancelAll(`taken back by cleanup (${actor.name})`);
        return cleanup(actor, reason, restoreFiles);
      },
      notifications,
      escalator,
      chains,
      chainRunner,
      correlator,
      threats: sensor.standings,
      allow,
      lists: async () => listsToJson(await lists.status()),
      batching: () => batchingToJson(batcher, store.outbox, streamed.folded()),
      onQueued: queued.ring,
      onModeChange,
      onRecords: publish.records,
      onAlert: publish.alert,
      stop: (by, reason) => announceStop(`asked by ${by.name} (${by.via})${reason === '' ? '' : `: ${reason}`}`),
    }),
  });
  parts.defer(() => server.close());
  const origins = policies.origins();
  publish.records(
    store.history.note([
      {
        at: startedAt,
        kind: 'daemon',
        preset: policies.current().preset,
        dryRun: policies.current().dryRun,
        reason: `started, v${options.version}, preset ${policies.current().preset} (${origins.preset}), ${policies.current().dryRun ? 'dry run' : 'LIVE'} (${origins.dryRun})`,
      },
      ...policies.notices.map((reason) => ({ at: startedAt, kind: 'daemon' as const, reason })),
    ]),
  );
  for (const line of notes) logger.error(line);
  for (const line of policies.notices) logger.warn(line);
  if (isObserveOnly && notes.length === 0) logger.error(`observe-only: ${store.health().detail}`);
  for (const line of description.limits) logger.warn(line);
  logger.info(
    {
      socket: options.socketPath,
      preset: policies.current().preset,
      presetFrom: origins.preset,
      dryRun: policies.current().dryRun,
      dryRunFrom: origins.dryRun,
    },
    'ready',
  );
  const watchdog = startWatchdog(options.serviceManager, heartbeat, logger);

  return {
    onStop: (listener) => {
      announceStop = listener;
    },
    close: async (why) => {
      watchdog.stop();
      await parts.disposeAsync();
      const held = store.approvals.waiting().filter((approval) => approval.isHeld);
      for (const { target } of held)
        logger.warn(`${targetKey(target)} stays suspended until the daemon runs again and it is decided; \`1sec enforce cleanup\` lets it go`);
      store.history.note([{ at: clock.now(), kind: 'daemon', reason: `stopped: ${toSafe(why, 600)}` }]);
    },
  };
};

const availabilityOf = (root: Root, action: ActionName, enforcers: Restored['enforcers']) => {
  const manifest = enforcers.get(action)?.manifest;
  const reason = root.enforcerProblem(action);
  return {
    action,
    title: manifest?.title ?? action,
    risk: manifest?.risk ?? 'none',
    privilege: manifest?.privilege ?? '',
    reversible: manifest?.isReversible ?? false,
    available: reason === undefined,
    reason: reason ?? '',
  };
};
