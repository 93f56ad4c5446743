import type { ServiceManager } from '../os/systemd.ts';
import type { Heartbeat } from './heartbeat.ts';
import type { Logger } from './logger.ts';

/** Tells the service manager that the daemon is ready, alive while nothing is stalled, and stopping. Without one it does nothing. */
export const startWatchdog = (manager: ServiceManager | undefined, heartbeat: Pick<Heartbeat, 'stalled'>, logger: Logger): { readonly stop: () => void } => {
  if (manager === undefined) return { stop: () => undefined };
  const tell = (message: string): void => {
    manager
      .notify(message)
      .then((isSent) => {
        if (!isSent) logger.warn({ message }, 'the service manager could not be told');
      })
      .catch((problem: unknown) => logger.warn({ problem: String(problem) }, 'the service manager could not be told'));
  };
  tell('READY=1\nSTATUS=watching');
  const pulse = (): void => {
    const stalled = heartbeat.stalled();
    if (stalled.length === 0) {
      tell('WATCHDOG=1\nSTATUS=watching');
      return;
    }
    logger.error({ stalled }, 'parts of the daemon do not come round any more: the service manager is not told that all is well');
    tell(`STATUS=stalled: ${stalled.join(', ')}`);
  };
  const timer = manager.watchdogMs === undefined ? undefined : setInterval(pulse, Math.max(manager.watchdogMs / 4, SHORTEST_MS));
  return {
    stop: () => {
      clearInterval(timer);
      tell('STOPPING=1');
    },
  };
};

const SHORTEST_MS = 50;
