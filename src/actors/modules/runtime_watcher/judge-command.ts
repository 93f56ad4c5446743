import { CODE_RULES } from './code-rules.ts';
import { codeOf } from './interpreter-code.ts';
import { type Match, match } from './match.ts';
import { GUARDED_PATHS, LOG_PATHS, MEMORY_PLACE, type PathRule, SECRET_PATHS, WRITABLE_PLACE } from './path-rules.ts';
import { DOWNLOADERS, programName, runsCode, SHELLS } from './programs.ts';
import { readsFiles, readsOf } from './read-sources.ts';
import { matchesArguments } from './rule.ts';
import { rulesFor } from './rules.ts';
import { MINING } from './rules-network.ts';
import type { Command } from './shell-types.ts';
import { ATTACK_TOOLS, ATTACK_WORDS, DUAL_USE_TOOLS, EVERYDAY_TOOLS } from './tools.ts';
import { judgeVariables } from './variables.ts';
import { writesOf } from './write-targets.ts';

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
  judgeReads(command, add);
  judgeWrites(command, add);
  judgeStart(command, add);
  judgeLink(command, add);
  judgeMedia(command, add);
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
    if (guarded === undefined || isOrdinaryWrite(command, guarded, how, path)) continue;
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

const isOrdinaryWrite = (command: Command, rule: PathRule, how: string, path: string): boolean => {
  if (rule.id === 'write_disk')
    return (
      how !== 'replace' ||
      (command.program === 'dd' && !/if=\/dev\/(?:zero|u?random|null)/.test(command.text)) ||
      command.program === 'tee' ||
      /sd[xX]$/.test(path)
    );
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

// What is being started, and from where.
const judgeStart = (command: Command, add: (found: Match) => void): void => {
  const { path, program } = command;
  if (ATTACK_TOOLS.has(program)) add(match('suspicious_process', 'HIGH', 'attack_tool', 'a program made for attacking is run', command));
  else if (DUAL_USE_TOOLS.has(program) && !EVERYDAY_TOOLS.has(program))
    add(match('suspicious_process', 'MEDIUM', 'audit_tool', 'a tool for testing or attacking other hosts is run', command));
  else if (
    ATTACK_WORDS.test(path) ||
    ((runsCode(program) || FETCHES.has(program) || program === 'chmod' || program === 'gcc' || program === 'git') && ATTACK_WORDS.test(command.text))
  ) {
    add(match('suspicious_process', 'HIGH', 'attack_script', 'the name of a known attack kit is on the command line', command));
  }
  if (MINING.test(command.text) && program !== 'grep' && program !== 'pkill')
    add(match('crypto_miner', 'CRITICAL', 'mining_arguments', 'the arguments are those of a coin miner', command));
  const script = runsCode(program) ? (command.args.find((arg) => !arg.startsWith('-')) ?? '') : '';
  const started = path.includes('/') ? path : '';
  const hidden = [started, script].find((one) => HIDDEN_FOLDER.test(one));
  if (hidden !== undefined && hidden !== '')
    add(match('masquerading', 'HIGH', 'hidden_folder', 'a program is run from a folder named to be overlooked', command));
  if (MEMORY_FD.test(path)) add(match('exec_transient_path', 'HIGH', 'exec_descriptor', 'a program is run from memory or an open descriptor', command));
  else if (MEMORY_PLACE.test(started) || MEMORY_PLACE.test(script))
    add(match('exec_transient_path', 'HIGH', 'exec_memory_place', 'a program is run from a memory-only folder', command));
  else if (WRITABLE_PLACE.test(started))
    add(
      match(
        'exec_transient_path',
        /\/\.[^/]/.test(started) ? 'HIGH' : 'MEDIUM',
        'exec_scratch',
        'a program is run from a folder that anyone can write',
        command,
      ),
    );
  else if (WRITABLE_PLACE.test(script))
    add(match('exec_transient_path', 'LOW', 'script_scratch', 'a script is run from a folder that anyone can write', command));
  if (program === 'yes' && command.redirects.some((one) => one.target === '/dev/null'))
    add(match('crypto_miner', 'LOW', 'burn_cpu', 'a processor is kept busy', command));
  if ((program === 'at' || program === 'batch') && command.input !== undefined)
    add(match('persistence_created', 'LOW', 'at_job', 'a job is put off to a later time', command));
  if (command.isObfuscated && isKnownProgram(program)) {
    add(match('obfuscated_command', 'MEDIUM', 'hidden_spelling', 'a command is spelled so that a reader would not see it', command));
  }
};

const isKnownProgram = (program: string): boolean => runsCode(program) || readsFiles(program) || rulesFor(program).length > 0;

const FETCHES: ReadonlySet<string> = new Set([...DOWNLOADERS, 'git']);
const HIDDEN_FOLDER = /\/(?:\.{3,}|\.\.? +|\. )\//;
const MEMORY_FD = /^(?:\/proc\/(?:self|\d+|\$\$)\/fd\/\d+|\/dev\/fd\/\d+|\/?memfd:)/;

const judgeLink = (command: Command, add: (found: Match) => void): void => {
  if (
    command.program === 'mklink' ||
    (command.program === 'cmd' && /\bmklink\b/i.test(command.text)) ||
    (command.program === 'junction' && command.args.length === 2)
  ) {
    const isSensitive = isSensitiveTarget(command.text);
    add(
      isSensitive
        ? match('symlink_privilege_escalation', 'CRITICAL', 'link_to_secret', 'a link to a protected file is made', command)
        : match('symlink_creation', 'MEDIUM', 'link_windows', 'a link is made', command),
    );
    return;
  }
  if (command.program !== 'ln') return;
  const operands = command.args.filter((arg) => !arg.startsWith('-'));
  const [target = '', link = ''] = operands;
  if (isSensitiveTarget(target) && (WRITABLE_PLACE.test(link) || link === '' || !link.startsWith('/') || /\/(?:www|public|html|home|srv)\b/.test(link))) {
    add(match('symlink_privilege_escalation', 'CRITICAL', 'link_to_secret', 'a link to a protected file is made where others can use it', command));
  } else if (WRITABLE_PLACE.test(link) && /^\/(?:etc|root|boot|proc|sys)(?:\/|$)|^\/$/.test(target)) {
    add(match('symlink_creation', 'MEDIUM', 'link_into_system', 'a link from a scratch folder into the system is made', command));
  }
};

const SENSITIVE_TARGET =
  /\/etc\/(?:shadow|passwd|gshadow|sudoers|ssh\/|pam\.d|crontab|cron\.|ld\.so\.preload|krb5)|\/\.ssh(?:\/|\b)|\bid_(?:rsa|ed25519|ecdsa|dsa)\b|\/root(?:\/|$)|\.aws\/|\.kube\/|\.git\/(?:config|hooks)|\.docker\/|\/proc\/(?:kcore|self\/mem|1\/)|\/dev\/(?:mem|sd[a-z])|docker\.sock|\\system32\\(?:config|drivers)|\\windows\\system32|ntds\.dit|\.gnupg|\/boot\//i;

/** True when a path or command names a file that a link must not lead to. */
export const isSensitiveTarget = (text: string): boolean => SENSITIVE_TARGET.test(text.slice(0, 4096));

const judgeMedia = (command: Command, add: (found: Match) => void): void => {
  if (SHELLS.has(command.program)) {
    const script = command.args.find((arg) => !arg.startsWith('-')) ?? '';
    if (MEDIA.test(script) && !command.args.includes('-c'))
      add(match('masquerading', 'HIGH', 'script_as_media', 'a script is run that is named like a picture or document', command));
  }
  if (command.path.includes('/') && DOUBLE_EXTENSION.test(command.path))
    add(match('masquerading', 'HIGH', 'double_extension', 'a program is run that is named like a document', command));
  if ((command.program === 'cp' || command.program === 'mv') && command.args.length >= 2) {
    const operands = command.args.filter((arg) => !arg.startsWith('-'));
    const [source = '', target = ''] = operands;
    if (
      COPIED_SHELLS.has(programName(source)) &&
      (source === programName(source) || /^\/(?:usr\/)?(?:s?bin|local\/bin)\//.test(source)) &&
      (WRITABLE_PLACE.test(target) || HIDDEN_TARGET.test(target))
    ) {
      add(match('masquerading', 'HIGH', 'shell_copied', 'a shell or network tool is copied to a place where it is not expected', command));
    }
  }
};

const MEDIA = /\.(?:png|jpe?g|gif|bmp|ico|svg|pdf|docx?|xlsx?|mp[34]|avi|wav|zip|css)$/i;
const DOUBLE_EXTENSION = /\.(?:pdf|docx?|xlsx?|png|jpe?g|gif|txt|mp[34]|odt)\.(?:sh|elf|bin|exe|py|pl|run|desktop|out)$/i;
const HIDDEN_TARGET = /\/\.[^/]*(?:\/|$)|\/\.{3}/;
const COPIED_SHELLS: ReadonlySet<string> = new Set([...SHELLS, 'nc', 'ncat', 'socat', 'python', 'perl', 'curl', 'wget']);
