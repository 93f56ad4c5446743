import chalk from 'chalk';
import { render } from 'ink';
import { App } from './components/app.tsx';
import { SuspendBridge, type SuspendRequest } from './components/suspend-bridge.tsx';
import { settingsFrom } from './environment.ts';
import { createRuntime } from './runtime.ts';
import type { TuiOptions } from './start.tsx';
import { suspendProcess } from './suspend.ts';

const FRAME_MS = 100;
const SLOW_FRAME_MS = 200;

/** Draws on the alternate screen until the operator quits; resolves once the terminal is as it was. A bug rejects, after that too. */
export const runInk = async (options: TuiOptions): Promise<void> => {
  const { stdin, stdout, stderr, clock, client } = options;
  const settings = settingsFrom(options);
  const frameMs = options.slowLink === true ? SLOW_FRAME_MS : FRAME_MS;
  const size = { columns: stdout.columns ?? 80, rows: stdout.rows ?? 24 };
  const runtime = createRuntime({ client, clock, settings, size, frameMs, wait: options.wait });
  // Ink paints through chalk, which looks at NO_COLOR and FORCE_COLOR by itself and would drop bold and inverse with the colours.
  // Our theme decides about colours; 1 = the 16 named ones.
  const levelBefore = chalk.level;
  chalk.level = 1;
  const ended = new AbortController();
  const request: SuspendRequest = { current: undefined };
  const instance = render(
    <>
      <App store={runtime.store} clock={clock} onError={(error) => fail(error)} isEager={options.slowLink !== true} />
      <SuspendBridge request={request} />
    </>,
    {
      stdin,
      stdout,
      stderr,
      interactive: true,
      alternateScreen: true,
      incrementalRendering: options.incremental !== false,
      maxFps: Math.round(1000 / frameMs),
      exitOnCtrlC: false,
      patchConsole: options.patchConsole !== false,
      isScreenReaderEnabled: false,
    },
  );
  const fail = (error: unknown): void => instance.unmount(error instanceof Error ? error : new Error(String(error)));
  const suspendDuring = (work: () => Promise<void>): void => {
    request.current?.(work).catch(fail);
  };
  runtime.attach({
    write: (bytes) => stdout.write(bytes),
    quit: () => instance.unmount(),
    suspend: () => suspendDuring(options.suspend ?? suspendProcess),
    redraw: () => suspendDuring(() => Promise.resolve()),
    fail,
  });
  options.signal?.addEventListener('abort', () => instance.unmount(), { once: true });
  const running = runtime.run(ended.signal).catch((error: unknown) => {
    if (!ended.signal.aborted) fail(error);
  });
  try {
    await instance.waitUntilExit();
  } finally {
    ended.abort();
    chalk.level = levelBefore;
    await running;
  }
};
