import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { appendFileSync, existsSync, writeFileSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Netns, NetnsPair } from './netns.ts';

const PORT = 2222;

/** Why tests with a real SSH server and client cannot run here, or undefined when they can. */
export const whyNoSsh = (): string | undefined => {
  const missing = ['/usr/sbin/sshd', '/usr/bin/ssh', '/usr/bin/ssh-keygen', '/usr/bin/ncat', '/usr/bin/mount'].filter((path) => !existsSync(path));
  return missing.length > 0 ? `not installed: ${missing.join(', ')}` : undefined;
};

/** A way into the server: the client's address and the server's, of one family. */
export type Route = { readonly from: string; readonly to: string };

export type Session = {
  readonly isOpen: () => boolean;
  /** Resolves when the session is over, with what ended it. */
  readonly over: Promise<string>;
  readonly close: () => Promise<void>;
};

/** A real sshd in the server's namespace that logs over syslog into `logPath`, and real clients in the client's. */
export type SshServer = {
  readonly logPath: string;
  /** One `ssh` that is refused up to `tries` passwords in one connection. Resolves with what it said. */
  readonly guess: (route: Route, tries: number, user?: string) => Promise<string>;
  /** A login with a key that stays. */
  readonly login: (route: Route) => Promise<Session>;
  /** A TCP connection that waits at the login prompt. */
  readonly linger: (route: Route) => Promise<Session>;
  /** The greeting a new connection gets, or how it failed (`TIMEOUT` when nothing came back). */
  readonly greeting: (route: Route, waitSeconds?: number) => Promise<string>;
  readonly stop: () => Promise<void>;
};

/** Starts it. `directory` takes its keys, configuration and log. */
export const startSshServer = async (pair: NetnsPair, directory: string): Promise<SshServer> => {
  const path = (name: string): string => join(directory, name);
  const logPath = path('auth.log');
  writeFileSync(logPath, '');
  for (const key of ['host_key', 'user_key']) execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', path(key)]);
  writeFileSync(path('sshd_config'), CONFIG(directory));
  // Asked once for each try; the word is made here so that nothing that looks like a password stands in a file.
  writeFileSync(path('askpass'), '#!/bin/sh\necho wrong$$\n', { mode: 0o755 });
  const syslog = await startSyslog(path('log.sock'), logPath);
  const children = new Set<ChildProcess>();
  const run = (namespace: Netns, words: readonly string[], variables: { readonly [name: string]: string } = {}): ChildProcess => {
    const child = spawn('ip', ['netns', 'exec', namespace.name, ...words], {
      stdio: ['pipe', 'pipe', 'pipe'],
      env: { PATH: process.env['PATH'], ...variables },
    });
    children.add(child);
    child.once('close', () => children.delete(child));
    child.stdin?.on('error', () => undefined);
    return child;
  };
  // `ip netns exec` gives each program mounts of its own: the machine keeps its /run, /dev and /var/log.
  const sshd = run(pair.server, ['sh', '-ec', OWN_MOUNTS, 'sh', path('log.sock'), path('sshd_config')]);
  let problems = '';
  sshd.stderr?.on('data', (chunk: Buffer) => {
    problems += chunk.toString();
  });

  const ssh = (route: Route, user: string, words: readonly string[], variables: { readonly [name: string]: string } = {}): ChildProcess =>
    run(pair.client, ['ssh', '-F', '/dev/null', '-b', route.from, '-p', `${PORT}`, ...options(CLIENT_OPTIONS), ...words, '-l', user, route.to], variables);
  const ncat = (route: Route, waitSeconds: number): ChildProcess => run(pair.client, ['ncat', '-w', `${waitSeconds}`, '-s', route.from, route.to, `${PORT}`]);

  const greeting: SshServer['greeting'] = async (route, waitSeconds = 1) => {
    const child = ncat(route, waitSeconds);
    let text = '';
    const wanted = new Promise<void>((resolve) =>
      child.stdout?.on('data', (chunk: Buffer) => {
        text += chunk.toString();
        if (text.includes('\n')) resolve();
      }),
    );
    const said = saidBy(child);
    await Promise.race([wanted, said]);
    child.kill('SIGKILL');
    return text.trim() || (await said).trim();
  };

  const first = { from: pair.clientV4[0] ?? '', to: pair.serverV4 };
  const deadline = performance.now() + 10_000;
  while (!(await greeting(first)).startsWith('SSH-2.0-')) {
    if (sshd.exitCode !== null || performance.now() > deadline) throw new Error(`sshd did not come up: ${problems}`);
    await delay(50);
  }

  return {
    logPath,
    greeting,
    guess: async (route, tries, user = 'root') => {
      const child = ssh(route, user, options({ PubkeyAuthentication: 'no', PreferredAuthentications: 'password', NumberOfPasswordPrompts: `${tries}` }), {
        SSH_ASKPASS: path('askpass'),
        SSH_ASKPASS_REQUIRE: 'force',
      });
      // A connection that is only starved, not cut, leaves ssh waiting for a quarter of an hour.
      const patience = setTimeout(() => child.kill('SIGKILL'), 15_000);
      const said = await saidBy(child);
      clearTimeout(patience);
      return child.signalCode === null ? said : `${said}\nnothing came back any more`;
    },
    login: async (route) => {
      const child = ssh(route, 'root', ['-i', path('user_key'), ...options({ BatchMode: 'yes' })]);
      child.stdin?.write('echo in\n');
      return sessionOf(child, 'in\n');
    },
    linger: (route) => sessionOf(ncat(route, 60), 'SSH-2.0-'),
    stop: async () => {
      for (const child of children) child.kill('SIGKILL');
      while (children.size > 0) await delay(10);
      await syslog.stop();
    },
  };
};

const CONFIG = (directory: string): string => `Port ${PORT}
HostKey ${directory}/host_key
AuthorizedKeysFile ${directory}/user_key.pub
PidFile none
StrictModes no
UsePAM no
UseDNS no
PermitRootLogin prohibit-password
KbdInteractiveAuthentication no
MaxAuthTries 40
MaxStartups 100
PrintMotd no
PrintLastLog no
`;

const OWN_MOUNTS = `mount -t tmpfs tmpfs /var/log
mount -t tmpfs tmpfs /run
mkdir /run/sshd /run/dev /run/dev/pts
for node in null zero full random urandom tty ptmx; do : > /run/dev/$node; mount --bind /dev/$node /run/dev/$node; done
mount --bind /dev/pts /run/dev/pts
: > /run/dev/log
mount --bind "$1" /run/dev/log
mount --rbind /run/dev /dev
exec /usr/sbin/sshd -D -f "$2"`;

const CLIENT_OPTIONS = { StrictHostKeyChecking: 'no', UserKnownHostsFile: '/dev/null', LogLevel: 'ERROR', ConnectTimeout: '2', IdentitiesOnly: 'yes' };

const options = (named: { readonly [name: string]: string }): readonly string[] => Object.entries(named).flatMap(([name, value]) => ['-o', `${name}=${value}`]);

const saidBy = (child: ChildProcess): Promise<string> => {
  let text = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    text += chunk.toString();
  });
  return new Promise((resolve) => child.once('close', () => resolve(text)));
};

/** A session that counts as open from the moment it said `sign`. */
const sessionOf = async (child: ChildProcess, sign: string): Promise<Session> => {
  const over = saidBy(child);
  let text = '';
  const begun = new Promise<'begun'>((resolve) =>
    child.stdout?.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      if (text.includes(sign)) resolve('begun');
    }),
  );
  const what = await Promise.race([begun, over]);
  if (what !== 'begun') throw new Error(`no session: ${what}`);
  return {
    isOpen: () => child.exitCode === null && child.signalCode === null,
    over,
    close: async () => {
      child.kill('SIGKILL');
      await over;
    },
  };
};

/** What a syslog daemon does: takes messages from the socket and writes lines with the host's name into a file. */
const startSyslog = async (socketPath: string, logPath: string): Promise<{ readonly stop: () => Promise<void> }> => {
  const open = new Set<Socket>();
  const server = createServer((socket) => {
    let rest = '';
    open.add(socket);
    socket.on('close', () => open.delete(socket));
    socket.on('error', () => socket.destroy());
    // Over a stream, glibc ends each message with a NUL.
    socket.on('data', (chunk: Buffer) => {
      const messages = (rest + chunk.toString()).split('\0');
      rest = messages.pop() ?? '';
      const lines = messages.map((message) => message.replace(/^<[0-9]+>(.{15}) /, '$1 testhost ').trimEnd());
      if (lines.length > 0) appendFileSync(logPath, `${lines.join('\n')}\n`);
    });
  });
  await new Promise<void>((resolve) => server.listen(socketPath, resolve));
  return {
    stop: async () => {
      for (const socket of open) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
};
