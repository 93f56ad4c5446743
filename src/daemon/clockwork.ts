import type { AllowDesk } from '../actors/response/allow-desk.ts';
import type { ApprovalDesk } from '../actors/response/approval-desk.ts';
import type { ApprovalRoster } from '../actors/response/approval-roster.ts';
import type { ChainRunner } from '../actors/response/chain-runner.ts';
import type { Escalator } from '../actors/response/escalator.ts';
import type { LeaseKeeper } from '../actors/response/lease-keeper.ts';
import type { ListKeeper } from '../actors/response/list-keeper.ts';
import type { OffenceBook } from '../actors/response/offence-book.ts';
import type { Protector } from '../actors/response/protector.ts';
import type { Root } from '../actors/root.ts';
import type { Clock } from '../domain/clock.ts';
import { watchFirewall } from '../os/firewall/watch-firewall.ts';
import type { Store } from '../store/contract.ts';

const PROTECT_EVERY_MS = 5000;
const EXPIRE_EVERY_MS = 1000;
const DISCOVER_EVERY_MS = 2000;
const STATUS_EVERY_MS = 2000;
const FLUSH_EVERY_MS = 1000;
const ATTEND_EVERY_MS = 2000;
const ROUSE_EVERY_MS = 150;
const ESCALATE_EVERY_MS = 1000;
const CHAINS_EVERY_MS = 500;
const LISTS_EVERY_MS = 1000;
const CONFIRM_EVERY_MS = 500;

/** Rounds that never wait for a person or for a program of theirs: while the daemon is well, each comes round within seconds. */
export const CLOCKWORK_ROUNDS = ['expire', 'flush', 'protect', 'attend', 'confirm', 'escalate', 'status'] as const;
type ClockworkRound = (typeof CLOCKWORK_ROUNDS)[number];

export type ClockworkDependencies = {
  readonly netns: string | undefined;
  /** Whether the kernel's block of that address was changed by ourselves a moment ago. */
  readonly isOwnBlockChange?: ((address: string) => boolean) | undefined;
  readonly store: Store;
  readonly keeper: LeaseKeeper;
  readonly protector: Protector;
  readonly desk: Pick<ApprovalDesk, 'attend'>;
  readonly roster: Pick<ApprovalRoster, 'rouse'>;
  readonly escalator: Pick<Escalator, 'tick'>;
  readonly chains: Pick<ChainRunner, 'tick'>;
  readonly allow: Pick<AllowDesk, 'tick'>;
  readonly offences: Pick<OffenceBook, 'tick'>;
  readonly lists: Pick<ListKeeper, 'tick' | 'recheck'>;
  readonly takeBackUnconfirmed: () => Promise<void>;
  readonly clock: Clock;
  readonly root: Root;
  readonly watchers: () => readonly number[];
  /** Hands on what the sensor holds back of a flood. */
  readonly flush: () => Promise<void>;
  /** Looks for logs that appeared, and at those that fell silent. */
  readonly lookAtSources: () => void;
  readonly publishStatus: () => void;
  readonly onProblem: (what: string, problem: unknown) => void;
  /** A round has come to its end, well or badly. */
  readonly beat?: ((round: ClockworkRound) => void) | undefined;
};

/** Everything the daemon does by the clock. A round that is still running is not started twice. */
export const startClockwork = (dependencies: ClockworkDependencies): { readonly stop: () => Promise<void> } => {
  const { onProblem, beat = () => undefined } = dependencies;
  const watching = new AbortController();
  const attend = (): Promise<void> => dependencies.desk.attend();
  const onAttendProblem = (problem: unknown): void => onProblem('looking after what waits for a person', problem);
  // At once: what an earlier daemon wanted suspended when it died may still run.
  attend().catch(onAttendProblem);
  const rounds = [
    every(
      EXPIRE_EVERY_MS,
      async () => {
        dependencies.store.tick?.(dependencies.clock.now());
        await dependencies.keeper.expire();
        await dependencies.allow.tick();
        await dependencies.offences.tick();
      },
      (problem) => onProblem('ending what has run out', problem),
      () => beat('expire'),
    ),
    every(
      FLUSH_EVERY_MS,
      dependencies.flush,
      (problem) => onProblem('handing on repeats', problem),
      () => beat('flush'),
    ),
    every(
      CONFIRM_EVERY_MS,
      dependencies.takeBackUnconfirmed,
      (problem) => onProblem('taking back what nobody confirmed', problem),
      () => beat('confirm'),
    ),
    every(
      PROTECT_EVERY_MS,
      () => dependencies.protector.refresh(dependencies.watchers()),
      (problem) => onProblem("looking up the operator's connections", problem),
      () => beat('protect'),
    ),
    every(ATTEND_EVERY_MS, attend, onAttendProblem, () => beat('attend')),
    every(LISTS_EVERY_MS, dependencies.lists.tick, (problem) => onProblem('looking after offender lists', problem)),
    every(CHAINS_EVERY_MS, dependencies.chains.tick, (problem) => onProblem('going on with action chains', problem)),
    every(
      ESCALATE_EVERY_MS,
      dependencies.escalator.tick,
      (problem) => onProblem('raising what nobody acknowledged', problem),
      () => beat('escalate'),
    ),
    every(
      ROUSE_EVERY_MS,
      async () => dependencies.roster.rouse(),
      (problem) => onProblem('waking approvals', problem),
    ),
    every(
      DISCOVER_EVERY_MS,
      async () => dependencies.lookAtSources(),
      (problem) => onProblem('looking for new logs', problem),
    ),
    every(
      STATUS_EVERY_MS,
      async () => dependencies.publishStatus(),
      (problem) => onProblem('status', problem),
      () => beat('status'),
    ),
  ];
  const watched = watchFirewall({ netns: dependencies.netns, isOurs: dependencies.isOwnBlockChange }, watching.signal, () => {
    dependencies.root.tell('enforcer:block_ip', { type: 'kernel.changed' });
    dependencies.lists.recheck();
  }).catch((problem: unknown) => {
    if (!watching.signal.aborted) onProblem('watching the firewall for changes by others; it is still compared every 15 s', problem);
  });
  return {
    stop: async () => {
      for (const round of rounds) round();
      watching.abort();
      await watched;
    },
  };
};

const every = (ms: number, run: () => Promise<void>, onProblem: (problem: unknown) => void, onRound: () => void = () => undefined): (() => void) => {
  let isRunning = false;
  const timer = setInterval(() => {
    if (isRunning) return;
    isRunning = true;
    run()
      .catch(onProblem)
      .finally(() => {
        isRunning = false;
        onRound();
      });
  }, ms);
  return () => clearInterval(timer);
};
