import { spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { CHILD_ENVIRONMENT, systemCommand } from '../command.ts';
import { TABLE } from './layout.ts';

/**
 * Calls `onChange` soon after rules of our table were removed by anyone (a flushed ruleset removes them too), and once
 * after each gap in watching. Ends when the signal aborts; SEC_UNAVAILABLE when nft is not installed.
 */
export const watchFirewall = async (options: { readonly netns?: string | undefined }, signal: AbortSignal, onChange: () => void): Promise<void> => {
  const command = systemCommand('nft', ['monitor', 'destroy', 'rules'], options.netns);
  let isFirst = true;
  while (!signal.aborted) {
    if (!isFirst) onChange();
    isFirst = false;
    await watchOnce(command, signal, onChange);
    await sleep(PAUSE_MS, undefined, { signal, ref: false }).catch(ignoreAbort);
  }
};

const watchOnce = (command: { readonly file: string; readonly args: readonly string[] }, signal: AbortSignal, onChange: () => void): Promise<void> =>
  new Promise((resolve) => {
    const child = spawn(command.file, [...command.args], { env: CHILD_ENVIRONMENT, stdio: ['ignore', 'pipe', 'ignore'] });
    let timer: NodeJS.Timeout | undefined;
    let line = '';
    // A flush comes as one line for each rule: the first starts a short wait, so that it is told once.
    const noteLine = (): void => {
      if (line.includes(TABLE)) timer ??= setTimeout(tell, SETTLE_MS);
      line = '';
    };
    const tell = (): void => {
      timer = undefined;
      onChange();
    };
    child.stdout.on('data', (chunk: Buffer) => {
      for (const character of chunk.toString('latin1')) {
        if (character === '\n') noteLine();
        else if (line.length < MAX_LINE) line += character;
      }
    });
    const stop = (): boolean => child.kill('SIGTERM');
    const end = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', stop);
      resolve();
    };
    signal.addEventListener('abort', stop, { once: true });
    child.once('error', end);
    child.once('close', end);
    child.unref();
    if ('unref' in child.stdout && typeof child.stdout.unref === 'function') child.stdout.unref();
  });

const ignoreAbort = (): void => undefined;
const SETTLE_MS = 20;
const PAUSE_MS = 1000;
const MAX_LINE = 200;
