import { spawn } from 'node:child_process';
import type { Feeds } from '../actors/contract.ts';
import { SecError } from '../domain/errors.ts';
import { CHILD_ENVIRONMENT } from './command.ts';
import { findProgram, SYSTEM_DIRECTORIES } from './find-program.ts';

/**
 * Lines of `journalctl -f -o json` as bytes, from a cursor or a moment on (without either: from now). Reading waits while the receiver
 * is busy, so that the journal itself is the buffer. SEC_UNAVAILABLE without journalctl; SEC_SOURCE_UNREADABLE when it ends.
 */
export const createJournalFeed =
  (options: { readonly directories?: readonly string[] | undefined } = {}): Feeds['journal'] =>
  async (place, signal, onBytes) => {
    const file = findProgram('journalctl', options.directories ?? SYSTEM_DIRECTORIES);
    if (file === undefined) throw new SecError('SEC_UNAVAILABLE', 'journalctl is not installed');
    const cursor = typeof place === 'string' ? place : undefined;
    if (cursor !== undefined && !CURSOR.test(cursor)) throw new SecError('SEC_INPUT_INVALID', `expected a journal cursor, got "${cursor}"`);
    if (signal.aborted) return;
    const from = placeArguments(place);
    const child = spawn(file, ['-f', '-o', 'json', '--no-pager', '-q', ...from], { env: CHILD_ENVIRONMENT, stdio: ['ignore', 'pipe', 'pipe'] });
    let complaint = '';
    child.stderr.on('data', (chunk: Buffer) => {
      complaint = (complaint + chunk.toString('utf8')).slice(-MAX_COMPLAINT);
    });
    const ended = new Promise<string>((resolve) => {
      child.once('error', (error) => resolve(error.message));
      child.once('close', (code) => resolve(`it ended with code ${code}: ${complaint.trim()}`));
    });
    const stop = (): boolean => child.kill('SIGTERM');
    signal.addEventListener('abort', stop, { once: true });
    try {
      for await (const chunk of child.stdout) await onBytes(chunk);
      const why = await ended;
      if (!signal.aborted) throw new SecError('SEC_SOURCE_UNREADABLE', `journalctl: ${why}`);
    } finally {
      signal.removeEventListener('abort', stop);
      child.kill('SIGTERM');
    }
  };

const placeArguments = (place: Parameters<Feeds['journal']>[0]): readonly string[] => {
  if (place === undefined) return ['-n', '0'];
  if (typeof place === 'string') return [`--after-cursor=${place}`];
  // Without --no-tail, following begins with the last ten lines only.
  return [`--since=@${(place.sinceMs / 1000).toFixed(3)}`, '--no-tail'];
};

// systemd: s=…;i=…;b=…;m=…;t=…;x=…
const CURSOR = /^[0-9A-Za-z=;+/_-]{1,256}$/;
const MAX_COMPLAINT = 1000;
