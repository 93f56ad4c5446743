import { spawn } from 'node:child_process';
import { SecError } from '../domain/errors.ts';
import { CHILD_ENVIRONMENT, type Command } from './command.ts';

export type ProgramOutput = { readonly code: number; readonly stdout: string; readonly stderr: string };

export type RunOptions = {
  readonly input?: string | undefined;
  /** Default 10,000 ms; then the child is killed and the call rejects with SEC_TIMEOUT. */
  readonly timeoutMs?: number | undefined;
  /** Default 64 MiB of output; more kills the child and rejects with SEC_HOST_REFUSED. */
  readonly maxBytes?: number | undefined;
};

/** Runs a program to its end without a shell. Any exit code is an answer; SEC_UNAVAILABLE when it cannot start. */
export const runProgram = (command: Command, options: RunOptions = {}): Promise<ProgramOutput> =>
  new Promise((resolve, reject) => {
    const child = spawn(command.file, [...command.args], { env: CHILD_ENVIRONMENT, stdio: ['pipe', 'pipe', 'pipe'] });
    const maxBytes = options.maxBytes ?? 64 * 1024 * 1024;
    const output: Buffer[] = [];
    const errors: Buffer[] = [];
    let bytes = 0;
    const stop = (error: SecError): void => {
      reject(error);
      child.kill('SIGKILL');
    };
    const keep = (into: Buffer[]) => (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > maxBytes) return stop(new SecError('SEC_HOST_REFUSED', `${command.file} wrote more than ${maxBytes} bytes`));
      into.push(chunk);
    };
    const timer = setTimeout(
      () => stop(new SecError('SEC_TIMEOUT', `${command.file} did not end in ${options.timeoutMs ?? DEFAULT_TIMEOUT_MS} ms`)),
      options.timeoutMs ?? DEFAULT_TIMEOUT_MS,
    );
    child.stdout.on('data', keep(output));
    child.stderr.on('data', keep(errors));
    // EPIPE: the child ended without reading all of its input; its exit code says why.
    child.stdin.on('error', () => undefined);
    child.on('error', (cause) => {
      clearTimeout(timer);
      reject(new SecError('SEC_UNAVAILABLE', `${command.file} cannot be started: ${cause.message}`, { cause }));
    });
    child.on('close', (code) => {
      clearTimeout(timer);
      resolve({ code: code ?? KILLED, stdout: Buffer.concat(output).toString('utf8'), stderr: Buffer.concat(errors).toString('utf8') });
    });
    child.stdin.end(options.input ?? '');
  });

const DEFAULT_TIMEOUT_MS = 10_000;
const KILLED = -1;
