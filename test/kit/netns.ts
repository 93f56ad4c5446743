import { execFileSync, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';

/** Why tests that need network namespaces cannot run here, or undefined when they can. */
export const whyNoNetns = (): string | undefined => {
  if (process.getuid?.() !== 0) return 'needs root';
  const missing = ['ip', 'nft', 'ss'].filter((name) => !['/usr/sbin', '/usr/bin', '/sbin', '/bin'].some((directory) => existsSync(`${directory}/${name}`)));
  return missing.length > 0 ? `not installed: ${missing.join(', ')}` : undefined;
};

/** Prints once why a group of tests is left out; returns whether to leave it out. */
export const skipsWithout = (reason: string | undefined, group: string): boolean => {
  if (reason !== undefined) console.warn(`skipped: ${group}: ${reason}`);
  return reason !== undefined;
};

export type Netns = {
  readonly name: string;
  /** Runs a program inside, argv only; returns its output, throws when it fails. */
  readonly run: (...argv: readonly string[]) => string;
  readonly remove: () => void;
};

/** A fresh network namespace with its loopback up. The caller removes it. */
export const createNetns = (prefix: string): Netns => {
  serial += 1;
  const name = `${prefix}${process.pid}x${serial}`;
  ip('netns', 'add', name);
  ip('-n', name, 'link', 'set', 'lo', 'up');
  return {
    name,
    run: (...argv) => execFileSync('ip', ['netns', 'exec', name, ...argv], { encoding: 'utf8', maxBuffer: 1e8, stdio: ['ignore', 'pipe', 'pipe'] }),
    remove: () => {
      // A test that failed half-way leaves its programs; they would keep the test run waiting.
      for (const pid of execFileSync('ip', ['netns', 'pids', name], { encoding: 'utf8' }).split('\n').map(Number)) if (pid > 1) killQuietly(pid);
      ip('netns', 'del', name);
    },
  };
};

const killQuietly = (pid: number): void => {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It ended by itself meanwhile.
  }
};

let serial = 0;
const ip = (...argv: readonly string[]): void => {
  execFileSync('ip', argv, { stdio: ['ignore', 'ignore', 'pipe'] });
};

/** Two namespaces joined by a cable, IPv4 and IPv6. */
export type NetnsPair = {
  readonly server: Netns;
  readonly client: Netns;
  readonly serverV4: string;
  readonly serverV6: string;
  /** Addresses the client can speak from. */
  readonly clientV4: readonly string[];
  readonly clientV6: readonly string[];
  readonly remove: () => void;
};

/** Server 198.51.100.1 and 2001:db8:1::1; client .2, .3 and two IPv6 /64 of its own. */
export const createNetnsPair = (prefix: string): NetnsPair => {
  const server = createNetns(`${prefix}s`);
  const client = createNetns(`${prefix}c`);
  ip('link', 'add', 'eth0', 'netns', server.name, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', client.name);
  const clientV4 = ['198.51.100.2', '198.51.100.3'];
  const clientV6 = ['2001:db8:1::2', '2001:db8:1::3', '2001:db8:2::2'];
  for (const address of ['198.51.100.1/24', '2001:db8:1::1/64', '2001:db8:2::1/64'])
    ip('-n', server.name, 'addr', 'add', address, 'dev', 'eth0', ...flags(address));
  for (const address of [...clientV4.map((text) => `${text}/24`), ...clientV6.map((text) => `${text}/64`)])
    ip('-n', client.name, 'addr', 'add', address, 'dev', 'eth0', ...flags(address));
  for (const end of [server, client]) ip('-n', end.name, 'link', 'set', 'eth0', 'up');
  return {
    server,
    client,
    serverV4: '198.51.100.1',
    serverV6: '2001:db8:1::1',
    clientV4,
    clientV6,
    remove: () => {
      server.remove();
      client.remove();
    },
  };
};

/** Gives the client more addresses, in networks that the server has none of its own in and reaches over the cable. */
export const addClientNetwork = (pair: NetnsPair, network: string, addresses: readonly string[]): void => {
  const isV6 = network.includes(':');
  ip('-n', pair.server.name, 'route', 'add', network, 'dev', 'eth0');
  for (const address of addresses) ip('-n', pair.client.name, 'addr', 'add', `${address}/${isV6 ? 128 : 32}`, 'dev', 'eth0', ...flags(address));
};

// Without duplicate address detection a v6 address works at once.
const flags = (address: string): readonly string[] => (address.includes(':') ? ['nodad'] : []);

/** A node program running inside a namespace, ended with `stop`. `line` resolves with its next output line, `say` gives it one. */
export type Inside = {
  readonly pid: number;
  readonly line: () => Promise<string>;
  readonly say: (line: string) => void;
  readonly stop: () => Promise<void>;
};

/** Starts JavaScript text in a namespace. */
export const runInside = (namespace: Netns, script: string, ...args: readonly string[]): Inside => {
  const child = spawn('ip', ['netns', 'exec', namespace.name, process.execPath, '--input-type=module', '-e', script, ...args], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  child.stdin.on('error', () => undefined);
  const lines: string[] = [];
  const waiting: ((line: string) => void)[] = [];
  let rest = '';
  child.stdout.on('data', (chunk: Buffer) => {
    const parts = (rest + chunk.toString()).split('\n');
    rest = parts.pop() ?? '';
    for (const part of parts) {
      const next = waiting.shift();
      if (next === undefined) lines.push(part);
      else next(part);
    }
  });
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  return {
    pid: child.pid ?? 0,
    line: () =>
      new Promise((resolve) => {
        const ready = lines.shift();
        if (ready === undefined) waiting.push(resolve);
        else resolve(ready);
      }),
    say: (line) => {
      child.stdin.write(`${line}\n`);
    },
    stop: async () => {
      child.kill('SIGKILL');
      await ended;
    },
  };
};
