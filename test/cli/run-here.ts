import { vi } from 'vitest';
import { type ProcessEnd, runCli } from '../../src/cli/run.ts';

export type Ran = { readonly code: number; readonly out: string; readonly err: string };

/** This process is the test's: no command may end it. */
const STAY: ProcessEnd = { exit: () => undefined, exitWithin: () => undefined };

/** A command line run in this process: what it printed and how it ended. */
export const runHere = async (...argv: readonly string[]): Promise<Ran> => {
  let out = '';
  let err = '';
  const stdout = vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    out += String(text);
    return true;
  });
  const stderr = vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
    err += String(text);
    return true;
  });
  try {
    return { code: await runCli(argv, '9.9.9', STAY), out, err };
  } finally {
    stdout.mockRestore();
    stderr.mockRestore();
    process.stdout.removeAllListeners('error');
    process.stderr.removeAllListeners('error');
  }
};
