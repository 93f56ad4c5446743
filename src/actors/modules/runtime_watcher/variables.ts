import type { Severity } from '../../../domain/severity.ts';
import type { Command } from '../../../domain/shell/shell-types.ts';
import { type Match, match } from './match.ts';
import { WRITABLE_PLACE } from './path-rules.ts';

/** Variables that make programs load code from somewhere else, or hide what was typed; each entry of a list is judged by itself. */
export const judgeVariables = (assigns: Command['assigns'], command: Command | undefined, add: (found: Match) => void): void => {
  for (const [name, value] of assigns) {
    const kind = LOADERS.get(name);
    if (kind !== undefined) judgeList(name, value, kind, command, add);
    if ((name === 'HISTFILE' && (value === '' || value === '/dev/null')) || ((name === 'HISTSIZE' || name === 'HISTFILESIZE') && value === '0')) {
      add(match('log_tampering', 'MEDIUM', 'history_off', 'the command history is switched off', command));
    }
    if (name === 'HISTCONTROL' && /ignore(?:space|both)/.test(value))
      add(match('log_tampering', 'LOW', 'history_hides', 'commands can be kept out of the history', command));
    if (name === 'PROMPT_COMMAND' && /logger|\/dev\/tcp|nc |curl |history -[aw]/.test(value))
      add(match('credential_access', 'MEDIUM', 'prompt_hook', 'every command typed is copied', command));
  }
};

/** Judges one entry of `LD_PRELOAD` and the like; undefined = in order. */
export const judgeLibrary = (entry: string): Severity | undefined => {
  if (entry === '') return undefined;
  if (WRITABLE_PLACE.test(entry) || /\/\.[^/]+\//.test(entry)) return 'HIGH';
  if (/^\/(?:usr|lib|lib64|opt|snap|nix|app|gnu|etc)\b/.test(entry)) return undefined;
  if (
    entry.startsWith('/home/') ||
    entry.startsWith('/root/') ||
    entry.startsWith('~') ||
    entry.startsWith('/var/www') ||
    entry.startsWith('/mnt/') ||
    entry.startsWith('/media/')
  )
    return 'MEDIUM';
  return undefined;
};

type Kind = 'library' | 'path' | 'hook';

const LOADERS: ReadonlyMap<string, Kind> = new Map<string, Kind>([
  ['LD_PRELOAD', 'library'],
  ['LD_AUDIT', 'library'],
  ['DYLD_INSERT_LIBRARIES', 'library'],
  ['LD_LIBRARY_PATH', 'path'],
  ['DYLD_LIBRARY_PATH', 'path'],
  ['PYTHONPATH', 'path'],
  ['PERL5LIB', 'path'],
  ['RUBYLIB', 'path'],
  ['GCONV_PATH', 'path'],
  ['NODE_PATH', 'path'],
  ['BASH_ENV', 'hook'],
  ['PYTHONSTARTUP', 'hook'],
  ['PERL5OPT', 'hook'],
  ['NODE_OPTIONS', 'hook'],
  ['JAVA_TOOL_OPTIONS', 'hook'],
  ['RUBYOPT', 'hook'],
  ['GIT_SSH_COMMAND', 'hook'],
]);

const judgeList = (name: string, value: string, kind: Kind, command: Command | undefined, add: (found: Match) => void): void => {
  const entries = kind === 'hook' ? (value.match(/\/[^\s:=]+/g) ?? []) : value.split(kind === 'library' ? /[: ]/ : ':', 64);
  let worst: Severity | undefined;
  for (const entry of entries.slice(0, 64)) {
    const severity = judgeLibrary(entry);
    if (severity === 'HIGH' || worst === undefined) worst = severity ?? worst;
  }
  if (kind === 'library' && worst === undefined && /^(?:\.|\$PWD|\$\(|[\w-]+\.so)/.test(value)) worst = 'MEDIUM';
  if (name === 'GCONV_PATH' && !value.startsWith('/usr/')) worst = 'HIGH';
  if (worst === undefined || (kind !== 'library' && worst !== 'HIGH')) return;
  add(match('library_path_hijack', worst, 'loader_variable', `${name} makes programs load code from a place that others can write`, command));
};
