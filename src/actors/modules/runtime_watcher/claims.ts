import { type SecurityEvent, textOf } from '../../../domain/event.ts';
import { scriptOfText } from '../../../domain/shell/script.ts';
import { judgeScript } from './judge-script.ts';
import { type Match, match } from './match.ts';
import { VULNERABLE_DRIVERS } from './rules-windows.ts';

/** Events in which the sender says what it concluded: repeated as an alert, judged further where there is something to judge. */
export const judgeClaim = (event: SecurityEvent, add: (found: Match) => void): void => {
  switch (event.type) {
    case 'privilege_change':
    case 'setuid':
    case 'capability_change':
      judgePrivilege(event, add);
      return;
    case 'container_event':
      judgeContainer(event, add);
      return;
    case 'memory_injection':
    case 'process_hollowing':
    case 'dll_injection':
      add(match('memory_injection', 'CRITICAL', 'reported', 'a sensor reports code put into another process'));
      return;
    case 'firmware_event':
    case 'uefi_event':
    case 'bootloader_change':
      judgeFirmware(event, add);
      return;
    case 'driver_load':
      judgeDriver(event, add);
      return;
    default:
  }
};

const ORDINARY_ACTIONS: ReadonlySet<string> = new Set(['sudo', 'su', 'doas', 'session', 'session_opened', 'login']);

// sudo and su lines of the logs are everyday; what was run through them decides.
const judgePrivilege = ({ details }: SecurityEvent, add: (found: Match) => void): void => {
  const action = textOf(details, 'action').toLowerCase();
  const command = textOf(details, 'command_line') || textOf(details, 'command');
  if (command !== '') for (const found of judgeScript(scriptOfText(command))) add(found);
  const isOrdinary = ORDINARY_ACTIONS.has(action) || command !== '';
  if (action === 'sudo_refused') add(match('privilege_escalation', 'MEDIUM', 'sudo_refused', 'somebody without the right to tried to become another user'));
  else if (!isOrdinary) add(match('privilege_escalation', 'HIGH', 'reported', 'a process got other rights'));
};

const ESCAPE_ACTIONS: ReadonlySet<string> = new Set(
  'nsenter mount_host_fs host_mount mount_host mount_hostfs privileged_exec privileged_container host_network_access host_network host_pid host_ipc cap_sys_admin cap_sys_ptrace cap_sys_module cap_dac_read_search docker_socket_mount docker_socket_access docker_sock containerd_socket proc_mount sys_mount sysfs_mount sys_ptrace sys_module sys_admin release_agent cgroup_escape cgroup_release_agent core_pattern container_escape escape breakout namespace_escape host_exec chroot_escape kernel_module_load runc_overwrite runc_exploit symlink_exchange host_pid_namespace host_pid_access host_ipc_access host_path_mount hostpath_mount host_filesystem_access pivot_root chroot_host setns kernel_exploit cgroup_breakout device_access device_mount host_device'.split(
    ' ',
  ),
);

const judgeContainer = ({ details }: SecurityEvent, add: (found: Match) => void): void => {
  const action = textOf(details, 'action').trim().slice(0, 1024);
  const word = action.toLowerCase().replace(/[\s-]+/g, '_');
  if (ESCAPE_ACTIONS.has(word)) add(match('container_escape', 'CRITICAL', 'reported', 'a container reaches for its host'));
  else if (action.includes(' ')) for (const found of judgeScript(scriptOfText(action))) if (found.type === 'container_escape') add(found);
};

const judgeFirmware = ({ type, details }: SecurityEvent, add: (found: Match) => void): void => {
  const secureBoot = textOf(details, 'secure_boot').toLowerCase();
  if (/^(?:disabled|bypassed|off|false|0)$/.test(secureBoot)) add(match('secure_boot_bypass', 'CRITICAL', 'secure_boot_off', 'secure boot is off'));
  const hash = textOf(details, 'hash').toLowerCase();
  const expected = textOf(details, 'expected_hash').toLowerCase();
  if (hash !== '' && expected !== '' && hash !== expected)
    add(match('firmware_tampering', 'CRITICAL', 'hash_differs', 'firmware does not have the expected hash'));
  const action = textOf(details, 'action').toLowerCase();
  if (/uefi|efi_?var|nvram|(?:^|_)spi(?:_|$)|flash|implant|variable_write|bios_(?:write|mod)/.test(action))
    add(match('uefi_modification', 'HIGH', 'reported', 'firmware settings are written'));
  if (
    /boot_?config|boot_?order|boot_?entry|bcd|grub|mbr|bootloader|initr(?:d|amfs)|vmlinuz|boot_param|kernel_param/.test(action) ||
    (type === 'bootloader_change' && action !== '' && !/verify|check|scan|read/.test(action))
  ) {
    add(match('boot_config_change', 'CRITICAL', 'reported', 'what boots is changed'));
  }
};

const judgeDriver = ({ details }: SecurityEvent, add: (found: Match) => void): void => {
  const path = textOf(details, 'path');
  const name = (textOf(details, 'driver_name') || path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1)).toLowerCase();
  const ofPath = path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1).toLowerCase();
  if (VULNERABLE_DRIVERS.has(name) || VULNERABLE_DRIVERS.has(ofPath))
    add(match('byovd_driver_load', 'CRITICAL', 'vulnerable_driver', 'a driver known to be vulnerable is loaded'));
  else if (/^\/(?:tmp|var\/tmp|dev\/shm|home)\/.{0,2000}\.ko(?:\.(?:xz|gz|zst))?$/.test(path))
    add(match('kernel_module_load', 'HIGH', 'module_from_scratch', 'a kernel module is loaded from a place that anyone can write'));
};
