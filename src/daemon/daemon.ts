import { existsSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { resolveEndpoints } from '../config/endpoints.ts';
import { type LoadedConfig, loadConfig } from '../config/load.ts';
import { systemClock } from '../domain/clock.ts';
import { messageOf, SecError, toSecError } from '../domain/errors.ts';
import { dataDirectoryOf, observeOnlyPathsOf, socketPathOf } from '../domain/paths.ts';
import { createHost } from '../os/host.ts';
import { observeOnlyFlag } from '../os/observe-only/flag.ts';
import { gateHost } from '../os/observe-only/gate.ts';
import { createProbeRunner } from '../os/run-probe.ts';
import { serviceManagerOf } from '../os/systemd.ts';
import type { OpenedStore, Store } from '../store/contract.ts';
import { openStore } from '../store/open-store.ts';
import { SET_ASIDE_KEY } from '../store/store.ts';
import { onEndingSignal } from './ending-signals.ts';
import { entryOf } from './entry-of.ts';
import { createLogger, type Logger } from './logger.ts';
import { restoreBlocks } from './restore.ts';

const CLOSE_WITHIN_MS = 15_000;

export type DaemonOptions = {
  readonly variables: { readonly [name: string]: string | undefined };
  readonly version: string;
  readonly configPath: string | undefined;
  readonly socketPath: string | undefined;
  readonly forceDryRun: boolean;
  readonly logLevel: string | undefined;
  readonly write: (line: string) => void;
};

/** Runs the daemon until SIGINT, SIGTERM or a shutdown call; resolves with the exit code. Rejects when it cannot start. */
export const runDaemon = async (options: DaemonOptions): Promise<number> => {
  const loaded = await loadConfig({ flag: options.configPath, variables: options.variables });
  // Before anything is touched; only a configuration that says something about modules waits for them to load.
  if (Object.keys(loaded.config.modules).length > 0) (await import('./describe-config.ts')).checkModules(loaded.config, loaded.path);
  const endpoints = await resolveEndpoints(loaded.config, options.variables, loaded.path ?? 'defaults');
  const logger = createLogger({ level: options.logLevel ?? loaded.config.logging.level, format: loaded.config.logging.format, write: options.write });
  watchForBugs(logger);
  // From here on a signal ends in order, also one that comes while the parts are still being made.
  const { promise: ending, resolve: end } = Promise.withResolvers<string>();
  onEndingSignal(end);
  const dataDirectory = dataDirectoryOf(options.variables);
  const opened = await openTheStore(dataDirectory, loaded);
  // Where only the network part lives in a namespace of its own: tests, and routers that keep sshd in one.
  const netns = options.variables['ONESEC_NETNS'] || undefined;
  const flags = observeOnlyPathsOf(options.variables);
  const { firewall } = loaded.config.enforcement;
  const host = gateHost(createHost({ clock: systemClock, netns, dataDirectory, firewall: firewall === 'auto' ? undefined : firewall }), flags);
  try {
    await forgetSetAside(opened.store, logger);
    const { batching } = loaded.config.notifications;
    const restored = await restoreBlocks({
      store: opened.store,
      host,
      clock: systemClock,
      logger,
      endpoints,
      allowCommand: loaded.config.enforcement.allow_command,
      isObserving: () => observeOnlyFlag(flags) !== undefined,
      allowList: loaded.config.enforcement.global_allow_list,
      trustedProxies: loaded.config.sources.trusted_proxies,
      batching: { enabled: batching.enabled, windowMs: batching.window, maxSize: batching.max_size },
    });
    // Detectors and server take longer to load than the blocks to come back: later.
    const { composeDaemon } = await import('./compose.ts');
    const daemon = await composeDaemon({
      config: loaded.config,
      version: options.version,
      clock: systemClock,
      logger,
      store: opened.store,
      setAside: opened.setAside,
      host,
      observeOnlyFlag: () => observeOnlyFlag(flags),
      restored,
      endpoints,
      netns,
      serviceManager: serviceManagerOf(options.variables, process.pid),
      socketPath: options.socketPath ?? loaded.config.server.socket ?? socketPathOf(options.variables, process.getuid?.() ?? 0),
      forceDryRun: options.forceDryRun,
      workerEntry: entryOf('sensor-worker', '../workers/sensor-worker.ts'),
    });
    daemon.onStop(end);
    const why = await ending;
    logger.info({ why }, 'stopping');
    const isInTime = await Promise.race([daemon.close(why).then(() => true), delay(CLOSE_WITHIN_MS, false, { ref: false })]);
    if (!isInTime) logger.error(`a part did not end within ${CLOSE_WITHIN_MS / 1000} s: the database is closed without it`);
    return 0;
  } finally {
    await host.close().finally(() => opened.store.close());
  }
};

const openTheStore = async (directory: string, loaded: LoadedConfig): Promise<OpenedStore> => {
  try {
    return await openStore({
      directory,
      clock: systemClock,
      probe: createProbeRunner({ entry: entryOf('store-probe', '../store/probe-main.ts') }),
      limits: { maxAlerts: loaded.config.alerts.max_store },
    });
  } catch (problem) {
    const known = toSecError(problem);
    // One daemon per data directory: to a person that is the same news as a taken socket.
    throw known.code === 'SEC_STORE_LOCKED' ? new SecError('SEC_ALREADY_RUNNING', known.detail, { cause: problem }) : known;
  }
};

/** A damaged database that an operator has moved away was looked at: the one in use is trusted again. */
const forgetSetAside = async (store: Store, logger: Logger): Promise<void> => {
  const place = store.meta.get(SET_ASIDE_KEY);
  if (typeof place !== 'string' || existsSync(place)) return;
  await store.meta.put(SET_ASIDE_KEY, null);
  logger.warn({ place }, 'the damaged database was moved away: enforcement is as configured again');
};

/** lmdb rejects once more behind our back when a commit fails; anything else unhandled is a bug and is said loudly. */
const watchForBugs = (logger: Logger): void => {
  process.on('unhandledRejection', (problem) => logger.error({ problem: messageOf(problem) }, 'an error nobody handled'));
  process.on('uncaughtException', (problem) => logger.fatal({ problem: messageOf(problem), stack: problem.stack ?? '' }, 'a bug'));
};
