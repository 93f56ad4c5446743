import { execa } from 'execa';
import { SecError } from '../domain/errors.ts';

/**
 * Runs the store's probe (`entry`: its TypeScript source or its bundle) over a directory, in a process of its own.
 * `corrupt` when it says so or is killed by what it reads; throws SEC_UNAVAILABLE when it could not judge.
 */
export const createProbeRunner =
  (options: { readonly entry: string; readonly timeoutMs?: number | undefined }): ((directory: string) => Promise<'ok' | 'corrupt'>) =>
  async (directory) => {
    const run = await execa(process.execPath, [options.entry, directory], {
      reject: false,
      timeout: options.timeoutMs ?? TIMEOUT_MS,
      killSignal: 'SIGKILL',
      extendEnv: false,
      env: {},
      stdio: 'ignore',
    });
    if (run.exitCode === SOUND) return 'ok';
    // a walk that does not end goes in circles: the scan of a sound database takes a second per million records
    if (run.exitCode === DAMAGED || run.timedOut || CRASHES.includes(run.signal ?? '')) return 'corrupt';
    throw new SecError('SEC_UNAVAILABLE', `the database probe ${options.entry} ended with ${run.signal ?? `code ${run.exitCode ?? 'unknown'}`}`);
  };

const TIMEOUT_MS = 120_000;
// exit codes of src/store/probe-main.ts
const SOUND = 0;
const DAMAGED = 3;
const CRASHES: readonly string[] = ['SIGBUS', 'SIGSEGV', 'SIGABRT', 'SIGFPE', 'SIGILL', 'SIGTRAP'];
