import { setTimeout as sleep } from 'node:timers/promises';
import type { ProcessRef } from '../../../domain/entity.ts';
import { SecError } from '../../../domain/errors.ts';
import type { Host } from '../../../domain/host.ts';
import { keyOf, resumeAll } from '../kill_process/suspend-tree.ts';
import { collectUntouchable } from '../kill_process/untouchable.ts';

/** Why the processes of a user cannot all be ended, or undefined. */
export const whyNotEnded = async (host: Host, uid: number): Promise<string | undefined> => {
  const [isUntouchable, { processes }] = await Promise.all([collectUntouchable(host), host.call('process.ofUser', { uid })]);
  return processes.map(isUntouchable).find((why) => why !== undefined);
};

/**
 * Suspends everything a user runs, looking again until a round finds nobody new: what is suspended starts nothing. When one of
 * them must not be touched all go on again, and it rejects with SEC_REFUSED.
 */
export const suspendAllOf = async (host: Host, uid: number): Promise<readonly ProcessRef[]> => {
  const isUntouchable = await collectUntouchable(host);
  const suspended = new Map<string, ProcessRef>();
  try {
    for (let round = 0; round < MAX_ROUNDS; round += 1) {
      const { processes } = await host.call('process.ofUser', { uid });
      const fresh = processes.filter((process) => !suspended.has(keyOf(process)));
      if (fresh.length === 0) break;
      const reason = fresh.map(isUntouchable).find((why) => why !== undefined);
      if (reason !== undefined) throw new SecError('SEC_REFUSED', reason);
      for (const process of fresh) {
        const { result } = await host.call('process.signal', { process, signal: 'SIGSTOP' });
        if (result === 'sent') suspended.set(keyOf(process), process);
      }
    }
  } catch (problem) {
    await resumeAll(host, [...suspended.values()]);
    throw problem;
  }
  return [...suspended.values()];
};

/** Ends everything a user runs, whatever starts meanwhile. Says how many were ended and what is left after three seconds. */
export const endAllOf = async (host: Host, uid: number): Promise<{ readonly ended: number; readonly left: number; readonly inContainers: number }> => {
  const isUntouchable = await collectUntouchable(host);
  const ended = new Set<string>();
  for (let waited = 0; ; waited += STEP_MS) {
    const { processes, inContainers } = await host.call('process.ofUser', { uid });
    const mine = processes.filter((process) => isUntouchable(process) === undefined);
    if (processes.length === 0 || waited >= MAX_WAIT_MS) return { ended: ended.size, left: processes.length, inContainers };
    for (const process of mine) {
      const { result } = await host.call('process.signal', { process, signal: 'SIGKILL' });
      if (result === 'sent') ended.add(keyOf(process));
    }
    await sleep(STEP_MS);
  }
};

const MAX_ROUNDS = 50;
const MAX_WAIT_MS = 3000;
const STEP_MS = 10;
