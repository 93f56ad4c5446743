import { spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { canonicalIp, networkText } from '../../domain/ip.ts';
import { CHILD_ENVIRONMENT, systemCommand } from '../command.ts';
import { sizeOfSet, TABLE } from './layout.ts';

export type FirewallWatch = {
  readonly netns?: string | undefined;
  /** Whether we ourselves changed the block of that address or network a moment ago. */
  readonly isOurs?: ((address: string) => boolean) | undefined;
};

/**
 * Calls `onChange` soon after something of our table was removed: rules by anyone (a flushed ruleset removes them too), a block by
 * somebody else; and once after each gap in watching. Blocks that run out are not told of. Ends when the signal aborts;
 * SEC_UNAVAILABLE when nft is not installed.
 */
export const watchFirewall = async (options: FirewallWatch, signal: AbortSignal, onChange: () => void): Promise<void> => {
  const command = systemCommand('nft', ['monitor', 'destroy'], options.netns);
  const isOurs = options.isOurs ?? (() => false);
  let isFirst = true;
  while (!signal.aborted) {
    if (!isFirst) onChange();
    isFirst = false;
    await watchOnce(command, signal, isOurs, onChange);
    await sleep(PAUSE_MS, undefined, { signal, ref: false }).catch(ignoreAbort);
  }
};

const watchOnce = (
  command: { readonly file: string; readonly args: readonly string[] },
  signal: AbortSignal,
  isOurs: (address: string) => boolean,
  onChange: () => void,
): Promise<void> =>
  new Promise((resolve) => {
    const child = spawn(command.file, [...command.args], { env: CHILD_ENVIRONMENT, stdio: ['ignore', 'pipe', 'ignore'] });
    let timer: NodeJS.Timeout | undefined;
    let line = '';
    // A flush comes as one line for each rule or element: the first starts a short wait, so that it is told once.
    const noteLine = (): void => {
      if (timer === undefined && isForeign(line, isOurs)) timer ??= setTimeout(tell, SETTLE_MS);
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

// `delete element inet onesec block4 { 192.0.2.7 timeout 1h expires 59m }`, one line each.
const ELEMENT = new RegExp(`^delete element ${TABLE} (\\S{1,32}) \\{ ([0-9a-f.:]{2,45})`);

const isForeign = (line: string, isOurs: (address: string) => boolean): boolean => {
  if (!line.includes(TABLE)) return false;
  if (!line.startsWith('delete element ')) return line.startsWith('delete rule ');
  const [, set = '', text = ''] = ELEMENT.exec(line) ?? [];
  const size = sizeOfSet(set);
  const address = canonicalIp(text);
  // The set of protected addresses changes with the operators.
  return size !== undefined && address !== undefined && !isOurs(networkText({ ...size, address }));
};

const ignoreAbort = (): void => undefined;
const SETTLE_MS = 20;
const PAUSE_MS = 1000;
const MAX_LINE = 200;
