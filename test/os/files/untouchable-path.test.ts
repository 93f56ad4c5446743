import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isSystemPath, whyUntouchablePath } from '../../../src/os/files/untouchable-path.ts';

const OWN = ['/var/lib/1sec', '/opt/1sec'];

test.each([
  ['/proc/1/exe', /no file on a disk/],
  ['/sys/kernel/x', /no file on a disk/],
  ['/dev/sda', /running system/],
  ['/boot/initrd.img', /starts from it/],
  ['/etc/passwd', /running system needs it/],
  ['/etc/sudoers.d/ops', /operate this host/],
  ['/etc/ssh/sshd_config', /log in without it/],
  ['/etc/pam.d/common-auth', /log in without it/],
  ['/etc/1sec/config.yaml', /1-SEC itself/],
  ['/var/lib/dpkg/status', /package manager/],
  ['/usr/lib/x86_64-linux-gnu/libc.so.6', /every program/],
  ['/lib64/ld-linux-x86-64.so.2', /every program/],
  ['/var/lib/1sec/data.mdb', /1-SEC itself/],
  ['/opt/1sec', /1-SEC itself/],
])('%s is never moved', (path, why) => {
  expect(whyUntouchablePath(path, OWN)).toMatch(why);
});

test.each([
  '/tmp/x',
  '/dev/shm/x',
  '/etc/cron.d/evil',
  '/etc/systemd/system/evil.service',
  '/etc/ld.so.preload',
  '/opt/1secret/x',
  '/etc/passwd.d/x',
  '/usr/local/bin/x',
  '/home/a/..b',
])('%s may be', (path) => {
  expect(whyUntouchablePath(path, OWN)).toBeUndefined();
});

test('everything under a place of ours is ours, however it is called', () => {
  fc.assert(fc.property(fc.stringMatching(/^[a-z./]{1,30}$/), (rest) => whyUntouchablePath(`${OWN[0]}/${rest}`, OWN) !== undefined));
});

test('without a package database the system directories are left alone, /usr/local is not', () => {
  expect(['/usr/bin/x', '/lib/x', '/sbin/x', '/usr/local/bin/x', '/tmp/x', '/library/x'].map(isSystemPath)).toEqual([true, true, true, false, false, false]);
});
