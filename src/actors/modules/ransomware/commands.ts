import type { Severity } from '../../../domain/severity.ts';
import type { Command } from '../../../domain/shell/shell-types.ts';
import type { RansomwareAlertType } from './alert-types.ts';

/** What a command does, when its program and its arguments say so. */
export type CommandRule = {
  readonly id: string;
  readonly type: RansomwareAlertType;
  /** On a host's own programs, where administrators use them too. */
  readonly severity: Severity;
  /** When an outside sensor singled the command out; the same where it is missing. */
  readonly reported?: Severity | undefined;
  /** Normalised program names; empty for any. */
  readonly programs: readonly string[];
  readonly says: string;
  readonly all: readonly RegExp[];
  readonly none?: readonly RegExp[] | undefined;
};

const rule = (
  id: string,
  type: RansomwareAlertType,
  severity: Severity,
  programs: string,
  says: string,
  all: readonly RegExp[],
  more: Pick<CommandRule, 'reported' | 'none'> = {},
): CommandRule => ({
  id,
  type,
  severity,
  programs: programs === '' ? [] : programs.split(' '),
  says,
  all,
  ...more,
});

const DISK = /\/dev\/(?:(?:sd|vd|xvd|hd)[a-z]|nvme\d|mmcblk\d|dm-\d|mapper\/|md\d|disk\/by-)/;
const BACKUPS =
  /\/(?:[\w.-]{0,60}backups?|[\w.-]{0,60}-?snapshots?|\.snapshots|restic[\w.-]{0,40}|borg[\w.-]{0,40}|timeshift|duplicity|bacula|rsnapshot|dumps?)(?:\/|\s|$|\*)/i;
const DATA_SERVICE =
  /\b(?:mysqld?|mariadb|postgres(?:ql)?(?:@[\w-]{1,40})?|mongod?|mongodb|redis(?:-server)?|oracle(?:-xe)?|mssql-server|elasticsearch|opensearch|cassandra|couchdb|influxdb|clickhouse-server|veeam\w{0,40}|bacula\w{0,40}|restic\w{0,40}|borg\w{0,40}|vmware\w{0,40}|libvirtd|samba|smbd|nfs-server|docker|containerd|exim4?|postfix|zabbix-server)\b/i;
const WINDOWS_SERVICE =
  /\b(?:vss|swprv|sql\w{0,40}|mssql\S{0,40}|mysql\w{0,20}|oracle\w{0,40}|postgres\w{0,40}|msexchange\w{0,40}|veeam\w{0,40}|backup\w{0,40}|acronis\w{0,40}|sophos\w{0,40}|mcafee\w{0,40}|windefend|wscsvc|wuauserv|bits|mepocs|memtas|sqlwriter|wbengine|sdrsvc|eventlog|intuit\S{0,40}|gxvss|gxblr|gxfwd|gxcvd|gxcimgr|defwatch|ccevtmgr|ccsetmgr|savroam|rtvscan|qbfcservice|zhudongfangyu|stc_raw_agent|vsnapvss|yoobackup|yooit)\b/i;

/** Rules over commands, most telling first; the first of a type that matches speaks. */
export const COMMAND_RULES: readonly CommandRule[] = [
  rule('vssadmin', 'shadow_copy_delete', 'CRITICAL', 'vssadmin', 'shadow copies are deleted or squeezed out', [
    /\b(?:delete\s{1,8}shadows|resize\s{1,8}shadowstorage)\b/i,
  ]),
  rule('wmic-shadow', 'shadow_copy_delete', 'CRITICAL', 'wmic', 'shadow copies are deleted', [/shadowcopy\b.{0,200}\bdelete\b/i]),
  rule('shadow-object', 'shadow_copy_delete', 'CRITICAL', '', 'shadow copies are deleted by script', [/win32_shadowcopy/i, /delete|remove/i]),
  rule('diskshadow', 'shadow_copy_delete', 'CRITICAL', 'diskshadow', 'shadow copies are deleted', [/delete\s{1,8}shadows/i]),

  rule('wbadmin', 'backup_destruction', 'CRITICAL', 'wbadmin', 'the backup catalogue is deleted', [/delete\s{1,8}(?:catalog|systemstatebackup|backup)/i]),
  rule('bcdedit', 'backup_destruction', 'CRITICAL', 'bcdedit', 'recovery at boot is switched off', [
    /recoveryenabled\s{1,8}no|bootstatuspolicy\s{1,8}ignoreallfailures/i,
  ]),
  rule('systemrestore', 'backup_destruction', 'CRITICAL', 'schtasks reagentc', 'system restore is switched off', [/systemrestore.{0,100}\/disable|\/disable/i]),
  rule('restore-object', 'backup_destruction', 'CRITICAL', '', 'system restore is switched off', [
    /disable-computerrestore|\bdel\b.{0,80}\.(?:vhd|bac|bak|wbcat|bkf)\b/i,
  ]),
  rule(
    'rm-backups',
    'backup_destruction',
    'CRITICAL',
    'rm shred srm unlink',
    'backups are deleted',
    [BACKUPS, /(?:^|\s)-[a-zA-Z]{0,8}[rRf]|--recursive|--force/],
    { none: [/\.(?:old|tmp|log|\d{1,3})(?:\s|$)/] },
  ),
  rule('find-backups', 'backup_destruction', 'CRITICAL', 'find', 'backups are deleted', [BACKUPS, /-delete|-exec\s{1,4}(?:rm|shred)/], {
    none: [/-m(?:time|min)\b|-newer|-ctime|-atime/],
  }),
  rule('lvm-snapshot', 'backup_destruction', 'HIGH', 'lvremove', 'a volume is removed without asking', [
    /(?:^|\s)(?:-\w{0,4}[fy]|--force|--yes)/,
    /snap|backup/i,
  ]),
  rule('volume-group', 'backup_destruction', 'HIGH', 'vgremove pvremove', 'volumes are removed without asking', [/(?:^|\s)(?:-\w{0,4}[fy]|--force|--yes)/]),
  rule('zfs-destroy', 'backup_destruction', 'HIGH', 'zfs', 'snapshots or datasets are destroyed', [/^destroy\b/, /@|(?:^|\s)-\w{0,4}[rRf]/]),
  rule('zpool-destroy', 'backup_destruction', 'CRITICAL', 'zpool', 'a pool is destroyed', [/^(?:destroy|labelclear)\b/]),
  rule('btrfs-snapshots', 'backup_destruction', 'HIGH', 'btrfs', 'snapshots are deleted', [
    /^su(?:bvolume|b)?\s{1,4}del/,
    /\*|(?:snap\S{0,100}\s{1,4}\S{1,200}){2}/i,
  ]),
  rule('snapper-all', 'backup_destruction', 'HIGH', 'snapper timeshift', 'all snapshots are deleted', [/delete\s{1,8}\d{1,6}-\d{1,6}|--delete-all/]),
  rule('restic-nothing', 'backup_destruction', 'CRITICAL', 'restic', 'no backup is kept', [/\bforget\b/, /--keep-\w{1,16}[ =]0\b|--unsafe-allow-remove-all/]),
  rule('borg-delete', 'backup_destruction', 'HIGH', 'borg borgmatic', 'backups are deleted', [/(?:^|\s)(?:delete|rdelete|repo-delete)\b/]),
  rule('duplicity-all', 'backup_destruction', 'HIGH', 'duplicity', 'backups are deleted', [/remove-all-but-n-full\s{1,4}0|remove-older-than\s{1,4}0/]),
  rule('cloud-backups', 'backup_destruction', 'CRITICAL', 'aws s3cmd gsutil gcloud az rclone mc', 'stored backups are deleted', [
    /backup|snapshot/i,
    /\b(?:rb|rm|purge|deletefile|delete|delete-snapshot|delete-backup|delete-db-snapshot|delete-recovery-point|delete-backup-vault)\b/,
    /--recursive|--force|--all|purge|delete-|snapshots?\s{1,4}delete/,
  ]),
  rule('cluster-snapshots', 'backup_destruction', 'HIGH', 'kubectl velero oc', 'snapshots or volumes of a cluster are deleted', [
    /\bdelete\b/,
    /(?:volumesnapshots?|pvc|persistentvolumes?|persistentvolumeclaims?|backups?|schedules?)\b/i,
    /--all\b|-A\b|--all-namespaces/,
  ]),
  rule('docker-volumes', 'backup_destruction', 'MEDIUM', 'docker podman', 'all volumes are deleted', [
    /\bvolume\s{1,4}(?:rm|prune)\b.{0,80}(?:-f|--force|-a|--all)/,
  ]),
  rule('timemachine', 'backup_destruction', 'HIGH', 'tmutil', 'local snapshots are deleted', [/\bdelete/]),

  rule('dd-disk', 'wiper_activity', 'CRITICAL', 'dd dcfldd', 'a disk is overwritten', [
    /(?:^|\s)of=/,
    /(?:^|\s)if=\/dev\/(?:zero|u?random|full)/,
    /(?:^|\s)of=\/dev\/(?:(?:sd|vd|xvd|hd)[a-z]|nvme\d|mmcblk\d|dm-\d|mapper\/|md\d|disk\/by-)/,
  ]),
  rule('shred-disk', 'wiper_activity', 'CRITICAL', 'shred wipe scrub badblocks', 'a disk is overwritten', [DISK], {
    none: [/^-\w{0,6}[vsn]{1,6}\s[^w]{0,60}$/],
  }),
  rule('shred-logs', 'wiper_activity', 'CRITICAL', 'shred wipe srm', 'logs or data are destroyed past recovery', [
    /\/(?:var\/log|var\/lib|etc|home|srv|boot|root)(?:\/|\s|$)/,
  ]),
  rule('shred-any', 'wiper_activity', 'LOW', 'shred', 'files are destroyed past recovery', [/(?:^|\s)-/], { reported: 'CRITICAL' }),
  rule('wipefs', 'wiper_activity', 'HIGH', 'wipefs', 'the signatures of a disk are erased', [/(?:^|\s)(?:-\w{0,4}a|--all|-o)/], { reported: 'CRITICAL' }),
  rule('blkdiscard', 'wiper_activity', 'CRITICAL', 'blkdiscard', 'a disk is discarded', [DISK]),
  rule('zap', 'wiper_activity', 'HIGH', 'sgdisk sfdisk', 'a partition table is destroyed', [/--zap-all|(?:^|\s)-Z\b|--delete\b/]),
  rule('secure-erase', 'wiper_activity', 'CRITICAL', 'hdparm nvme', 'a disk erases itself', [/--security-erase|--trim-sector-ranges|^(?:format|sanitize)\b/]),
  rule('redirect-disk', 'wiper_activity', 'CRITICAL', '', 'a disk is overwritten', [
    /(?:^|\s)(?:cat|yes|head|tee|cp|pv|openssl)\b/,
    /(?:>|\btee\s|\/dev\/(?:zero|u?random)\s{1,4})\s{0,4}\/dev\/(?:(?:sd|vd|xvd|hd)[a-z]|nvme\d|mmcblk\d)/,
  ]),
  rule('windows-wipe', 'wiper_activity', 'CRITICAL', '', 'a disk is wiped', [
    /(?:^|[\s"'/\\])format(?:\.com|\.exe)?\s{1,8}[a-z]:|\bcipher(?:\.exe)?\s{1,8}\/w:|\bsdelete(?:64)?(?:\.exe)?\s|physicaldrive\d/i,
  ]),

  rule('windows-services', 'service_stop', 'HIGH', '', 'a service that holds files open is stopped', [
    /\b(?:net1?(?:\.exe)?\s{1,8}stop|sc(?:\.exe)?\s{1,8}(?:stop|delete|config)|taskkill\b.{0,100}\/im|stop-service)\b/i,
    WINDOWS_SERVICE,
  ]),
  rule(
    'services',
    'service_stop',
    'LOW',
    'systemctl service rc-service',
    'a service that holds data is stopped',
    [/\b(?:stop|disable|mask|kill)\b/, DATA_SERVICE],
    { reported: 'HIGH' },
  ),
  rule('pkill-services', 'service_stop', 'LOW', 'pkill killall', 'a service that holds data is killed', [DATA_SERVICE], { reported: 'HIGH' }),

  rule('esxcli', 'esxi_ransomware', 'CRITICAL', 'esxcli', 'virtual machines are killed or defences switched off', [
    /\bvm\s{1,4}process\s{1,4}(?:kill|list)|\bvm\s{1,4}process\b|syslog|firewall\s{1,4}set|storage\s{1,4}filesystem|system\s{1,4}(?:settings|maintenanceMode|coredump)/i,
  ]),
  rule('vim-cmd', 'esxi_ransomware', 'CRITICAL', 'vim-cmd', 'virtual machines are switched off or their snapshots deleted', [
    /vmsvc\/(?:power\.\w{2,10}|snapshot\.remove\w{0,5}|getallvms|destroy|unregister)|hostsvc\/(?:enable_ssh|start_ssh|autostartmanager)/i,
  ]),
  rule('encrypt-tool', 'esxi_ransomware', 'CRITICAL', 'chmod', 'a program called encryptor is made executable', [
    /(?:\+x|[0-7]{3,4})\s{1,8}\S{0,100}\/(?:encrypt\w{0,12}|crypt(?:or|er)|locker)\b/i,
  ]),
  rule(
    'openssl-loop',
    'linux_ransomware',
    'CRITICAL',
    '',
    'files are encrypted one after the other',
    [/\bfind\b/, /\s-exec(?:dir)?\s/, /\b(?:openssl\s{1,4}enc|gpg2?|age|ccrypt|7za?\s{1,4}a|encrypt\w{0,12})\b/i],
    { none: [/\s-d(?:\s|$)|--decrypt/] },
  ),
  rule('openssl', 'esxi_ransomware', 'LOW', 'openssl', 'a file is encrypted', [/^enc\b/, /-aes|-chacha|-camellia|-aria/i], {
    none: [/(?:^|\s)-d(?:\s|$)/],
    reported: 'CRITICAL',
  }),
  rule(
    'find-images',
    'linux_ransomware',
    'HIGH',
    'find',
    'disk images of virtual machines are looked for',
    [/\*?\.(?:vmdk|vmsn|vmem|vmx|vswp|vhdx?|qcow2)\b/i, /-exec|\|\s{0,4}xargs|-delete|^\/\s/],
    { none: [/-m(?:time|min)\b/] },
  ),
  rule('nohup-encrypt', 'linux_ransomware', 'HIGH', '', 'an encryptor is started in the background', [
    /\bnohup\s{1,8}\S{0,100}\b(?:encrypt\w{0,12}|locker|crypt(?:or|er)?)\b/i,
  ]),
  rule(
    'open-scratch',
    'linux_ransomware',
    'LOW',
    'chmod',
    'a file in a scratch folder is opened to everybody',
    [/(?:^|\s)0?777\s{1,8}\/(?:tmp|var\/tmp|dev\/shm)\/\S/],
    { reported: 'HIGH' },
  ),
  rule(
    'firewall-off',
    'linux_ransomware',
    'MEDIUM',
    'systemctl service',
    'the firewall is switched off',
    [/\b(?:stop|disable|mask)\b/, /\b(?:firewalld|ufw|nftables|iptables)\b/],
    { reported: 'HIGH' },
  ),
  rule(
    'firewall-flush',
    'linux_ransomware',
    'LOW',
    'iptables ip6tables nft ufw',
    'the rules of the firewall are removed',
    [/^(?:-F|--flush)(?:\s|$)|^flush\s{1,4}ruleset|^(?:--force\s{1,4})?disable\b/i],
    { reported: 'HIGH' },
  ),
  rule('dump-tool', 'credential_dump', 'CRITICAL', '', 'a tool that steals credentials is run', [
    /\b(?:mimikatz|lazagne|secretsdump|pypykatz|nanodump|mimipenguin|linikatz)\b|\bprocdump\S{0,10}\s.{0,80}lsass|comsvcs\.dll.{0,80}minidump/i,
  ]),
];

/** True for programs that turn a file into one that needs a key, in a loop or over a list. */
export const encryptsMany = (command: Command): boolean =>
  command.isInLoop &&
  /^(?:openssl|gpg2?|age|ccrypt|7z|7za|zip|mcrypt)$/.test(command.program) &&
  /(?:^|\s)(?:enc\b|-c\b|--symmetric|-e\b|--encrypt|-r\s|-P\b|-p\S|-aes)/.test(command.text) &&
  !/(?:^|\s)(?:-d|--decrypt)(?:\s|$)/.test(command.text);
