import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { messageOf, SecError } from '../../domain/errors.ts';
import type { HostOperations } from '../../domain/host.ts';
import { readProcess, readStat, readText } from './read-process.ts';
import { signalProcess } from './signal-process.ts';

type Signal = (request: HostOperations['process.signal']['request']) => Promise<HostOperations['process.signal']['reply']>;

/**
 * Signals that leave a note beside the database of every process that is suspended, before it is: who resumes them must not depend on
 * a database that opens, nor on this process. A note outlives this process, not the boot, so nothing waits for the disk.
 */
export const createNotedSignals = (dataDirectory: string | undefined): Signal => {
  if (dataDirectory === undefined) return signalProcess;
  const directory = directoryOf(dataDirectory);
  return async (request) => {
    const { pid, startTime } = request.process;
    const path = join(directory, `${pid}-${startTime}.json`);
    if (request.signal === 'SIGTERM') return signalProcess(request);
    const isNew = request.signal === 'SIGSTOP' && !existsSync(path);
    if (isNew) writeNote(directory, path, { bootId: bootId(), pid, startTime, exe: request.process.exe });
    const reply = await signalProcess(request);
    if (request.signal !== 'SIGSTOP' || (isNew && reply.result !== 'sent')) rmSync(path, { force: true });
    return reply;
  };
};

/** Lets everything go on that was suspended from this data directory, whoever lives. `left` names what could not be. Idempotent. */
export const resumeNoted = async (dataDirectory: string): Promise<{ readonly resumed: readonly string[]; readonly left: readonly string[] }> => {
  const directory = directoryOf(dataDirectory);
  const resumed: string[] = [];
  const left: string[] = [];
  for (const name of namesIn(directory, left)) {
    const path = join(directory, name);
    try {
      const words = await resumeOne(name, path);
      if (words !== undefined) resumed.push(words);
      rmSync(path, { force: true });
    } catch (problem) {
      left.push(`process ${/^\d+/.exec(name)?.[0] ?? name}: ${messageOf(problem)}`);
    }
  }
  return { resumed, left };
};

const directoryOf = (dataDirectory: string): string => join(dataDirectory, 'held-processes');
const bootId = (): string => (readText('/proc/sys/kernel/random/boot_id') ?? '').trim();

const writeNote = (directory: string, path: string, note: { readonly [key: string]: string | number }): void => {
  try {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    writeFileSync(`${path}.new`, JSON.stringify(note), { mode: 0o600 });
    renameSync(`${path}.new`, path);
  } catch (cause) {
    throw new SecError('SEC_UNAVAILABLE', `process ${note['pid']} is not suspended: that cannot be noted in ${directory}: ${messageOf(cause)}`, { cause });
  }
};

const namesIn = (directory: string, left: string[]): readonly string[] => {
  try {
    return existsSync(directory) ? readdirSync(directory).filter((name) => NOTE.test(name)) : [];
  } catch (problem) {
    left.push(`processes that were suspended: ${messageOf(problem)}`);
    return [];
  }
};

// What is needed stands in the name: a note whose content is damaged still works.
const NOTE = /^(\d{1,10})-(\d{1,20})\.json(?:\.new)?$/;

const resumeOne = async (name: string, path: string): Promise<string | undefined> => {
  const [, pid, startTime] = (NOTE.exec(name) ?? []).map(Number);
  if (pid === undefined || startTime === undefined || readStat(pid)?.startTime !== startTime || isOfOtherBoot(path)) return undefined;
  // The program may have changed since; what was suspended is this process, whatever it runs.
  const process = readProcess(pid);
  if (process === null || process.startTime !== startTime || process.state !== 'stopped') return undefined;
  const { result } = await signalProcess({ process, signal: 'SIGCONT' });
  return result === 'sent' ? `process ${pid} goes on` : undefined;
};

const isOfOtherBoot = (path: string): boolean => {
  const noted = /"bootId":"([^"]{1,64})"/.exec(readFileSync(path, 'utf8'))?.[1];
  return noted !== undefined && noted !== bootId();
};
