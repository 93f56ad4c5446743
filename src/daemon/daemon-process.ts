import { setTimeout as delay } from 'node:timers/promises';
import { SecError } from '../domain/errors.ts';
import { spawnSelf } from '../os/spawn-self.ts';

const READY_WITHIN_MS = 20_000;

export type DaemonProcess = { readonly pid: number; readonly stop: () => Promise<void> };

/** Starts `1sec daemon` as a process of its own and waits until it answers. Rejects with what it said when it could not start. */
export const startDaemonProcess = async (options: {
  readonly arguments: readonly string[];
  readonly isReady: () => Promise<unknown>;
  readonly announce: (line: string) => void;
  /** `file`: the log goes to `daemon.log` in the data directory, so that it does not draw over the screen. */
  readonly logTo: 'file' | 'stderr';
}): Promise<DaemonProcess> => {
  const child = await spawnSelf(['daemon', ...options.arguments], options.logTo);
  if (child.logPath !== undefined) options.announce(`the daemon's log is ${child.logPath}`);
  const deadline = performance.now() + READY_WITHIN_MS;
  for (;;) {
    if (child.exit() !== undefined) throw new SecError('SEC_NOT_RUNNING', `the daemon ended at once: ${await child.lastWords()}`);
    const isReady = await options.isReady().then(
      () => true,
      () => false,
    );
    if (isReady) break;
    if (performance.now() > deadline) {
      await child.stop();
      throw new SecError('SEC_TIMEOUT', `the daemon was not ready in ${READY_WITHIN_MS / 1000} s: ${await child.lastWords()}`);
    }
    await delay(50);
  }
  return { pid: child.pid, stop: child.stop };
};
