import { spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { dataDirectoryOf } from '../domain/paths.ts';

const STOP_WITHIN_MS = 10_000;
const LAST_WORDS = 600;

export type SelfProcess = {
  readonly pid: number;
  readonly logPath: string | undefined;
  /** Exit code or signal, undefined while it runs. */
  readonly exit: () => string | undefined;
  /** Resolves when it has ended, with what `exit` then says. */
  readonly over: Promise<string>;
  readonly lastWords: () => Promise<string>;
  /** SIGTERM, then SIGKILL after ten seconds. */
  readonly stop: () => Promise<void>;
};

/** This program once more, with other words. */
export const spawnSelf = async (words: readonly string[], logTo: 'file' | 'stderr'): Promise<SelfProcess> => {
  const directory = dataDirectoryOf(process.env);
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const logPath = logTo === 'file' ? join(directory, 'daemon.log') : undefined;
  const log = logPath === undefined ? undefined : openSync(logPath, 'w', 0o600);
  // Detached: Ctrl-C in our terminal reaches only us, and we stop the daemon in order.
  const child = spawn(process.execPath, [...process.execArgv, process.argv[1] ?? '', ...words], {
    detached: true,
    stdio: ['ignore', 'ignore', log ?? 'inherit'],
  });
  if (log !== undefined) closeSync(log);
  let ended: string | undefined;
  const over = new Promise<string>((resolve) => {
    child.once('error', (problem) => {
      ended = problem.message;
      resolve(ended);
    });
    child.once('exit', (code, signal) => {
      ended = signal ?? `code ${code ?? '?'}`;
      resolve(ended);
    });
  });
  return {
    pid: child.pid ?? 0,
    logPath,
    exit: () => ended,
    over,
    lastWords: async () => (logPath === undefined ? (ended ?? '') : (await readFile(logPath, 'utf8')).slice(-LAST_WORDS).trim()),
    stop: async () => {
      child.kill('SIGTERM');
      const patience = setTimeout(() => child.kill('SIGKILL'), STOP_WITHIN_MS);
      await over;
      clearTimeout(patience);
    },
  };
};
