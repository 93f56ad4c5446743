import { codeOf } from '../../../domain/shell/interpreter-code.ts';
import { SHELLS } from '../../../domain/shell/programs.ts';
import type { Command } from '../../../domain/shell/shell-types.ts';
import { CODE_RULES } from './code-rules.ts';
import { judgeFiles } from './judge-files.ts';
import { judgeLink } from './judge-link.ts';
import { judgeStart } from './judge-start.ts';
import { type Match, match } from './match.ts';
import { matchesArguments } from './rule.ts';
import { rulesFor } from './rules.ts';
import { judgeVariables } from './variables.ts';

/** What one command does, judged by itself. */
export const judgeCommand = (command: Command, add: (found: Match) => void): void => {
  if (command.program === '' && command.assigns.length === 0 && command.redirects.length === 0) return;
  judgeVariables(command.assigns, command, add);
  for (const rule of rulesFor(command.program)) {
    if (matchesArguments(rule, command.text, command.wrappers)) add(match(rule.type, rule.severity, rule.id, rule.says, command));
  }
  for (const name of command.wrappers) judgeWrapper(name, command, add);
  judgeWrappers(command, add);
  judgeCode(command, add);
  judgeFiles(command, add);
  judgeStart(command, add);
  judgeLink(command, add);
};

// The rules of `sudo`, `nsenter`, `chroot` … on their own options and what they start.
const judgeWrapper = (name: string, command: Command, add: (found: Match) => void): void => {
  const rules = rulesFor(name);
  if (rules.length === 0) return;
  const start = command.wrapperText.indexOf(name);
  const text = command.wrapperText.slice(start + name.length + 1);
  for (const rule of rules) {
    if (rule.behind === undefined && matchesArguments(rule, text, [])) add(match(rule.type, rule.severity, rule.id, rule.says, command));
  }
};

// `sudo nice /bin/sh`, `nsenter -t 1 sh`, `chroot /host bash`, `exec -a "[kworker]" …`.
const judgeWrappers = (command: Command, add: (found: Match) => void): void => {
  const { wrappers, program } = command;
  if (wrappers.length === 0) return;
  const isShell = SHELLS.has(program) && command.args.every((arg) => /^-[ilp]+$/.test(arg));
  if (wrappers.includes('nsenter') && isShell)
    add(match('container_escape', 'HIGH', 'shell_in_namespace', 'a shell is opened in the name spaces of another process', command));
  if (wrappers.includes('chroot') && isShell) add(match('container_escape', 'MEDIUM', 'shell_in_chroot', 'a shell is opened in another root folder', command));
  if (isShell && wrappers.includes('sudo') && wrappers.some((name) => INNOCENT.has(name))) {
    add(match('privilege_escalation', 'HIGH', 'escape_sudo', 'a program run as root is told to open a shell', command));
  } else if (isShell && wrappers.some((name) => ODD_SHELL_STARTERS.has(name))) {
    add(match('lolbin_abuse', 'LOW', 'odd_shell_start', 'a shell is started through a program that was not made for it', command));
  }
};

const INNOCENT: ReadonlySet<string> = new Set([
  'nice',
  'ionice',
  'timeout',
  'taskset',
  'setarch',
  'stdbuf',
  'time',
  'env',
  'flock',
  'strace',
  'ltrace',
  'logsave',
  'watch',
  'xargs',
  'chrt',
  'unshare',
  'start-stop-daemon',
  'busybox',
  'linux64',
  'linux32',
  'rlwrap',
]);
const ODD_SHELL_STARTERS: ReadonlySet<string> = new Set([
  'ionice',
  'taskset',
  'setarch',
  'logsave',
  'chrt',
  'xargs',
  'busybox',
  'toybox',
  'ltrace',
  'start-stop-daemon',
  'linux64',
  'linux32',
]);

const judgeCode = (command: Command, add: (found: Match) => void): void => {
  const code = codeOf(command);
  if (code === undefined) return;
  for (const rule of CODE_RULES) {
    if (rule.all.every((pattern) => pattern.test(code))) {
      add(match(rule.type, rule.severity, rule.id, rule.says, command));
      return;
    }
  }
};
