import { setTimeout as delay } from 'node:timers/promises';
import { SecError } from '../domain/errors.ts';
import { type SelfProcess, spawnSelf } from '../os/spawn-self.ts';

const READY_WITHIN_MS = 20_000;

export type DaemonProcess = Pick<SelfProcess, 'pid' | 'over' | 'lastWords' | 'stop'>;

/**
 * Starts `1sec daemon` as a process of its own and waits until it answers; undefined when the signal aborts before that, nothing
 * is left running then. Rejects with what it said when it could not start.
 */
export const startDaemonProcess = async (options: {
  readonly arguments: readonly string[];
  readonly isReady: () => Promise<unknown>;
  readonly announce: (line: string) => void;
  /** `file`: the log goes to `daemon.log` in the data directory, so that it does not draw over the screen. */
  readonly logTo: 'file' | 'stderr';
  readonly signal: AbortSignal;
}): Promise<DaemonProcess | undefined> => {
  const child = await spawnSelf(['daemon', ...options.arguments], options.logTo);
  if (child.logPath !== undefined) options.announce(`the daemon's log is ${child.logPath}`);
  const deadline = performance.now() + READY_WITHIN_MS;
  while (!(await isReady(options.isReady))) {
    if (child.exit() !== undefined) throw new SecError('SEC_NOT_RUNNING', `the daemon ended at once: ${await child.lastWords()}`);
    const isLate = performance.now() > deadline;
    if (isLate || options.signal.aborted) {
      await child.stop();
      if (!isLate) return undefined;
      throw new SecError('SEC_TIMEOUT', `the daemon was not ready in ${READY_WITHIN_MS / 1000} s: ${await child.lastWords()}`);
    }
    await delay(50);
  }
  return child;
};

const isReady = (ask: () => Promise<unknown>): Promise<boolean> =>
  ask().then(
    () => true,
    () => false,
  );
