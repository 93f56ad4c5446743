import { DOWNLOADERS, programName, runsCode, SHELLS } from '../../../domain/shell/programs.ts';
import type { Command } from '../../../domain/shell/shell-types.ts';
import { type Match, match } from './match.ts';
import { BUILDER_PLACE, MEMORY_PLACE, WRITABLE_PLACE } from './path-rules.ts';
import { readsFiles } from './read-sources.ts';
import { rulesFor } from './rules.ts';
import { MINING } from './rules-network.ts';
import { ATTACK_TOOLS, ATTACK_WORDS, DUAL_USE_TOOLS, EVERYDAY_TOOLS } from './tools.ts';

/** What is being started, from where, and under which guise. */
export const judgeStart = (command: Command, add: (found: Match) => void): void => {
  judgeTool(command, add);
  judgePlace(command, add);
  judgeGuise(command, add);
  judgeCopy(command, add);
  const { program } = command;
  const isBurning = program === 'yes' && command.redirects.some((one) => one.target === '/dev/null');
  if (isBurning) add(match('crypto_miner', 'LOW', 'burn_cpu', 'a processor is kept busy', command));
  const isPutOff = (program === 'at' || program === 'batch') && command.input !== undefined;
  if (isPutOff) add(match('persistence_created', 'LOW', 'at_job', 'a job is put off to a later time', command));
};

const judgeTool = (command: Command, add: (found: Match) => void): void => {
  const { path, program, text } = command;
  const script = scriptOf(command);
  if (ATTACK_TOOLS.has(program) || (script !== '' && ATTACK_TOOLS.has(programName(script)))) {
    add(match('suspicious_process', 'HIGH', 'attack_tool', 'a program made for attacking is run', command));
  } else if (DUAL_USE_TOOLS.has(program) && !EVERYDAY_TOOLS.has(program)) {
    add(match('suspicious_process', 'MEDIUM', 'audit_tool', 'a tool for testing or attacking other hosts is run', command));
  } else if (ATTACK_WORDS.test(path) || ((runsCode(program) || CARRIES_NAMES.has(program)) && ATTACK_WORDS.test(text))) {
    add(match('suspicious_process', 'HIGH', 'attack_script', 'the name of a known attack kit is on the command line', command));
  }
  if (MINING.test(text) && !SEARCHES.has(program))
    add(match('crypto_miner', 'CRITICAL', 'mining_arguments', 'the arguments are those of a coin miner', command));
};

// Programs whose arguments say what is about to be run.
const CARRIES_NAMES: ReadonlySet<string> = new Set([...DOWNLOADERS, 'git', 'chmod', 'gcc', 'cc']);
const SEARCHES: ReadonlySet<string> = new Set(['grep', 'pkill', 'pgrep', 'rg']);

const scriptOf = (command: Command): string => (runsCode(command.program) ? (command.args.find((arg) => !arg.startsWith('-')) ?? '') : '');

const judgePlace = (command: Command, add: (found: Match) => void): void => {
  const started = command.path.includes('/') ? command.path : '';
  const script = scriptOf(command);
  const found = (severity: Match['severity'], rule: string, says: string): void => add(match('exec_transient_path', severity, rule, says, command));
  if (MEMORY_FD.test(command.path)) found('HIGH', 'exec_descriptor', 'a program is run from memory or an open descriptor');
  else if (MEMORY_PLACE.test(started) || MEMORY_PLACE.test(script)) found('HIGH', 'exec_memory_place', 'a program is run from a memory-only folder');
  else if (BUILDER_PLACE.test(started) || BUILDER_PLACE.test(script)) return;
  else if (WRITABLE_PLACE.test(started))
    found(/\/\.[^/]/.test(started) ? 'HIGH' : 'MEDIUM', 'exec_scratch', 'a program is run from a folder that anyone can write');
  else if (WRITABLE_PLACE.test(script)) found('LOW', 'script_scratch', 'a script is run from a folder that anyone can write');
};

const MEMORY_FD = /^(?:\/proc\/(?:self|\d+|\$\$)\/fd\/\d+|\/dev\/fd\/\d+|\/?memfd:)/;

const judgeGuise = (command: Command, add: (found: Match) => void): void => {
  const { path, program, args } = command;
  const script = scriptOf(command);
  if (HIDDEN_FOLDER.test(path) || HIDDEN_FOLDER.test(script)) {
    add(match('masquerading', 'HIGH', 'hidden_folder', 'a program is run from a folder named to be overlooked', command));
  }
  if (SHELLS.has(program) && MEDIA.test(script) && !args.includes('-c')) {
    add(match('masquerading', 'HIGH', 'script_as_media', 'a script is run that is named like a picture or document', command));
  }
  if (path.includes('/') && DOUBLE_EXTENSION.test(path))
    add(match('masquerading', 'HIGH', 'double_extension', 'a program is run that is named like a document', command));
  if (command.isObfuscated && isKnownProgram(program)) {
    add(match('obfuscated_command', 'MEDIUM', 'hidden_spelling', 'a command is spelled so that a reader would not see it', command));
  }
};

const HIDDEN_FOLDER = /\/(?:\.{3,16}|\.\.? {1,8}|\. )\//;
const MEDIA = /\.(?:png|jpe?g|gif|bmp|ico|svg|pdf|docx?|xlsx?|mp[34]|avi|wav|zip|css)$/i;
const DOUBLE_EXTENSION = /\.(?:pdf|docx?|xlsx?|png|jpe?g|gif|txt|mp[34]|odt)\.(?:sh|elf|bin|exe|py|pl|run|desktop|out)$/i;

const isKnownProgram = (program: string): boolean => program !== '' && (runsCode(program) || readsFiles(program) || rulesFor(program).length > 0);

const judgeCopy = (command: Command, add: (found: Match) => void): void => {
  if (command.program !== 'cp' && command.program !== 'mv') return;
  const [source = '', target = ''] = command.args.filter((arg) => !arg.startsWith('-'));
  const isSystemProgram = COPIED.has(programName(source)) && (!source.includes('/') || /^\/(?:usr\/)?(?:s?bin|local\/bin)\//.test(source));
  if (isSystemProgram && (WRITABLE_PLACE.test(target) || HIDDEN_TARGET.test(target))) {
    add(match('masquerading', 'HIGH', 'shell_copied', 'a shell or network tool is copied to a place where it is not expected', command));
  }
};

const HIDDEN_TARGET = /\/\.[^/]/;
const COPIED: ReadonlySet<string> = new Set([...SHELLS, 'nc', 'ncat', 'socat', 'python', 'perl', 'curl', 'wget']);
