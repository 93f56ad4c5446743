import type { ModuleManifest } from '../../contract.ts';
import { ALERT_TYPES } from './alert-types.ts';
import { type RansomwareSettings, ransomwareSettingsSchema } from './settings.ts';

/** What ransomware is, takes and raises. */
export const manifest: ModuleManifest<RansomwareSettings> = {
  id: 'ransomware',
  tier: 2,
  title: 'Encryption and destruction',
  description: 'Files made unreadable, backups and snapshots destroyed, disks wiped, and what is done to make ready for it.',
  eventTypes: [
    'file_modified',
    'file_change',
    'file_renamed',
    'file_created',
    'network_egress',
    'data_transfer',
    'upload',
    'canary_triggered',
    'process_execution',
    'command_execution',
    'process_exec',
    'process_start',
    'shadow_copy_delete',
    'vss_manipulation',
    'backup_destruction',
    'backup_delete',
    'wiper_activity',
    'disk_write',
    'mbr_write',
    'partition_write',
    'vm_encryption',
    'esxi_command',
    'hypervisor_activity',
    'credential_dump',
    'credential_access',
  ],
  alertTypes: ALERT_TYPES,
  settings: ransomwareSettingsSchema,
};
