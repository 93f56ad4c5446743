import type { ProcessRef } from '../../../domain/entity.ts';
import { SecError } from '../../../domain/errors.ts';
import type { Host } from '../../../domain/host.ts';
import type { Untouchable } from './untouchable.ts';

/**
 * Suspends a process and all its descendants, root first, looking again until a round finds nobody new: what is suspended
 * starts nothing. Gives all of them, root first; empty when the process is gone. Nobody stays suspended when one of them
 * is untouchable (SEC_REFUSED) or the host fails half-way.
 */
export const suspendTree = async (host: Host, root: ProcessRef, isUntouchable: Untouchable): Promise<readonly ProcessRef[]> => {
  const suspended = new Map<string, ProcessRef>();
  try {
    return await suspendRounds(host, root, isUntouchable, suspended);
  } catch (problem) {
    await resumeAll(host, [...suspended.values()]);
    throw problem;
  }
};

const suspendRounds = async (host: Host, root: ProcessRef, isUntouchable: Untouchable, suspended: Map<string, ProcessRef>): Promise<readonly ProcessRef[]> => {
  for (let round = 0; round < MAX_ROUNDS; round += 1) {
    const { processes } = await host.call('process.tree', { root });
    const fresh = processes.filter((process) => !suspended.has(keyOf(process)));
    const reason = fresh.map(isUntouchable).find((why) => why !== undefined);
    if (reason !== undefined) throw new SecError('SEC_REFUSED', reason);
    if (fresh.length === 0) return [...suspended.values()];
    for (const process of fresh) {
      const { result } = await host.call('process.signal', { process, signal: 'SIGSTOP' });
      // One that changed its program meanwhile is found again in the next round, as what it is then.
      if (result === 'sent') suspended.set(keyOf(process), process);
    }
  }
  return [...suspended.values()];
};

/** Lets processes go on, children before parents. */
export const resumeAll = async (host: Host, processes: readonly ProcessRef[]): Promise<void> => {
  for (const process of processes.toReversed()) await host.call('process.signal', { process, signal: 'SIGCONT' });
};

/** The very process and the program it runs. */
export const keyOf = (process: ProcessRef): string => `${process.pid} ${process.startTime} ${process.exeDev ?? ''} ${process.exeIno ?? ''}`;

const MAX_ROUNDS = 50;
