import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { configSchema } from '../../src/config/schema.ts';
import { type ComposeOptions, composeDaemon } from '../../src/daemon/compose.ts';
import { createLogger } from '../../src/daemon/logger.ts';
import { restoreBlocks } from '../../src/daemon/restore.ts';
import { systemClock } from '../../src/domain/clock.ts';
import { SecError } from '../../src/domain/errors.ts';
import type { Host, HostDescription } from '../../src/domain/host.ts';
import type { Store } from '../../src/store/contract.ts';
import { withStore } from '../store/store-fixtures.ts';

const DESCRIPTION: HostDescription = {
  hostname: 'h',
  kernel: '6',
  bootId: '',
  uid: 1000,
  isRoot: false,
  canFirewall: false,
  canSignalOthers: false,
  canWatchProcesses: false,
  canKillConnections: false,
  hasJournald: false,
  limits: [],
};
// Of everything that is asked of the host only this is answered: nothing of this machine is looked at or touched.
const host: Host = {
  call: async (name) => {
    if (name === 'describe') return DESCRIPTION as never;
    throw new SecError('SEC_UNAVAILABLE', `${name} is not there`);
  },
  close: async () => undefined,
};

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), '1sec-compose-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const socketPath = (): string => join(directory, 's.sock');
const threads = (): number => readdirSync('/proc/self/task').length;

const optionsFor = async (store: Store, changes: Partial<ComposeOptions> = {}): Promise<ComposeOptions & { readonly lines: readonly string[] }> => {
  const lines: string[] = [];
  const logger = createLogger({ level: 'warn', format: 'json', write: (line) => lines.push(line) });
  const config = configSchema.parse({ sources: { auto: false, processes: false } });
  const batching = { enabled: false, windowMs: 1000, maxSize: 10 };
  const restored = await restoreBlocks({ store, host, clock: systemClock, logger, endpoints: [], allowCommand: false, allowList: [], batching });
  return {
    config,
    version: '0',
    clock: systemClock,
    logger,
    store,
    setAside: undefined,
    host,
    observeOnlyFlag: () => undefined,
    restored,
    endpoints: [],
    netns: undefined,
    socketPath: socketPath(),
    forceDryRun: true,
    workerEntry: join(import.meta.dirname, '../../src/workers/sensor-worker.ts'),
    lines,
    ...changes,
  };
};

const fault = (): never => {
  throw new SecError('SEC_STORE_FULL', 'injected');
};
const afterServer = (store: Store): Partial<ComposeOptions> => ({ store: { ...store, history: { ...store.history, note: fault } } });
const inTree = (store: Store): Partial<ComposeOptions> => ({ store: { ...store, machines: { ...store.machines, all: fault } } });
const atDescribe = (): Partial<ComposeOptions> => ({ host: { ...host, call: async () => fault() } });

describe('a daemon that cannot start', () => {
  test.each([
    ['the host cannot be described', atDescribe],
    ['the tree of actors cannot be restored', inTree],
    ['the first record cannot be written, when all is open', afterServer],
  ])('says why and leaves nothing open when %s', async (_when, faultIn) => {
    await withStore(async (store) => {
      const options = await optionsFor(store, faultIn(store));
      const before = threads();
      await expect(composeDaemon(options)).rejects.toMatchObject({ code: 'SEC_STORE_FULL', detail: 'injected' });
      expect(existsSync(socketPath())).toBe(false);
      // The worker's thread is gone a moment after it was ended.
      for (let round = 0; round < 100 && threads() > before; round += 1) await delay(20);
      expect(threads()).toBeLessThanOrEqual(before);
      // Nothing acts or tells any more, and nothing broke on the way down.
      const said = options.lines.length;
      await delay(300);
      expect(options.lines.slice(said)).toEqual([]);
      expect(options.lines.join('\n')).not.toContain('did not close');
    });
  });

  test('leaves what is in the place of its socket as it is', async () => {
    await withStore(async (store) => {
      writeFileSync(socketPath(), 'not a socket');
      await expect(composeDaemon(await optionsFor(store))).rejects.toBeInstanceOf(SecError);
      expect(existsSync(socketPath())).toBe(true);
    });
  });

  test('and after such a failure another one starts and ends in order', async () => {
    await withStore(async (store) => {
      await expect(composeDaemon(await optionsFor(store, afterServer(store)))).rejects.toMatchObject({ code: 'SEC_STORE_FULL' });
      const daemon = await composeDaemon(await optionsFor(store));
      expect(existsSync(socketPath())).toBe(true);
      await daemon.close('a test');
      expect(existsSync(socketPath())).toBe(false);
      expect(store.history.page({ limit: 1 })[0]?.reason).toBe('stopped: a test');
    });
  });
});
