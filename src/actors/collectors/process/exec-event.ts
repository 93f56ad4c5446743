import type { Details, SecurityEvent } from '../../../domain/event.ts';
import type { ProcessDetails } from '../../../domain/host.ts';
import type { ProcessFact } from '../../contract.ts';

export type ExecFact = Extract<ProcessFact, { readonly kind: 'exec' }>;

/**
 * A `process_exec` event of one program start. `sequence` counts the facts of this run and keeps ids apart; a process that
 * was over before it could be read is told with `gone`, so that nothing is silently lost.
 */
export const execEventOf = (fact: ExecFact, source: string, sequence: number): SecurityEvent => {
  const process = isReadable(fact.process) ? fact.process : null;
  const name = process === null ? '' : nameOf(process);
  return {
    id: `${source}:${fact.pid}:${process?.startTime ?? 0}:${fact.at}:${sequence}`,
    at: fact.at,
    source,
    module: 'process',
    type: 'process_exec',
    severity: 'INFO',
    summary: process === null ? `process ${fact.pid} ended before it could be read` : `${name} started`,
    details: process === null ? { pid: fact.pid, gone: true } : detailsOf(fact, process, name),
    entities: process === null ? {} : { process: refOf(process), connection: fact.connection },
    trust: 'sensor',
  };
};

// A process that is ending still has an entry, but neither a program nor arguments any more.
const isReadable = (process: ProcessDetails | null): process is ProcessDetails => process !== null && (process.exe !== '' || process.argv.length > 0);

const MAX_ARGUMENTS = 512;
const MAX_TEXT = 8192;
const MAX_PARENTS = 16;
const DELETED = ' (deleted)';

const detailsOf = (fact: ExecFact, process: ProcessDetails, name: string): Details => {
  const argv = process.argv.slice(0, MAX_ARGUMENTS).map((word) => word.slice(0, MAX_TEXT));
  const parents = process.ancestors.slice(0, MAX_PARENTS);
  const isDeleted = process.exe.endsWith(DELETED);
  const executable = isDeleted ? process.exe.slice(0, -DELETED.length) : process.exe;
  return {
    process_name: name,
    command_line: quoted(argv),
    argv,
    path: executable,
    executable_path: executable,
    pid: process.pid,
    parent_pid: process.parentPid,
    parent_process: parents[0] === undefined ? '' : nameOf(parents[0]),
    parents: parents.map(nameOf),
    stdio: fact.stdio.slice(0, 3).map((link) => link.slice(0, MAX_TEXT)),
    ...(process.uid === undefined ? {} : { uid: process.uid }),
    ...(process.loginUid === undefined ? {} : { login_uid: process.loginUid }),
    ...(process.cwd === undefined ? {} : { cwd: process.cwd.slice(0, MAX_TEXT) }),
    ...(fact.preload === undefined ? {} : { preload: fact.preload.slice(0, MAX_TEXT) }),
    ...(isDeleted ? { deleted: true } : {}),
    ...(/^\/?memfd:/.test(executable) ? { memfd: true } : {}),
    ...(parents.some(isWithoutTerminal) ? { without_terminal: true } : {}),
  };
};

// The base name of the file says more than the kernel's 15 characters; scripts keep the name of what runs them.
const nameOf = (process: { readonly exe: string; readonly name?: string | undefined }): string => {
  const file = process.exe.endsWith(DELETED) ? process.exe.slice(0, -DELETED.length) : process.exe;
  const base = file.slice(file.lastIndexOf('/') + 1);
  return (base === '' ? (process.name ?? '') : base).slice(0, 256);
};

// OpenSSH calls the process of a session without a terminal `sshd: user@notty`.
const isWithoutTerminal = (parent: { readonly exe: string; readonly commandLine?: string | undefined }): boolean =>
  /(?:^|\/)sshd(?:-session)?(?: \(deleted\))?$/.test(parent.exe) && /@notty/.test(parent.commandLine?.slice(0, 256) ?? '');

// Each field of a reference is taken over by name: what else the reader knows is in the details.
const refOf = ({ pid, startTime, exe, exeDev, exeIno, uid, cgroup, name, commandLine }: ProcessDetails): NonNullable<SecurityEvent['entities']['process']> => ({
  pid,
  startTime,
  exe,
  exeDev,
  exeIno,
  uid,
  cgroup,
  name,
  commandLine: commandLine?.slice(0, MAX_TEXT),
});

const PLAIN = /^[\w@%+=:,./-]+$/;

/** The argument vector as a person would have typed it, for display only: nothing is ever run from it. */
export const quoted = (argv: readonly string[]): string => {
  let text = '';
  for (const word of argv) {
    if (text.length >= MAX_TEXT) break;
    text += `${text === '' ? '' : ' '}${PLAIN.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`}`;
  }
  return text.slice(0, MAX_TEXT);
};
