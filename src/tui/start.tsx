import type { Client } from '../client/contract.ts';
import type { Clock } from '../domain/clock.ts';
import { ERROR_CATALOGUE } from '../domain/errors.ts';
import { needsLinearMode, settingsFrom, type TuiEnvironment } from './environment.ts';
import type { Wait } from './runtime.ts';

export type TuiOptions = {
  readonly client: Client;
  readonly clock: Clock;
  readonly environment: TuiEnvironment;
  readonly stdin: NodeJS.ReadStream;
  readonly stdout: NodeJS.WriteStream;
  readonly stderr: NodeJS.WritableStream;
  readonly version: string;
  readonly readOnly?: boolean | undefined;
  readonly ascii?: boolean | undefined;
  readonly theme?: string | undefined;
  /** Fewer frames: 5 a second instead of 10, and keys wait for the next one. */
  readonly slowLink?: boolean | undefined;
  /** Lines that are only ever appended: for screen readers, pipes and dumb terminals. */
  readonly accessible?: boolean | undefined;
  /** False draws every frame whole: a way out for terminals that show leftovers. */
  readonly incremental?: boolean | undefined;
  /** True when the daemon was started for this screen and ends with it: leaving is then not announced as harmless. */
  readonly ownsDaemon?: boolean | undefined;
  /** Ends the run from outside. */
  readonly signal?: AbortSignal | undefined;
  /** For tests: time, job control, and a console that is left alone. */
  readonly patchConsole?: boolean | undefined;
  readonly wait?: Wait | undefined;
  readonly suspend?: (() => Promise<void>) | undefined;
};

// Primary screen, cursor, no bracketed paste: harmless when Ink has done it already, needed when it broke before it could.
const RESTORE = '\u001b[?2004l\u001b[?1049l\u001b[?25h';

/**
 * Runs the terminal UI until the operator leaves. Resolves with the exit code; the terminal is restored on every path, and what
 * went wrong is on stderr, written after the alternate screen was left. Leaving never touches the daemon.
 */
export const startTui = async (options: TuiOptions): Promise<number> => {
  const isTerminal = options.stdin.isTTY === true && options.stdout.isTTY === true;
  try {
    if (needsLinearMode(options.environment, isTerminal, options.accessible === true)) {
      const { runLinear } = await import('./linear.ts');
      await runLinear({ ...options, settings: settingsFrom(options) });
      return 0;
    }
    const { runInk } = await import('./run-ink.tsx');
    await runInk(options);
    if (options.ownsDaemon !== true) options.stdout.write('1sec: the daemon keeps running\n');
    return 0;
  } catch (error) {
    if (isTerminal) options.stdout.write(RESTORE);
    options.stderr.write(`1sec: the terminal UI broke: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
    options.stderr.write(`1sec: ${options.ownsDaemon === true ? '' : 'the daemon keeps running; '}please report the text above\n`);
    return ERROR_CATALOGUE.SEC_INTERNAL.exit;
  }
};
