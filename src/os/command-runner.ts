import { type ChildProcess, spawn } from 'node:child_process';
import { SecError } from '../domain/errors.ts';
import type { CommandResult, CommandRun } from '../domain/host.ts';
import { checkProgram } from './check-program.ts';

/** Programs of the operator. */
export type CommandRunner = {
  readonly run: (request: CommandRun) => Promise<CommandResult>;
  /** Kills what still runs. */
  readonly close: () => void;
};

/** After the program itself has ended, its output is waited for this long: a child of its own may keep it open for ever. */
const OUTPUT_GRACE_MS = 250;

/** A runner that knows what it has started. */
export const createCommandRunner = (): CommandRunner => {
  const running = new Set<ChildProcess>();
  return {
    run: async (request) => {
      const [file, ...args] = request.argv;
      if (file === undefined) throw new SecError('SEC_INPUT_INVALID', 'a command without a program');
      checkProgram(file, process.geteuid?.() ?? 0);
      return start(file, args, request, running);
    },
    close: () => {
      for (const child of running) killGroup(child);
    },
  };
};

const start = (file: string, args: readonly string[], request: CommandRun, running: Set<ChildProcess>): Promise<CommandResult> =>
  new Promise((resolve, reject) => {
    // Detached: a session and process group of its own, so that all of it can be killed.
    const child = spawn(file, [...args], { cwd: '/', env: { ...request.environment }, stdio: ['pipe', 'pipe', 'pipe'], detached: true, shell: false });
    running.add(child);
    const kept: Buffer[] = [];
    let bytes = 0;
    let isCut = false;
    let isTimedOut = false;
    // Read on beyond the bound, so that a program that talks too much is not stopped by a full pipe; only forgotten.
    const keep = (chunk: Buffer): void => {
      const room = request.maxOutputBytes - bytes;
      if (chunk.length > room) isCut = true;
      if (room > 0) kept.push(chunk.subarray(0, room));
      bytes += Math.min(room, chunk.length);
    };
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    // EPIPE: it ended without reading its input; its exit code says why.
    child.stdin.on('error', () => undefined);
    const timer = setTimeout(() => {
      isTimedOut = true;
      killGroup(child);
    }, request.timeoutMs);
    child.once('error', (cause) => {
      clearTimeout(timer);
      running.delete(child);
      reject(new SecError('SEC_UNAVAILABLE', `${file} cannot be started: ${cause.message}`, { cause }));
    });
    const finish = (code: number | null): void => {
      clearTimeout(timer);
      running.delete(child);
      for (const stream of [child.stdout, child.stderr]) stream.destroy();
      resolve({ code: code ?? undefined, isTimedOut, output: Buffer.concat(kept).toString('utf8'), isCut });
    };
    child.once('exit', (code) => {
      const grace = setTimeout(() => finish(code), OUTPUT_GRACE_MS);
      child.once('close', () => {
        clearTimeout(grace);
        finish(code);
      });
    });
    child.stdin.end(request.input);
  });

const killGroup = (child: ChildProcess): void => {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  try {
    process.kill(-child.pid, 'SIGKILL');
  } catch {
    // ESRCH: all of it ended in this moment.
  }
};
