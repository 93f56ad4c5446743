import { type SecurityEvent, textOf } from '../../../domain/event.ts';
import { scriptOfArgv, scriptOfText } from '../../../domain/shell/script.ts';
import type { Command, Script } from '../../../domain/shell/shell-types.ts';
import { COMMAND_RULES, type CommandRule, encryptsMany } from './commands.ts';
import type { Said } from './say.ts';

// One of these is in every command the rules are about: the others are not read.
const MAY_MATTER =
  /shadow|backup|snap|recover|dd\b|shred|wipe|scrub|srm\b|blkdiscard|disk|format|cipher|sdelete|stop|disable|mask|kill|esxcli|vim-cmd|crypt|openssl|gpg|\bage\b|7z|zip|vmdk|vmem|vmsn|vmx|vhd|qcow|777|iptables|ip6tables|nft\b|ufw|flush|mimikatz|lazagne|secretsdump|pypykatz|nanodump|procdump|comsvcs|mimipenguin|linikatz|lvremove|vgremove|pvremove|zfs|zpool|btrfs|timeshift|restic|borg|duplicity|tmutil|hdparm|nvme|\bdev\/|wbadmin|bcdedit|volume|dump/i;

const REPORTED: ReadonlySet<string> = new Set(['process_execution', 'command_execution', 'esxi_command', 'hypervisor_activity']);

/** What a command line does to backups, disks, services and files; one word for each type, the worst first. */
export const judgeCommand = (event: SecurityEvent): readonly Said[] => {
  const argv = event.details['argv'];
  const line = textOf(event.details, 'command_line').slice(0, 8192);
  const words = Array.isArray(argv) ? argv.filter((word): word is string => typeof word === 'string').slice(0, 512) : [];
  const text = line === '' ? words.join(' ').slice(0, 8192) : line;
  if (!MAY_MATTER.test(text)) return [];
  const script = words.length > 0 ? scriptOfArgv(words, text) : scriptOfText(text);
  const found: Said[] = [];
  const isReported = REPORTED.has(event.type);
  for (const command of commandsOf(script)) {
    for (const rule of COMMAND_RULES) {
      if (!matches(rule, command)) continue;
      if (!found.some((one) => one.type === rule.type)) found.push(saidOf(rule, command, isReported));
    }
    if (encryptsMany(command) && !found.some((one) => one.type === 'linux_ransomware')) {
      found.push({
        type: 'linux_ransomware',
        rule: 'encrypt-loop',
        severity: 'CRITICAL',
        says: `Files are encrypted one after the other: ${command.path} ${command.text}`,
        field: 'command_line',
        text: `${command.path} ${command.text}`,
      });
    }
  }
  return found;
};

const commandsOf = (script: Script): readonly Command[] => script.pipelines.flatMap((pipeline) => pipeline.commands).slice(0, 128);

const matches = (rule: CommandRule, command: Command): boolean => {
  if (rule.programs.length > 0 && !rule.programs.includes(command.program.replace(/\.exe$/, ''))) return false;
  const text =
    rule.programs.length > 0
      ? command.text
      : `${command.wrapperText} ${command.path} ${command.text}${command.redirects.map(({ op, target }) => ` ${op} ${target}`).join('')}`;
  return rule.all.every((pattern) => pattern.test(text)) && !(rule.none ?? []).some((pattern) => pattern.test(text));
};

const saidOf = (rule: CommandRule, command: Command, isReported: boolean): Said => {
  const text = `${command.path} ${command.text}`.trim();
  return {
    type: rule.type,
    rule: rule.id,
    severity: isReported ? (rule.reported ?? rule.severity) : rule.severity,
    says: `${rule.says.charAt(0).toUpperCase()}${rule.says.slice(1)}: ${text.slice(0, 300)}`,
    field: 'command_line',
    text,
  };
};
