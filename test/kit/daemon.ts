import { type ChildProcess, spawn } from 'node:child_process';
import { chownSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { stringify } from 'yaml';
import { createClient } from '../../src/client/client.ts';
import type { Client } from '../../src/client/contract.ts';
import { systemClock } from '../../src/domain/clock.ts';

// While something is being written, ONESEC_E2E_SOURCES=1 runs it from the sources; otherwise the built product is tested.
const FROM_SOURCES = process.env['ONESEC_E2E_SOURCES'] === '1';
const root = (path: string): string => join(import.meta.dirname, '../..', path);
const [LAUNCHER, ...FIRST_WORDS]: readonly [string, ...string[]] = FROM_SOURCES ? [process.execPath, root('src/cli/main.ts')] : [root('bin/1sec')];

/** Why the built product cannot be started here, or undefined when it can. */
export const whyNoBuild = (): string | undefined => (FROM_SOURCES || existsSync(root('dist/cli.mjs')) ? undefined : 'not built (npm run build)');

export type Ran = { readonly code: number; readonly out: string; readonly err: string };

/** A place of its own for one daemon: data directory, socket, configuration, logs to write into. */
export type Station = {
  readonly directory: string;
  readonly path: (name: string) => string;
  /** What the daemon and the commands get as their environment. */
  readonly environment: { readonly [name: string]: string };
  readonly client: Client;
  readonly configure: (config: { readonly [key: string]: unknown }) => void;
  /** Starts `bin/1sec daemon` and waits until it answers. */
  readonly start: (more?: {
    readonly arguments?: readonly string[];
    readonly waitMs?: number /** Not until its sources are open, too. */;
    readonly early?: boolean;
  }) => Promise<Running>;
  /** One command of the product, with this station's socket and data. */
  readonly cli: (...words: readonly string[]) => Promise<Ran>;
  readonly json: (...words: readonly string[]) => Promise<unknown>;
  readonly remove: () => Promise<void>;
};

export type Running = {
  readonly pid: number;
  /** Sends a signal, waits for the end, resolves with the exit code (null: ended by a signal). */
  readonly kill: (signal?: NodeJS.Signals) => Promise<number | null>;
  /** Resolves with the exit code when it ends by itself. */
  readonly ended: Promise<number | null>;
  readonly log: () => string;
  readonly startedInMs: number;
};

type StationOptions = {
  readonly netns?: string;
  readonly variables?: { readonly [name: string]: string };
  /** Everything runs as this user, without further groups; needs root. */
  readonly uid?: number;
  /** Words before every start of the product, daemon and commands: `unshare --mount …`. They must end in `exec`. */
  readonly wrapper?: readonly string[];
};

/** A station; `netns` puts the daemon's firewall and connections into that network namespace. */
export const createStation = (options: StationOptions = {}): Station => {
  const directory = mkdtempSync(join(tmpdir(), '1sec-e2e-'));
  const path = (name: string): string => join(directory, name);
  const socket = path('1sec.sock');
  const environment = {
    PATH: process.env['PATH'] ?? '/usr/sbin:/usr/bin:/sbin:/bin',
    HOME: directory,
    ONESEC_DATA_DIR: path('data'),
    ONESEC_SOCKET: socket,
    ONESEC_CONFIG: path('config.yaml'),
    ONESEC_OBSERVE_ONLY: path('observe-only'),
    ...(options.netns === undefined ? {} : { ONESEC_NETNS: options.netns }),
    ...options.variables,
  };
  const client = createClient({ socketPath: socket, clock: systemClock, kind: 'cli' });
  const alive = new Set<ChildProcess>();
  mkdirSync(path('data'), { recursive: true });
  writeFileSync(path('config.yaml'), stringify({ sources: { auto: false, processes: false } }));
  const identity = options.uid === undefined ? {} : { uid: options.uid, gid: options.uid };
  if (options.uid !== undefined) for (const place of [directory, path('data')]) chownSync(place, options.uid, options.uid);

  const [program = LAUNCHER, ...words] = [...(options.wrapper ?? []), LAUNCHER, ...FIRST_WORDS];

  const start: Station['start'] = async (more = {}) => {
    const began = performance.now();
    const child = spawn(program, [...words, 'daemon', ...(more.arguments ?? [])], {
      env: environment,
      ...identity,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    alive.add(child);
    let log = '';
    child.stderr.on('data', (chunk: Buffer) => {
      log = (log + chunk.toString()).slice(-200_000);
    });
    const ended = new Promise<number | null>((resolve) =>
      child.once('exit', (code) => {
        alive.delete(child);
        resolve(code);
      }),
    );
    const deadline = performance.now() + (more.waitMs ?? 20_000);
    while (!(await isUp(client, child.pid ?? 0))) {
      if (child.exitCode !== null || child.signalCode !== null || performance.now() > deadline)
        throw new Error(`the daemon did not come up (${child.signalCode ?? `code ${child.exitCode}`}):\n${log}`);
      await delay(10);
    }
    const startedInMs = performance.now() - began;
    if (more.early !== true) await sourcesOpen(client);
    return {
      pid: child.pid ?? 0,
      startedInMs,
      log: () => log,
      kill: async (signal = 'SIGTERM') => {
        child.kill(signal);
        return ended;
      },
      ended,
    };
  };

  const cli: Station['cli'] = (...verbs) =>
    new Promise((resolve) => {
      const child = spawn(program, [...words, ...verbs], { env: environment, ...identity, stdio: ['ignore', 'pipe', 'pipe'] });
      let out = '';
      let err = '';
      child.stdout.on('data', (chunk: Buffer) => {
        out += chunk.toString();
      });
      child.stderr.on('data', (chunk: Buffer) => {
        err += chunk.toString();
      });
      child.once('close', (code) => resolve({ code: code ?? -1, out, err }));
    });

  return {
    directory,
    path,
    environment,
    client,
    configure: (config) => writeFileSync(path('config.yaml'), stringify({ sources: { auto: false, processes: false }, ...config })),
    start,
    cli,
    json: async (...verbs) => {
      const { out, err, code } = await cli(...verbs, '--json');
      if (out === '') throw new Error(`1sec ${verbs.join(' ')} said nothing (code ${code}): ${err}`);
      return JSON.parse(out);
    },
    remove: async () => {
      for (const child of alive) child.kill('SIGKILL');
      while (alive.size > 0) await delay(10);
      rmSync(directory, { recursive: true, force: true });
    },
  };
};

const isUp = async (client: Client, pid: number): Promise<boolean> => {
  try {
    return (await client.call('status')).pid === pid;
  } catch {
    // Not there yet: the caller asks again until its deadline.
    return false;
  }
};

/** Sources that follow no file begin with what happens once they are open. */
const sourcesOpen = async (client: Client): Promise<void> => {
  const deadline = performance.now() + 3000;
  const isOpening = (): Promise<boolean> =>
    client.call('status').then(
      ({ sources }) => sources.some(({ state }) => state === 'starting'),
      // A daemon that is gone again is for the test to find.
      () => false,
    );
  while (performance.now() < deadline && (await isOpening())) await delay(10);
};

/** Asks until the answer is true; throws with what was waited for when it never is. */
export const until = async (what: string, ask: () => boolean | Promise<boolean>, withinMs = 10_000, everyMs = 20): Promise<void> => {
  const deadline = performance.now() + withinMs;
  while (!(await ask())) {
    if (performance.now() > deadline) throw new Error(`not within ${withinMs} ms: ${what}`);
    await delay(everyMs);
  }
};

/** Text of a file, empty when it is not there. */
export const fileText = (path: string): string => (existsSync(path) ? readFileSync(path, 'utf8') : '');
