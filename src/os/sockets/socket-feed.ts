import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import type { Feeds } from '../../actors/contract.ts';
import type { Clock } from '../../domain/clock.ts';
import { SecError } from '../../domain/errors.ts';
import { CHILD_ENVIRONMENT, systemCommand } from '../command.ts';
import { findProgram } from '../find-program.ts';
import { ownAddresses } from '../operators/own-addresses.ts';
import { runProgram } from '../run-program.ts';
import { createFlowPool, type FlowPool } from './flow-pool.ts';
import { parseProcNet, type SocketRow } from './proc-net.ts';
import { createSocketView } from './socket-view.ts';

/**
 * New listeners and connections of this network namespace, looked at every five seconds (less often where a look takes long): from
 * connection tracking where the kernel does it, else from the socket table. SEC_SOURCE_UNREADABLE when the table cannot be read.
 */
export const createSocketFeed =
  (options: { readonly clock: Clock; readonly netns?: string | undefined; readonly everyMs?: number | undefined }): NonNullable<Feeds['sockets']> =>
  async (signal, onBatch) => {
    const { clock, netns } = options;
    const view = createSocketView();
    const pool = createFlowPool();
    const stop = followFlows(netns, pool);
    let own: ReadonlySet<string> = new Set();
    let looks = 0;
    try {
      while (!signal.aborted) {
        const began = clock.monotonic();
        if (looks % ADDRESSES_EVERY === 0) own = new Set(await ownAddresses(netns));
        looks += 1;
        const rows = await readTable(netns);
        const at = clock.now();
        const flows = pool.take(at, own);
        const facts = [...view.look(rows, at, !pool.isAlive()), ...flows];
        await onBatch(facts);
        await pause(Math.max(options.everyMs ?? EVERY_MS, (clock.monotonic() - began) * SHARE), signal);
      }
    } finally {
      stop();
    }
  };

const EVERY_MS = 5000;
// Reading may take one part in fifty of one processor.
const SHARE = 50;
const ADDRESSES_EVERY = 12;
const MAX_ROWS = 50_000;
const MAX_TABLE_BYTES = 16 * 1024 * 1024;
const TABLES = ['/proc/net/tcp', '/proc/net/tcp6'] as const;

const readTable = async (netns: string | undefined): Promise<readonly SocketRow[]> => {
  const texts = await Promise.all(TABLES.map((path) => readProc(path, netns)));
  if (texts[0] === undefined) throw new SecError('SEC_SOURCE_UNREADABLE', `${TABLES[0]} cannot be read`);
  return texts.flatMap((text) => (text === undefined ? [] : parseProcNet(text, MAX_ROWS)));
};

// A kernel without IPv6 has no table for it.
const readProc = async (path: string, netns: string | undefined): Promise<string | undefined> => {
  if (netns === undefined) return readFile(path, 'latin1').catch(() => undefined);
  const output = await runProgram(systemCommand('cat', [path], netns), { maxBytes: MAX_TABLE_BYTES });
  return output.code === 0 ? output.stdout : undefined;
};

// Without the program, the right or the kernel's help, the socket table alone has to do.
const followFlows = (netns: string | undefined, pool: FlowPool): (() => void) => {
  if (findProgram('conntrack') === undefined) return () => undefined;
  const { file, args } = systemCommand('conntrack', ['-E', '-e', 'NEW'], netns);
  const child = spawn(file, [...args], { env: CHILD_ENVIRONMENT, stdio: ['ignore', 'pipe', 'ignore'] });
  child.on('error', () => undefined);
  child.stdout.setEncoding('latin1');
  child.stdout.on('data', (text: string) => pool.push(text));
  child.unref();
  return () => child.kill('SIGTERM');
};

const pause = async (ms: number, signal: AbortSignal): Promise<void> => {
  // An aborted pause is the end of the feed, which the loop sees.
  await delay(ms, undefined, { signal, ref: false }).catch(() => undefined);
};
