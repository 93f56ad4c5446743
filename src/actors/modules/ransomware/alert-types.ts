import type { Severity } from '../../../domain/severity.ts';
import type { AlertTypeManifest } from '../../contract.ts';

const EXEC = 'the process sensor (every program start)';
const FILES = 'claim: events of a file watcher that knows process and entropy';
const CLAIM = 'claim: only what an outside sensor reports';

const ISOLATE = 'Suspend the process first, then cut the host from the network; do not reboot, keys may still be in memory.';
const BACKUP = 'Check that a backup out of reach of this host is whole.';
const EVIDENCE = 'Keep the note, one damaged file and its original: they name the family.';
const VMS = ['Close the management interface and SSH of the hypervisor, read its log from a copy.', 'Check that copies of the machines exist elsewhere.'];
const CREDS = ['Change the credentials that were within reach, from another host.', 'Find out how the tool got there.'];

const type = (
  severity: Severity,
  title: string,
  mitre: readonly string[],
  mitigations: readonly string[],
  falsePositives: string,
  feed = CLAIM,
): AlertTypeManifest => ({
  severity,
  title,
  mitre,
  mitigations,
  feed,
  falsePositives,
});

/** Every alert type of ransomware. */
export const ALERT_TYPES = {
  ransomware_extension: type('CRITICAL', 'Files named like those ransomware leaves', ['T1486'], [ISOLATE, EVIDENCE, BACKUP], 'Samples kept on purpose.', FILES),
  ransom_note: type('CRITICAL', 'A ransom note', ['T1486', 'T1491'], [ISOLATE, EVIDENCE, BACKUP], 'Documentation about recovery with such a file name.', FILES),
  intermittent_encryption: type(
    'CRITICAL',
    'Files made unreadable in parts',
    ['T1486'],
    [ISOLATE, 'Compare the headers of files with their copies.', BACKUP],
    'None known.',
    CLAIM,
  ),
  mass_encryption: type(
    'CRITICAL',
    'One process makes many files unreadable',
    ['T1486'],
    [ISOLATE, EVIDENCE, BACKUP],
    'Encryption of a folder on purpose; formats that are dense by nature do not count.',
    FILES,
  ),
  high_entropy: type(
    'HIGH',
    'A file was overwritten with what looks encrypted',
    ['T1486'],
    ['Look at the file and at the process.', BACKUP],
    'Password stores, disk images, own file formats.',
    FILES,
  ),
  rapid_rename: type('HIGH', 'One process renames many files', ['T1486'], [ISOLATE, BACKUP], 'Batch renames of photographs or music by hand.', FILES),
  data_exfiltration: type(
    'CRITICAL',
    'Very much data went to one place',
    ['T1041', 'T1567'],
    ['Block the destination and find out what was sent.', 'Name your backup destinations in backup_destinations.'],
    'Backups, uploads and migrations to a new place.',
    CLAIM,
  ),
  canary_triggered: type('CRITICAL', 'A decoy file was touched', ['T1486', 'T1083'], [ISOLATE, BACKUP], 'A backup or search that reads everything.', CLAIM),
  shadow_copy_delete: type('CRITICAL', 'Shadow copies deleted', ['T1490'], [ISOLATE, BACKUP], 'Clean-up by an administrator.', EXEC),
  backup_destruction: type(
    'CRITICAL',
    'Backups or snapshots destroyed',
    ['T1490', 'T1485'],
    [ISOLATE, BACKUP, 'Keep one copy that this host may add to and not delete from.'],
    'Old backups removed by hand.',
    EXEC,
  ),
  wiper_activity: type(
    'CRITICAL',
    'A disk or log is wiped',
    ['T1561', 'T1485'],
    ['Suspend the process; switch the machine off when it goes on.', BACKUP],
    'A disk that is taken out of service.',
    EXEC,
  ),
  service_stop: type(
    'HIGH',
    'Services that hold files open are stopped',
    ['T1489'],
    ['Start the services again when nobody stopped them on purpose.', BACKUP],
    'Maintenance of several databases at once.',
    EXEC,
  ),
  esxi_ransomware: type(
    'CRITICAL',
    'Virtual machines made ready for encryption',
    ['T1486', 'T1489'],
    [ISOLATE, ...VMS],
    'Maintenance of the hypervisor by script.',
    EXEC,
  ),
  linux_ransomware: type(
    'HIGH',
    'Commands as encryptors of Linux hosts use them',
    ['T1486', 'T1059.004'],
    [ISOLATE, BACKUP],
    'Own scripts that encrypt or collect disk images.',
    EXEC,
  ),
  compound_ransomware_prep: type(
    'CRITICAL',
    'Recovery is made impossible in several ways',
    ['T1490', 'T1489'],
    [ISOLATE, BACKUP, 'Expect encryption to follow.'],
    'A host that is taken down for good.',
    EXEC,
  ),
  mbr_overwrite: type(
    'CRITICAL',
    'The start of a disk was overwritten',
    ['T1561.002'],
    ['Switch the machine off at once; restore the partition table from a copy.'],
    'A boot loader that is installed.',
    CLAIM,
  ),
  partition_destroy: type(
    'CRITICAL',
    'A partition was overwritten',
    ['T1561.002'],
    ['Switch the machine off at once; restore from a copy.'],
    'Partitioning of a new disk.',
    CLAIM,
  ),
  vm_encryption: type('CRITICAL', 'Virtual machines encrypted', ['T1486'], [ISOLATE, ...VMS], 'None known.', CLAIM),
  esxi_ssh_tunnel: type('CRITICAL', 'A tunnel out of the hypervisor', ['T1572', 'T1090'], VMS, 'An administrator’s tunnel.', EXEC),
  esxi_config_tamper: type('HIGH', 'The hypervisor’s defences were switched off', ['T1562'], VMS, 'Maintenance.', CLAIM),
  vm_power_off: type('HIGH', 'Virtual machines switched off', ['T1489'], VMS, 'Maintenance.', CLAIM),
  vm_snapshot_delete: type('HIGH', 'Snapshots of virtual machines deleted', ['T1490'], VMS, 'Snapshots that a backup job removes.', CLAIM),
  lsass_access: type('CRITICAL', 'Logon secrets of Windows read', ['T1003.001'], CREDS, 'Security products.', CLAIM),
  ntlm_hash_extraction: type('CRITICAL', 'Password hashes of Windows taken', ['T1003.002', 'T1003.003'], CREDS, 'None known.', CLAIM),
  kerberos_theft: type('CRITICAL', 'Tickets of a domain stolen or forged', ['T1558'], CREDS, 'Audits.', CLAIM),
  credential_dump: type('CRITICAL', 'A tool that steals credentials', ['T1003'], CREDS, 'Audits.', EXEC),
  credential_access: type('HIGH', 'Credentials were read', ['T1552', 'T1003'], CREDS, 'Backup of the account files.', CLAIM),
} as const satisfies { readonly [type: string]: AlertTypeManifest };

export type RansomwareAlertType = keyof typeof ALERT_TYPES;
