import { type SecurityEvent, textOf } from '../../../domain/event.ts';
import { KERNEL_NAME } from './judge-process.ts';
import { type Match, match } from './match.ts';
import { BUILDER_PLACE, GUARDED_PATHS, MEMORY_PLACE, type PathRule, WRITABLE_PLACE } from './path-rules.ts';
import { WINDOWS_SENSITIVE } from './rules-windows.ts';

/** What a change of a file means. Only the path, its mode and its first bytes count: contents are for the collectors. */
export const judgeFile = (event: SecurityEvent, add: (found: Match) => void): void => {
  const path = textOf(event.details, 'path').slice(0, 4096);
  if (path === '') return;
  const sensitive = sensitiveFile(path, event.type);
  if (sensitive !== undefined) add(sensitive);
  const suspicious = suspiciousFile(path, event);
  if (suspicious !== undefined) add(suspicious);
  const broken = brokenIntegrity(path, event);
  if (broken !== undefined) add(broken);
  if (event.type === 'file_change' && textOf(event.details, 'source') === 'realtime') {
    const transient = transientFile(path, textOf(event.details, 'action'));
    if (transient !== undefined) add(transient);
  }
};

/** Persistence, login, boot and identity files; `undefined` for the rest, editors' and repositories' housekeeping included. */
export const sensitiveFile = (path: string, type = 'file_modified'): Match | undefined => {
  if (WINDOWS_SENSITIVE.test(path)) return match('sensitive_file_change', 'CRITICAL', 'windows_system_file', 'a system file of Windows is changed');
  const known = SENSITIVE_FILES.find((rule) => rule.path.test(path));
  if (known !== undefined) return match('sensitive_file_change', known.severity, known.id, known.says);
  const guarded = GUARDED_PATHS.find((rule) => rule.path.test(path));
  if (guarded === undefined || type === 'file_deleted') return undefined;
  return match('sensitive_file_change', guarded.severity === 'LOW' ? 'LOW' : guarded.severity === 'CRITICAL' ? 'CRITICAL' : 'HIGH', guarded.id, guarded.says);
};

const file = (id: string, severity: PathRule['severity'], path: RegExp, says: string): PathRule => ({
  id,
  type: 'sensitive_file_change',
  severity,
  path,
  says,
});

const SENSITIVE_FILES: readonly PathRule[] = [
  file('accounts', 'CRITICAL', /(?:^|\/)etc\/(?:passwd|shadow|gshadow|group|sudoers|security\/opasswd|master\.passwd)-?$/, 'the account database is changed'),
  file('sudo_rules', 'CRITICAL', /(?:^|\/)etc\/(?:sudoers\.d\/|doas\.conf)/, 'the sudo rules are changed'),
  file(
    'login_rules',
    'CRITICAL',
    /(?:^|\/)etc\/(?:pam\.d\/|pam\.conf|ssh\/sshd_config|security\/access\.conf|ld\.so\.preload|nsswitch\.conf$)|\/security\/pam_\w{1,40}\.so$/,
    'how people log in is changed',
  ),
  file('schedule', 'CRITICAL', /(?:^|\/)etc\/(?:crontab$|cron\.(?:d|hourly|daily|weekly|monthly)\/|anacrontab$)|\/spool\/cron\//, 'a scheduled job is changed'),
  file('authorized_keys', 'CRITICAL', /\/\.ssh\/authorized_keys2?$/, 'a key that may log in is changed'),
  file(
    'root_start',
    'CRITICAL',
    /^\/root\/\.(?:bashrc|bash_profile|profile|zshrc|bash_login|bash_logout|ssh\/(?:config|id_\w{1,20}))$/,
    'what runs when root logs in is changed',
  ),
  file(
    'boot',
    'CRITICAL',
    /^\/boot\/(?:grub2?\/|efi\/|vmlinuz|initrd|initramfs)|^\/etc\/(?:default\/grub$|grub\.d\/)|\/EFI\/\w{1,40}\/\w{1,40}\.efi$/i,
    'what boots is changed',
  ),
  file('system_program', 'CRITICAL', /^\/(?:usr\/)?s?bin\/(?:sudo|su|passwd|login|sshd|pkexec|mount|newgrp|chsh)$/, 'a program that gives rights is changed'),
  file(
    'name_service',
    'HIGH',
    /^\/etc\/(?:hosts|resolv\.conf|hosts\.(?:allow|deny)|ld\.so\.conf(?:\.d\/.{1,200})?)$/,
    'how names or libraries are found is changed',
  ),
  file(
    'cloud_login',
    'HIGH',
    /\/\.aws\/(?:credentials|config)$|\/\.kube\/config$|\/\.docker\/config\.json$|\/\.azure\/|\/\.config\/gcloud\//,
    'stored logins of a cloud are changed',
  ),
];

const SCRIPT =
  /\.(?:sh|bash|py|pl|rb|php\d?|phtml|jspx?|aspx?|ps1|psm1|bat|cmd|vbs|vbe|jse?|wsf|hta|exe|dll|scr|com|msi|cpl|sys|so(?:\.\d{1,3}){0,3}|elf|bin|ko|jar|class|lnk|run|out)$/i;
const HAS_PROGRAM_NAME = /\.(?:exe|dll|scr|bat|cmd|ps1|vbs|hta|msi|com|cpl|sys|lnk|jse|wsf)$/i;
const WINDOWS_SCRATCH = /\\(?:temp|tmp|appdata|downloads|users\\public|programdata|windows\\temp)\\/i;
const UPLOAD_FOLDER = /\/(?:uploads?|files|media|images|img|cache|tmp)\//i;
const SERVER_SCRIPT = /\.(?:php\d?|phtml|phar|jspx?|aspx?|cgi|pl)$/i;

const suspiciousFile = (path: string, event: SecurityEvent): Match | undefined => {
  if (event.type === 'file_deleted') return undefined;
  const name = path.slice(path.lastIndexOf('/') + 1);
  if (SERVER_SCRIPT.test(path) && UPLOAD_FOLDER.test(path) && !WRITABLE_PLACE.test(path))
    return match('suspicious_file', 'HIGH', 'script_in_uploads', 'a script appears among uploaded files');
  if (WINDOWS_SCRATCH.test(path) && (SCRIPT.test(path) || HAS_PROGRAM_NAME.test(path)))
    return match('suspicious_file', 'HIGH', 'program_in_scratch', 'a program appears in a scratch folder');
  if (!WRITABLE_PLACE.test(path) || BUILDER_PLACE.test(path)) return undefined;
  if (KERNEL_NAME.test(name)) return match('suspicious_file', 'HIGH', 'kernel_name', 'a file named like a kernel thread appears in a scratch folder');
  if (SCRIPT.test(name)) return match('suspicious_file', 'HIGH', 'program_in_scratch', 'a program appears in a scratch folder');
  if (isExecutable(event)) return match('suspicious_file', 'HIGH', 'executable_in_scratch', 'a file that can be run appears in a scratch folder');
  return undefined;
};

// Mode bits and first bytes, when the sensor has them.
const isExecutable = ({ details }: SecurityEvent): boolean => {
  const mode = details['mode'];
  if (typeof mode === 'number' && (mode & 0o111) !== 0 && (mode & 0o170000) !== 0o040000) return true;
  const magic = textOf(details, 'magic');
  return details['executable'] === true || magic.startsWith('\x7fELF') || magic.toLowerCase().startsWith('7f454c46') || magic.startsWith('#!');
};

// Only with both hashes: a change of which nothing more is known is no break of anything.
const brokenIntegrity = (path: string, { type, details }: SecurityEvent): Match | undefined => {
  const hash = textOf(details, 'hash').toLowerCase();
  const before = textOf(details, 'old_hash').toLowerCase();
  if (type === 'file_deleted' || hash === '' || before === '' || hash === before) return undefined;
  return match(
    'file_integrity_violation',
    sensitiveFile(path) === undefined ? 'MEDIUM' : 'CRITICAL',
    'hash_differs',
    'a watched file is no longer what it was',
  );
};

/** A change seen at once in a scratch folder: programs and what smells of a local exploit. Text files are nothing. */
export const transientFile = (path: string, change: string): Match | undefined => {
  if (!WRITABLE_PLACE.test(path) || change === 'deleted' || BUILDER_PLACE.test(path)) return undefined;
  const name = path.slice(path.lastIndexOf('/') + 1);
  if (EXPLOIT_NAME.test(name))
    return match('realtime_fileless_lpe', 'CRITICAL', 'exploit_name', 'a file named after a way to become root appears in a scratch folder');
  if (SCRIPT.test(name) || (MEMORY_PLACE.test(path) && KERNEL_NAME.test(name)))
    return match('realtime_transient_exec', 'HIGH', 'program_in_scratch', 'a program appears in a scratch folder');
  return undefined;
};

// Whole words of a name: `sudoku.txt` and `screencap_001.png` are not among them.
const EXPLOIT_NAME =
  /(?:^|[._-])(?:set?uid|suid|cap_set\w{1,10}|ld\.so\.preload|pkexec|pwnkit|sudo|dirty(?:cow|pipe|frag|cred)?|overlayfs|cve-\d{4}-\d{4,7}|exploit|rootkit|lpe|privesc|capabilit(?:y|ies))(?:$|[._-])/i;
