import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { ProcessRef } from '../../src/domain/entity.ts';
import { packageManagerOf } from '../../src/domain/package-manager.ts';

const process = (more: Partial<ProcessRef>): ProcessRef => ({ pid: 500, startTime: 1, exe: '/usr/bin/x', uid: 0, name: 'x', commandLine: 'x', ...more });
const UPGRADE = { exe: '/usr/bin/python3.11', name: 'unattended-upgr', commandLine: '/usr/bin/python3 /usr/bin/unattended-upgrade --verbose' };

test.each([
  ['dpkg', { exe: '/usr/bin/dpkg' }],
  ['apt', { exe: '/usr/bin/apt' }],
  ['apt-get', { exe: '/usr/bin/apt-get', cgroup: '/system.slice/apt-daily-upgrade.service' }],
  ['dpkg', { exe: '/usr/bin/dpkg (deleted)' }],
  ['rpm', { exe: '/bin/rpm' }],
  ['zypper', { exe: '/usr/bin/zypper' }],
  ['pacman', { exe: '/usr/bin/pacman' }],
  ['apk', { exe: '/sbin/apk' }],
  ['snapd', { exe: '/usr/lib/snapd/snapd' }],
  ['snapd', { exe: '/snap/snapd/21759/usr/lib/snapd/snapd' }],
  ['unattended-upgrade', UPGRADE],
  ['dnf', { exe: '/usr/bin/python3.9', name: 'dnf', commandLine: '/usr/bin/python3 /usr/bin/dnf install nginx' }],
  ['yum', { exe: '/usr/libexec/platform-python3.6', name: 'yum', commandLine: '/usr/libexec/platform-python -s /bin/yum update' }],
])('%s is one', (name, more) => {
  expect(packageManagerOf(process(more))).toBe(name);
});

test.each([
  ['of somebody else than root', { exe: '/usr/bin/dpkg', uid: 33 }],
  ['of an unknown user', { exe: '/usr/bin/dpkg', uid: undefined }],
  ['in a directory that is not of the system', { exe: '/tmp/dpkg' }],
  ['under a directory of the system that anybody may write to', { exe: '/usr/bin/../../tmp/dpkg' }],
  ['in a container', { exe: '/usr/bin/dpkg', cgroup: '/system.slice/docker-0123abcd.scope' }],
  ['only by its name', { exe: '/tmp/x', name: 'dpkg', commandLine: '/usr/bin/dpkg -i x' }],
  ['a script that only calls itself so', { ...UPGRADE, commandLine: '/usr/bin/python3 /tmp/unattended-upgrade' }],
  ['a script of that path under another name', { ...UPGRADE, name: 'miner' }],
  ['a script without a name', { ...UPGRADE, name: undefined }],
  ['an interpreter of that name elsewhere', { ...UPGRADE, exe: '/tmp/python3' }],
  ['a shell', { exe: '/usr/bin/bash', name: 'dnf', commandLine: '/usr/bin/bash /usr/bin/dnf' }],
])('%s is none', (_what, more) => {
  expect(packageManagerOf(process(more))).toBeUndefined();
});

test('no user but root, and no file outside the directories of the system, is ever spared', () => {
  const word = fc.constantFrom('/usr/bin/dpkg', '/sbin/apk', 'dnf', '/usr/bin/dnf', '/usr/bin/python3', '/tmp/', ' ', ' (deleted)');
  const text = fc.array(fc.oneof(word, fc.string({ maxLength: 8 })), { maxLength: 5 }).map((parts) => parts.join(''));
  fc.assert(
    fc.property(text, text, text, fc.constantFrom(0, 1, 33, 1000), (exe, name, commandLine, uid) => {
      if (packageManagerOf(process({ exe, name, commandLine, uid })) === undefined) return;
      expect(uid).toBe(0);
      expect(exe).toMatch(/^(?:\/usr)?\/s?bin\/[a-z0-9.-]+(?: \(deleted\))?$/);
    }),
  );
});
