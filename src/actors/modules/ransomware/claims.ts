import { numberOf, type SecurityEvent, textOf } from '../../../domain/event.ts';
import type { RansomwareAlertType } from './alert-types.ts';
import type { Said } from './say.ts';

const WHOLE_DISK = /^\/dev\/(?:(?:sd|vd|xvd|hd)[a-z]|nvme\d+n\d+|mmcblk\d+)$|physicaldrive\d+$/i;
const TOOLS = /mimikatz|lazagne|secretsdump|pypykatz|nanodump|procdump|comsvcs/i;

/** What an outside sensor already knows, by event type. */
export const judgeReport = (event: SecurityEvent): Said | undefined => {
  const { details } = event;
  const told = (type: RansomwareAlertType, rule: string, says: string, field: string, text: string): Said => ({ type, rule, says, field, text });
  const process = textOf(details, 'process_name').slice(0, 128);
  const target = textOf(details, 'target').slice(0, 256);
  const by = process === '' ? '' : ` by ${process}`;
  switch (event.type) {
    case 'canary_triggered':
      return told(
        'canary_triggered',
        'decoy',
        `A decoy file was touched${by}: ${textOf(details, 'canary_path').slice(0, 256)}.`,
        'canary_path',
        textOf(details, 'canary_path'),
      );
    case 'shadow_copy_delete':
    case 'vss_manipulation':
      return told('shadow_copy_delete', 'reported-shadow', `Shadow copies were deleted${by}.`, 'method', textOf(details, 'method'));
    case 'backup_destruction':
    case 'backup_delete':
      return told(
        'backup_destruction',
        'reported-backup',
        `Backups were destroyed${by}${target === '' ? '' : `: ${target}`}.`,
        'target',
        target || textOf(details, 'backup_type'),
      );
    case 'partition_write':
      return told('partition_destroy', 'reported-partition', `A partition was overwritten${by}: ${target}.`, 'target', target);
    case 'mbr_write':
      return told('mbr_overwrite', 'reported-start-of-disk', `The start of ${target || 'a disk'} was overwritten${by}.`, 'target', target);
    case 'wiper_activity':
    case 'disk_write': {
      const offset = numberOf(details, 'offset');
      // No offset is not offset 0.
      if (offset === 0 && (target === '' || WHOLE_DISK.test(target)))
        return told('mbr_overwrite', 'start-of-disk', `The start of ${target || 'a disk'} was overwritten${by}.`, 'target', target);
      return told('wiper_activity', 'reported-wipe', `${target || 'A disk'} is being overwritten${by}.`, 'target', target);
    }
    case 'vm_encryption':
      return told(
        'vm_encryption',
        'reported-vm',
        `Virtual machines are being encrypted${by}: ${textOf(details, 'vm_name').slice(0, 128)}.`,
        'vm_name',
        textOf(details, 'vm_name'),
      );
    default:
      return event.type === 'credential_dump' || event.type === 'credential_access' ? judgeCredentials(event) : undefined;
  }
};

const judgeCredentials = (event: SecurityEvent): Said | undefined => {
  const { details } = event;
  const technique = textOf(details, 'technique').slice(0, 128);
  const tool = textOf(details, 'tool_name').slice(0, 128);
  const process = textOf(details, 'process_name').slice(0, 128);
  const target = textOf(details, 'target').slice(0, 256);
  const told = (type: RansomwareAlertType, rule: string): Said => ({
    type,
    rule,
    says: `Credentials were read${process === '' ? '' : ` by ${process}`}${technique === '' ? '' : ` (${technique})`}${target === '' ? '' : ` from ${target}`}.`,
    field: technique === '' ? 'tool_name' : 'technique',
    text: technique || tool || process,
  });
  if (/^lsass/i.test(technique) || /lsass/i.test(target)) return told('lsass_access', 'lsass');
  if (/ntlm|sam_dump|ntds|\bsam\b/i.test(technique)) return told('ntlm_hash_extraction', 'hashes');
  if (/kerberoast|ticket|kerberos|asrep/i.test(technique)) return told('kerberos_theft', 'tickets');
  if (TOOLS.test(tool) || TOOLS.test(process)) return told('credential_dump', 'tool');
  return technique === '' && tool === '' ? undefined : told('credential_access', 'reported-access');
};

/** What was done on a hypervisor, by its action and command. */
export const judgeHypervisor = (event: SecurityEvent): readonly Said[] => {
  const { details } = event;
  const action = textOf(details, 'action').trim().toLowerCase();
  const line = textOf(details, 'command_line').slice(0, 4096);
  const found: Said[] = [];
  const told = (type: RansomwareAlertType, rule: string, says: string, text: string): void => {
    found.push({ type, rule, says, field: 'action', text });
  };
  // ssh with a forwarding option as a word of its own: a host name may hold `-d` and `-r` too.
  if (action === 'ssh_tunnel' || (/(?:^|[\s/])ssh\s/.test(line) && /\s-\w{0,8}[DRL]\b|\bsocks\b/.test(line)))
    told('esxi_ssh_tunnel', 'tunnel', `A tunnel was opened out of the hypervisor: ${line.slice(0, 200)}`, line || action);
  const machine = textOf(details, 'vm_name').slice(0, 128) || 'machines';
  if (/^(?:config_change|firewall_disable|syslog_disable|lockdown_disable)$/.test(action))
    told('esxi_config_tamper', 'defences', `The hypervisor was changed: ${action}.`, action);
  if (/^(?:power_off|poweroff|vm_kill|shutdown_all)$/.test(action)) told('vm_power_off', 'power', `${machine} switched off.`, action);
  if (/^snapshot_(?:delete|remove)(?:_?all)?$/.test(action)) told('vm_snapshot_delete', 'snapshots', `Snapshots of ${machine} deleted.`, action);
  return found;
};
