import { z } from 'zod';
import { ransomware } from '../../src/actors/modules/ransomware/detect.ts';
import { endingOf, isRansomEnding, noteKind } from '../../src/actors/modules/ransomware/file-names.ts';
import { entropyOf } from '../../src/domain/entropy.ts';
import { describeVectors } from '../kit/vectors.ts';

const pathOf = (input: unknown): string => z.object({ path: z.string() }).parse(input).path;
const quiet = { alert: false, types: [] };
const raises = (type: string, severity: 'HIGH' | 'CRITICAL') => ({ alert: true, types: [type], min_severity: severity });

describeVectors({
  file: 'ransomware',
  definition: ransomware,
  decisions: {
    'ext/false_positive_backup.crypt': { why: 'an ordinary ending says nothing alone', result: false },
    'ext/false_positive_config.micro': { why: 'an ordinary ending says nothing alone', result: false },
    'ext/random_suffix_missed': { why: 'one file with an unknown ending is nothing; many renamed at once are', result: false },
    'note/README.txt': { why: 'documentation, unless it appears everywhere at once', result: false },
    'note/path_/home/u/attention/notes.txt': { why: 'the file name counts, not its folders', result: false },
    'note/path_/opt/warning-lights/index.html': { why: 'the file name counts, not its folders', result: false },
    'note/path_/srv/site/warning': { why: 'one file is nothing', result: false },
    'note/path_/srv/readme': { why: 'one file is nothing', result: false },
    'note/path_RECOVER-FILES.txt': { why: 'families leave notes of this very name', result: true },
    'file/backup_job_false_positive': { why: 'archives are dense by nature', expect: quiet },
    'file/idle_5min_resets': { why: 'counted over an hour of silence', expect: raises('mass_encryption', 'CRITICAL') },
    'file/rapid_rename_word': { why: 'renames count by their type', expect: raises('rapid_rename', 'HIGH') },
    'event/rename_to_ransom_ext_missed': { why: 'the new name is what is examined', expect: raises('ransomware_extension', 'CRITICAL') },
    'exfil/default_100mb_server_false_positive': { why: 'much to many is what servers do', expect: quiet },
    'cmd/mkfs': { why: 'a new disk gets a file system', expect: quiet },
    'cmd/dd_urandom': { why: 'the target is a disk', expect: raises('wiper_activity', 'CRITICAL') },
    'cmd/dd_zero_swapfile_false_positive': { why: 'the target is a file', expect: quiet },
    'cmd/missed_rm_rf_backups': { why: 'backups by their place', expect: raises('backup_destruction', 'CRITICAL') },
    'cmd/missed_lvremove': { why: 'a snapshot removed without asking', expect: raises('backup_destruction', 'HIGH') },
    'cmd/missed_zfs_destroy': { why: 'snapshots destroyed', expect: raises('backup_destruction', 'HIGH') },
    'cmd/missed_restic_forget': { why: 'nothing is kept', expect: raises('backup_destruction', 'CRITICAL') },
    'cmd/missed_gpg_symmetric': { why: 'people encrypt single files; loops over many are another matter', expect: quiet },
    'cmd/missed_dd_reordered': { why: 'options have no order', expect: raises('wiper_activity', 'CRITICAL') },
    'vm/ssh_host_with_dash_r_false_positive': { why: 'an option is a word', expect: { alert: false, types: ['esxi_ssh_tunnel'] } },
  },
  functions: {
    is_ransomware_extension: (input) => isRansomEnding(pathOf(input)),
    is_ransom_note: (input) => noteKind(pathOf(input)) === 'yes',
    path_after_last_dot: (input) => endingOf(pathOf(input)),
    shannon_entropy: (input) => entropyOf(Buffer.from(z.object({ base64: z.string() }).parse(input).base64, 'base64').toString('latin1')),
  },
});
