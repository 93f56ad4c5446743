import { type ChainEvent, nextRun, nextToUndo } from '../../../machines/chain.ts';
import { targetKey } from '../../domain/action.ts';
import type { Alert } from '../../domain/alert.ts';
import type { Actor } from '../../domain/approval.ts';
import { type Chain, type ChainRun, latestStep } from '../../domain/chain.ts';
import { messageOf, SecError } from '../../domain/errors.ts';
import { createId } from '../../domain/ids.ts';
import { isAtLeast } from '../../domain/severity.ts';
import { runRecords } from './chain-records.ts';
import { type ChainStepDependencies, carryOutStep } from './chain-step.ts';
import { policyOf } from './decide.ts';
import { targetOf } from './targets.ts';
import { createTurns } from './turns.ts';
import { endLease } from './undo.ts';

/** Runs under way at most. */
export const MAX_LIVE_RUNS = 100;
const MAX_REMEMBERED = 5_000;
const MAX_STORED = 500;

export type ChainRunnerDependencies = ChainStepDependencies & {
  readonly chains: readonly Chain[];
  /** Tells the approval's actor that the question is moot. */
  readonly settle: (approvalId: string, reason: string) => void;
  readonly onProblem: (what: string, problem: unknown) => void;
};

/** Runs action chains. Each step of each run is on disk before it acts; what a crash interrupts goes on where it was, exactly once. */
export type ChainRunner = {
  /** Starts the chains that such an alert triggers: each once for an alert, and once in the cooldown for where it comes from. */
  readonly react: (alert: Alert) => void;
  /** To be called about every second, and when an approval changed. */
  readonly tick: () => Promise<void>;
  /** Ends every run under way; resolves when nothing of them acts any more. */
  readonly cancelAll: (reason: string) => Promise<void>;
  /** Takes the steps of a run back in reverse order, after ending it. Resolves when that is over. Rejects with SEC_CONFLICT when it was done already. */
  readonly undo: (id: string, by: Actor, reason: string) => Promise<ChainRun>;
  /** Begins nothing more; resolves when nothing acts. */
  readonly stop: () => Promise<void>;
  readonly counts: () => { readonly live: number; readonly started: number; readonly heldBack: number; readonly dropped: number };
};

/** A runner over the store's runs. */
export const createChainRunner = (dependencies: ChainRunnerDependencies): ChainRunner => {
  const { store, clock, ledger } = dependencies;
  const turns = createTurns();
  const flights = new Map<string, Promise<void>>();
  const starting = new Set<string>();
  const answered = new Set<string>(store.chainRuns.page(MAX_STORED).map(keyOf).reverse());
  let isStopped = false;
  let hasLookedBack = false;
  let started = 0;
  let heldBack = 0;
  let dropped = 0;
  const problem = (thrown: unknown): void => dependencies.onProblem('action chain', thrown);

  /** One change of a run, on disk when it resolves; with the run as it is then. */
  const move = (id: string, make: (run: ChainRun) => ChainEvent | undefined): Promise<ChainRun | undefined> =>
    turns.take(id, async () => {
      const run = store.chainRuns.get(id);
      const event = run === undefined ? undefined : make(run);
      if (run === undefined || event === undefined) return run;
      const next = nextRun(run, event);
      if (next === run) return run;
      dependencies.onRecords(await store.commit({ chainRuns: [next], records: runRecords(run, next, clock.now()) }));
      return next;
    });

  const fly = (key: string, work: () => Promise<unknown>, id: string): void => {
    if (flights.has(key)) return;
    // What failed is left to the next tick: it would fail again at once.
    const flight = work()
      .finally(() => flights.delete(key))
      .then(() => advance(id))
      .catch(problem);
    flights.set(key, flight);
  };

  const begin = async (id: string): Promise<void> => {
    const actionId = createId<'ActionId'>(clock.now());
    // Before it is on disk as acting: otherwise it would look as if an earlier daemon had left it.
    starting.add(actionId);
    try {
      const run = await move(id, (current) => {
        const step = current.chain.steps.find(({ name }) => name === current.current);
        if (current.state !== 'ready' || step === undefined) return undefined;
        return { type: 'step.begin', actionId, target: targetKey(targetOf(step.action, current.alert, step.params)), now: clock.now() };
      });
      if (run?.state === 'acting' && latestStep(run)?.actionId === actionId) launch(run, false);
    } finally {
      starting.delete(actionId);
    }
  };

  const launch = (run: ChainRun, isInterrupted: boolean): void => {
    const actionId = latestStep(run)?.actionId;
    if (actionId === undefined) return;
    fly(
      actionId,
      async () => {
        const event = await carryOutStep(dependencies, run, isInterrupted).catch(
          (thrown: unknown): ChainEvent => ({ type: 'step.failed', detail: messageOf(thrown), isFinal: false, now: clock.now() }),
        );
        // Its time may have run out meanwhile: then the run has gone on without it.
        await move(run.id, (current) => (current.state === 'acting' && latestStep(current)?.actionId === actionId ? event : undefined));
      },
      run.id,
    );
  };

  const takeBack = async (run: ChainRun): Promise<void> => {
    const step = nextToUndo(run);
    const lease = step === undefined ? undefined : dependencies.leases.byActionId(step.actionId);
    const by = run.undo?.by;
    const result =
      lease === undefined || by === undefined
        ? { isUndone: false, detail: 'nothing of it is in force' }
        : await endLease(dependencies, lease, by, `chain ${run.chain.name}, step ${step?.step ?? ''}`).then(({ outcome, reason }) => ({
            isUndone: outcome === 'success',
            detail: reason,
          }));
    await move(run.id, (current) =>
      current.state === 'undoing' && nextToUndo(current)?.actionId === step?.actionId ? { type: 'undo.stepped', ...result, now: clock.now() } : undefined,
    );
  };

  const advance = async (id: string): Promise<void> => {
    const run = store.chainRuns.get(id);
    if (run === undefined || isStopped) return;
    const actionId = latestStep(run)?.actionId ?? '';
    if (run.state === 'undoing') return fly(`undo ${id}`, () => takeBack(run), id);
    if (run.state === 'ready') return begin(id);
    if (run.state === 'acting' && !flights.has(actionId) && !starting.has(actionId)) return launch(run, true);
    if (run.state !== 'asking') return;
    const after = await move(id, (current) => answerOf(current));
    if (after !== undefined && after.state !== 'asking') await advance(id);
  };

  const answerOf = (run: ChainRun): ChainEvent | undefined => {
    if (run.state !== 'asking') return undefined;
    const approval = store.approvals.get(latestStep(run)?.approvalId ?? '');
    const now = clock.now();
    if (approval === undefined) return { type: 'step.failed', detail: 'the approval is gone', isFinal: true, now };
    if (approval.state === 'done') return { type: 'step.succeeded', detail: approval.result ?? 'done', now };
    if (approval.state === 'pending' || approval.state === 'approved' || approval.state === 'executing') return undefined;
    return { type: 'step.failed', detail: [approval.state, approval.result ?? approval.reason].filter((part) => part).join(': '), isFinal: true, now };
  };

  const start = async (chain: Chain, alert: Alert): Promise<void> => {
    const now = clock.now();
    const run: ChainRun = { id: createId<'ChainRunId'>(now), chain, alert, state: 'ready', current: chain.entryPoint, steps: [], startedAt: now };
    dependencies.onRecords(await store.commit({ chainRuns: [run], records: runRecords(undefined, run, now) }));
    await advance(run.id);
  };

  const cancel = async (id: string, reason: string): Promise<void> => {
    const before = store.chainRuns.get(id);
    const asked = before?.state === 'asking' ? latestStep(before)?.approvalId : undefined;
    await move(id, () => ({ type: 'run.cancel', reason, now: clock.now() }));
    if (asked !== undefined) dependencies.settle(asked, reason);
  };

  // A cleanup without a daemon took back what had been done: then nothing of it is gone on with.
  const lookBack = async (): Promise<void> => {
    hasLookedBack = true;
    const cleanedAt = store.history.page({ limit: 1, kind: 'cleanup' })[0]?.at ?? 0;
    for (const run of store.chainRuns.live())
      if (Math.max(run.startedAt, latestStep(run)?.startedAt ?? 0) < cleanedAt) await cancel(run.id, 'taken back by cleanup');
  };

  return {
    react: (alert) => {
      const policy = dependencies.policy();
      if (isStopped || !policy.enabled) return;
      for (const chain of dependencies.chains) {
        if (!isTriggered(chain, alert)) continue;
        const key = `${chain.name} ${alert.id}`;
        const cooldown = `chain:${chain.name}:${sourceOf(alert)}`;
        if (answered.has(key)) continue;
        if (ledger.cooldownLeft(cooldown, clock.monotonic()) > 0) heldBack += 1;
        else if (store.chainRuns.live().length >= MAX_LIVE_RUNS) dropped += 1;
        else {
          answered.add(key);
          const [oldest] = answered;
          if (answered.size > MAX_REMEMBERED && oldest !== undefined) answered.delete(oldest);
          ledger.startCooldown(cooldown, (policyOf(policy, alert.module)?.cooldownSeconds ?? 0) * 1000, clock.monotonic());
          started += 1;
          start(chain, alert).catch(problem);
        }
      }
    },
    tick: async () => {
      if (!hasLookedBack) await lookBack();
      for (const run of store.chainRuns.live()) {
        if (isStopped) return;
        // What waits too long; an interrupted one is first asked after.
        if (run.state === 'acting' && flights.has(latestStep(run)?.actionId ?? '')) await move(run.id, () => ({ type: 'tick', now: clock.now() }));
        await advance(run.id);
      }
    },
    cancelAll: async (reason) => {
      for (const run of store.chainRuns.live()) await cancel(run.id, reason);
      await Promise.all(flights.values());
    },
    undo: async (id, by, reason) => {
      await cancel(id, `undone by ${by.name}`);
      const run = await move(id, () => ({ type: 'undo.begin', by, reason, now: clock.now() }));
      if (run === undefined) throw new SecError('SEC_NOT_FOUND', `no run of a chain starts with ${id}`);
      if (run.undo?.by !== by && run.state === 'undone') throw new SecError('SEC_CONFLICT', `${run.chain.name} was taken back already`);
      await advance(id);
      for (let flight = flights.get(`undo ${id}`); flight !== undefined; flight = flights.get(`undo ${id}`)) await flight;
      return store.chainRuns.get(id) ?? run;
    },
    stop: async () => {
      isStopped = true;
      await Promise.all(flights.values());
    },
    counts: () => ({ live: store.chainRuns.live().length, started, heldBack, dropped }),
  };
};

const keyOf = (run: ChainRun): string => `${run.chain.name} ${run.alert.id}`;

const isTriggered = ({ trigger }: Chain, alert: Alert): boolean =>
  (trigger.module === '*' || trigger.module === alert.module) &&
  (trigger.types.length === 0 || trigger.types.includes(alert.type)) &&
  isAtLeast(alert.severity, trigger.minSeverity);

/** Where it comes from, as far as the alert names it. */
const sourceOf = ({ entities, id }: Alert): string =>
  entities.ip ?? (entities.process === undefined ? (entities.user ?? entities.file?.path ?? id) : `pid ${entities.process.pid}@${entities.process.startTime}`);
