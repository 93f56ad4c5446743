import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { collectOperators } from '../../../src/os/operators/collect-operators.ts';
import { gatewaysV4, gatewaysV6 } from '../../../src/os/operators/gateways.ts';
import { liveSshPeers } from '../../../src/os/operators/live-ssh-peers.ts';
import { resolversOf } from '../../../src/os/operators/resolvers.ts';
import { isLoggedIn, isSshd } from '../../../src/os/operators/sshd.ts';
import { loginsOf } from '../../../src/os/operators/utmp.ts';
import { createNetnsPair, type NetnsPair, runInside, skipsWithout, whyNoNetns } from '../../kit/netns.ts';

describe('default gateways', () => {
  test('of IPv4 are read from the hexadecimal table, networks are not', () => {
    const text = [
      'Iface\tDestination\tGateway\tFlags',
      'eth0\t00000000\t010200C0\t0003',
      'eth0\t000200C0\t00000000\t0001',
      'eth1\t00000000\t00000000\t0001',
      '',
    ].join('\n');
    expect(gatewaysV4(text)).toEqual(['192.0.2.1']);
  });

  test('of IPv6 are read likewise', () => {
    const none = '0'.repeat(32);
    const gateway = '20010db8000000000000000000000001';
    const text = [
      `${none} 00 ${none} 00 ${gateway} 00000400 00000001 00000000 00000003 eth0`,
      `${gateway} 40 ${none} 00 ${none} 00000100 00000001 00000000 00000001 eth0`,
      `${none} 00 ${none} 00 ${none} ffffffff 00000001 00000000 00200200 lo`,
    ].join('\n');
    expect(gatewaysV6(text)).toEqual(['2001:db8::1']);
  });

  test.each(['', 'nonsense\nmore', '\t\t\t\n\t\t\t'])('of %j are none', (text) => {
    expect([...gatewaysV4(text), ...gatewaysV6(text)]).toEqual([]);
  });
});

test('resolvers are the name servers of resolv.conf', () => {
  expect(resolversOf('# nameserver 203.0.113.9\nnameserver 192.0.2.53\nnameserver 2001:db8::53%eth0\nnameserver nonsense\nsearch example.org\n')).toEqual([
    '192.0.2.53',
    '2001:db8::53',
  ]);
});

describe('utmp', () => {
  const record = (size: number, at: number, type: number, pid: number, address: readonly number[]): Buffer => {
    const bytes = Buffer.alloc(size);
    bytes.writeInt16LE(type, 0);
    bytes.writeInt32LE(pid, 4);
    Buffer.from(address).copy(bytes, at);
    return bytes;
  };
  const v6 = [0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 9];

  test.each([
    ['x64', 384, 348],
    ['arm64', 400, 360],
  ] as const)('on %s gives remote logins only', (architecture, size, at) => {
    const bytes = Buffer.concat([
      record(size, at, 7, 100, [192, 0, 2, 7]),
      record(size, at, 7, 101, v6),
      record(size, at, 7, 102, []),
      record(size, at, 8, 103, [192, 0, 2, 8]),
      Buffer.alloc(10),
    ]);
    expect(loginsOf(bytes, architecture)).toEqual([
      { pid: 100, address: '192.0.2.7' },
      { pid: 101, address: '2001:db8::9' },
    ]);
  });
});

describe('the title of an sshd process', () => {
  test.each([
    ['sshd: alice@pts/0', true],
    ['sshd: alice@notty', true],
    ['sshd-session: alice@pts/0', true],
    ['sshd: alice', true],
    ['sshd: alice [priv]', false],
    ['sshd: unknown [priv]', false],
    ['sshd: alice [net]', false],
    ['sshd: [accepted]', false],
    ['sshd: /usr/sbin/sshd -D [listener] 0 of 10-100 startups', false],
    ['/usr/sbin/sshd -D -R', false],
    ['', false],
  ])('%j: logged in %s', (title, expected) => {
    expect(isLoggedIn(title)).toBe(expected);
  });
});

const why = whyNoNetns() ?? (existsSync('/usr/sbin/sshd') && existsSync('/usr/bin/ssh') ? undefined : 'sshd or ssh is not installed');

describe.skipIf(skipsWithout(why, 'operators of a real sshd'))('operators of a real sshd in a namespace', () => {
  let pair: NetnsPair;
  let directory: string;
  const children: ChildProcess[] = [];
  const startIn = (namespace: string, ...argv: readonly string[]): ChildProcess => {
    const child = spawn('ip', ['netns', 'exec', namespace, ...argv], { stdio: 'ignore' });
    children.push(child);
    return child;
  };
  const collect = (clientPids: readonly number[] = []) => collectOperators({ netns: pair.server.name }, clientPids);

  beforeAll(() => {
    pair = createNetnsPair('oso');
    pair.server.run('ip', 'route', 'add', 'default', 'via', '198.51.100.2');
    directory = mkdtempSync(`${tmpdir()}/onesec-ssh-`);
    mkdirSync('/run/sshd', { recursive: true });
    for (const key of ['host', 'user']) execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', `${directory}/${key}`]);
    copyFileSync(`${directory}/user.pub`, `${directory}/authorized`);
    const options = [
      'UsePAM=no',
      'StrictModes=no',
      'PermitRootLogin=yes',
      `AuthorizedKeysFile=${directory}/authorized`,
      `HostKey=${directory}/host`,
      'PidFile=none',
      'Port=22',
    ];
    startIn(pair.server.name, '/usr/sbin/sshd', '-D', '-e', '-f', '/dev/null', ...options.flatMap((option) => ['-o', option]));
  });
  afterAll(async () => {
    for (const child of children.toReversed()) child.kill('SIGKILL');
    await sleep(100);
    pair.remove();
    rmSync(directory, { recursive: true, force: true });
  });

  test('name its own addresses, its gateway and the listener', async () => {
    await expect.poll(async () => (await collect()).sshdListeners.length, { timeout: 5000 }).toBe(1);
    const operators = await collect();
    expect(operators.ownAddresses).toEqual(expect.arrayContaining(['198.51.100.1', '2001:db8:1::1', '127.0.0.1']));
    expect(operators.gateways).toContain('198.51.100.2');
    expect(operators.sshdListeners.every(isSshd)).toBe(true);
    expect(operators.sessionPids).toEqual([]);
  });

  test('do not include a connection that has not logged in', async () => {
    const guesser = runInside(
      pair.client,
      `import net from 'node:net'; net.connect({ host: '198.51.100.1', port: 22, localAddress: '198.51.100.3' }).on('data', () => console.log('greeted')); setInterval(() => {}, 1000);`,
    );
    try {
      expect(await guesser.line()).toBe('greeted');
      expect((await collect()).sshPeers).not.toContain('198.51.100.3');
      expect(liveSshPeers(pair.server.name)).not.toContain('198.51.100.3');
    } finally {
      await guesser.stop();
    }
  });

  test('include a logged-in session: its peer, and all of its processes when a client of ours runs in it', async () => {
    const ssh = [
      'ssh',
      '-F',
      '/dev/null',
      '-i',
      `${directory}/user`,
      '-o',
      'StrictHostKeyChecking=no',
      '-o',
      'UserKnownHostsFile=/dev/null',
      '-o',
      'BatchMode=yes',
      '-b',
      '198.51.100.2',
    ];
    startIn(pair.client.name, ...ssh, 'root@198.51.100.1', `echo $$ > ${directory}/shell; sleep 61; true`);
    await expect.poll(async () => (await collect()).sshPeers, { timeout: 8000 }).toContain('198.51.100.2');
    const { sshdListeners } = await collect();
    await expect.poll(() => existsSync(`${directory}/shell`)).toBe(true);
    const shell = Number(execFileSync('cat', [`${directory}/shell`], { encoding: 'utf8' }));
    const { sessionPids, sshPeers } = await collect([shell]);
    expect(sessionPids[0]).toBe(shell);
    expect(sessionPids.length).toBeGreaterThanOrEqual(2);
    expect(sessionPids).not.toContain(1);
    for (const listener of sshdListeners) expect(sessionPids).not.toContain(listener);
    expect(sessionPids.some(isSshd)).toBe(true);
    expect(sshPeers).toContain('198.51.100.2');
    expect(liveSshPeers(pair.server.name)).toEqual(['198.51.100.2']);
    expect(liveSshPeers(pair.client.name)).toEqual([]);
  });

  test('are not whoever calls a program sshd', async () => {
    const fake = `${directory}/sshd`;
    copyFileSync(process.execPath, fake);
    execFileSync('chmod', ['0777', fake]);
    const child = startIn(
      pair.server.name,
      fake,
      '--input-type=module',
      '-e',
      `import net from 'node:net'; process.title = 'sshd: root@pts/9'; net.createServer(() => {}).listen(2222, '198.51.100.1');`,
    );
    await sleep(500);
    const impostor = runInside(
      pair.client,
      `import net from 'node:net'; net.connect({ host: '198.51.100.1', port: 2222, localAddress: '198.51.100.3' }, () => console.log('connected')); setInterval(() => {}, 1000);`,
    );
    try {
      expect(await impostor.line()).toBe('connected');
      const operators = await collect();
      expect(operators.sshPeers).not.toContain('198.51.100.3');
      expect(liveSshPeers(pair.server.name)).not.toContain('198.51.100.3');
      expect(operators.sshdListeners).not.toContain(child.pid);
      // A port that the configuration names counts, whatever serves it.
      expect((await collectOperators({ netns: pair.server.name, sshPorts: [2222] }, [])).sshPeers).toContain('198.51.100.3');
    } finally {
      await impostor.stop();
    }
  });
});

describe.skipIf(skipsWithout(existsSync('/usr/bin/tmux') ? undefined : 'tmux is not installed', 'operators in tmux'))('a client inside tmux', () => {
  test("protects the multiplexer's server and the attached terminal with it", async () => {
    const socket = `onesec-test-${process.pid}`;
    const tmux = (...args: readonly string[]): string => execFileSync('tmux', ['-L', socket, '-f', '/dev/null', ...args], { encoding: 'utf8' }).trim();
    tmux('new-session', '-d', '-s', 'one', 'sleep 62');
    // `script` gives the attaching client a terminal.
    const attached = spawn('script', ['-qec', `tmux -L ${socket} attach -t one`, '/dev/null'], {
      stdio: ['pipe', 'ignore', 'ignore'],
      env: { ...process.env, TERM: 'xterm' },
    });
    try {
      const pane = Number(tmux('display-message', '-p', '-t', 'one', '#{pane_pid}'));
      const server = Number(tmux('display-message', '-p', '#{pid}'));
      await expect.poll(() => tmux('list-clients', '-F', '#{client_pid}'), { timeout: 5000 }).not.toBe('');
      const client = Number(tmux('list-clients', '-F', '#{client_pid}'));
      const { sessionPids } = await collectOperators({}, [pane]);
      expect(sessionPids).toEqual(expect.arrayContaining([pane, server, client, attached.pid]));
      expect(sessionPids).not.toContain(1);
    } finally {
      attached.kill('SIGKILL');
      tmux('kill-server');
    }
  });
});
