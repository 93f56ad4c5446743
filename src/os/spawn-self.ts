import { closeSync, mkdirSync, openSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { dataDirectoryOf } from '../domain/paths.ts';

const STOP_WITHIN_MS = 10_000;
const LAST_WORDS = 600;

export type SelfProcess = {
  readonly pid: number;
  readonly logPath: string | undefined;
  /** Exit code or signal, undefined while it runs. */
  readonly exit: () => string | undefined;
  readonly lastWords: () => Promise<string>;
  /** SIGTERM, then SIGKILL after ten seconds. */
  readonly stop: () => Promise<void>;
};

/** This program once more, with other words. It is not in our terminal's foreground group, so Ctrl-C reaches only us. */
export const spawnSelf = async (words: readonly string[], logTo: 'file' | 'stderr'): Promise<SelfProcess> => {
  const directory = dataDirectoryOf(process.env);
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const logPath = logTo === 'file' ? join(directory, 'daemon.log') : undefined;
  const log = logPath === undefined ? undefined : openSync(logPath, 'w', 0o600);
  const child = execa(process.execPath, [...process.execArgv, process.argv[1] ?? '', ...words], {
    detached: true,
    reject: false,
    cleanup: true,
    stdin: 'ignore',
    stdout: 'ignore',
    stderr: log === undefined ? 'inherit' : [log],
    forceKillAfterDelay: STOP_WITHIN_MS,
  });
  if (log !== undefined) closeSync(log);
  let ended: string | undefined;
  const over = child.then((result) => {
    ended = result.signal ?? `code ${result.exitCode ?? '?'}`;
  });
  return {
    pid: child.pid ?? 0,
    logPath,
    exit: () => ended,
    lastWords: async () => (logPath === undefined ? (ended ?? '') : (await readFile(logPath, 'utf8')).slice(-LAST_WORDS).trim()),
    stop: async () => {
      child.kill('SIGTERM');
      await over;
    },
  };
};
