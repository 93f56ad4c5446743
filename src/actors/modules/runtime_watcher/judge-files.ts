import type { Command } from '../../../domain/shell/shell-types.ts';
import { writesOf } from '../../../domain/shell/write-targets.ts';
import { type Match, match } from './match.ts';
import { GUARDED_PATHS, LOG_PATHS, type PathRule, SECRET_PATHS } from './path-rules.ts';
import { readsOf } from './read-sources.ts';

/** What a command reads, sends, writes and empties, judged by where it lies. */
export const judgeFiles = (command: Command, add: (found: Match) => void): void => {
  judgeReads(command, add);
  judgeWrites(command, add);
};

const judgeReads = (command: Command, add: (found: Match) => void): void => {
  for (const { path, use } of readsOf(command)) {
    const rule = pathRule(SECRET_PATHS, path);
    if (rule === undefined) {
      if (use === 'send' && /^\/etc(?:\/|$)/.test(path))
        add(match('data_exfiltration', 'HIGH', 'send_system_file', 'a file of the system is sent to another host', command));
      continue;
    }
    if (command.program === 'find' || (rule.severity === 'LOW' && use !== 'send')) continue;
    add(match(rule.type, use === 'send' ? 'CRITICAL' : rule.severity, rule.id, use === 'send' ? `${rule.says} and sent to another host` : rule.says, command));
  }
};

const judgeWrites = (command: Command, add: (found: Match) => void): void => {
  for (const { path, how } of writesOf(command)) {
    const log = isEmptying(command, how) ? pathRule(LOG_PATHS, path) : undefined;
    if (log !== undefined) add(match(log.type, log.severity, log.id, log.says, command));
    const guarded = pathRule(GUARDED_PATHS, path);
    if (guarded === undefined || isOrdinaryWrite(command, guarded, how)) continue;
    add(match(guarded.type, severityOfWrite(command, guarded), guarded.id, guarded.says, command));
  }
};

// Deleting, truncating, copying nothing over it: not appending a line.
const isEmptying = (command: Command, how: string): boolean => {
  if (how === 'delete') return true;
  if (how === 'append' || how === 'edit') return how === 'edit' && /\/d['"]?(?: |$)/.test(command.text);
  return (
    ['', ':', 'true', 'echo', 'printf', 'cat', 'cp', 'dd', 'tee', 'ln'].includes(command.program) &&
    (command.program !== 'cp' && command.program !== 'cat' && command.program !== 'ln' ? true : command.text.includes('/dev/null'))
  );
};

const isOrdinaryWrite = (command: Command, rule: PathRule, how: string): boolean => {
  if (rule.id === 'write_disk')
    return how !== 'replace' || (command.program === 'dd' && !/if=\/dev\/(?:zero|u?random|null)/.test(command.text)) || command.program === 'tee';
  if (how === 'delete') return !['write_accounts', 'write_pam', 'write_audit_rules', 'write_system_program', 'write_boot'].includes(rule.id);
  if (rule.id === 'write_system_program') return command.program === 'ln' && command.text.includes('busybox');
  return false;
};

const severityOfWrite = (command: Command, rule: PathRule): PathRule['severity'] => {
  if (rule.id === 'write_sudoers' && command.program === 'rm') return 'LOW';
  if (rule.id === 'write_accounts' && command.program === 'sed') return 'HIGH';
  return rule.severity;
};

const pathRule = (rules: readonly PathRule[], path: string): PathRule | undefined =>
  path.includes('/') || path.startsWith('$') || path.startsWith('.') ? rules.find((rule) => rule.path.test(path)) : undefined;
