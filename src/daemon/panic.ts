import { setTimeout as delay } from 'node:timers/promises';
import type { Clock } from '../domain/clock.ts';
import { messageOf, SecError } from '../domain/errors.ts';
import type { Host } from '../domain/host.ts';
import { createHost } from '../os/host.ts';
import { clearObserveOnly, setObserveOnly } from '../os/observe-only/flag.ts';
import { resumeNoted } from '../os/process/held-notes.ts';

export type PanicResult = {
  /** The flag that keeps enforcement off; undefined when none could be written. */
  readonly flag: string | undefined;
  readonly removed: readonly string[];
  readonly left: readonly string[];
};

/**
 * Breaks the glass, without the database and without the daemon: first nothing may begin any more (the flag), then the firewall table
 * goes, suspended processes go on and locked accounts are unlocked. Each part is tried whatever happens to the others. Idempotent.
 */
export const panic = async (options: {
  /** One that is not gated by the flag: it only takes back. */
  readonly host: Host;
  readonly flags: readonly string[];
  readonly dataDirectory: string;
  readonly words: string;
  readonly pause: (ms: number) => Promise<void>;
}): Promise<PanicResult> => {
  const { host } = options;
  const removed: string[] = [];
  const left: string[] = [];
  const attempt = async (what: string, run: () => Promise<void>): Promise<void> => {
    await run().catch((problem: unknown) => left.push(`${what}: ${messageOf(problem)}`));
  };
  const { path: flag, problems } = setObserveOnly(options.flags, options.words);
  if (flag === undefined) left.push(`observe-only: ${problems.join('; ')}; a running daemon goes on`);
  const liftTable = async (): Promise<void> => {
    if ((await host.call('firewall.remove', {})).removed) removed.push('the firewall table inet onesec is gone');
  };
  await attempt('firewall', liftTable);
  const held = await resumeNoted(options.dataDirectory);
  removed.push(...held.resumed);
  left.push(...held.left);
  await attempt('locked accounts', () => unlockNoted(host, removed, left));
  // A change that was under way when the flag appeared may have come after: once more.
  await options.pause(SETTLE_MS);
  await attempt('firewall, once more', liftTable);
  const late = await resumeNoted(options.dataDirectory);
  removed.push(...late.resumed);
  return { flag, removed, left: [...new Set(left)] };
};

/** The same on this host, or on that network namespace of it. */
export const panicNow = async (options: {
  readonly clock: Clock;
  readonly netns: string | undefined;
  readonly flags: readonly string[];
  /** Every place where a daemon of this host may have left its notes. */
  readonly dataDirectories: readonly string[];
  readonly words: string;
}): Promise<PanicResult> => {
  const results: PanicResult[] = [];
  for (const dataDirectory of options.dataDirectories) results.push(await panicIn(options, dataDirectory));
  return {
    flag: results.find(({ flag }) => flag !== undefined)?.flag,
    removed: results.flatMap(({ removed }) => removed),
    left: [...new Set(results.flatMap(({ left }) => left))],
  };
};

const panicIn = async (options: Omit<Parameters<typeof panicNow>[0], 'dataDirectories'>, dataDirectory: string): Promise<PanicResult> => {
  const host = createHost({ clock: options.clock, netns: options.netns, dataDirectory });
  try {
    return await panic({ ...options, host, dataDirectory, pause: (ms) => delay(ms) });
  } finally {
    await host.close();
  }
};

/** Takes the flags away, whoever set them; gives those that were there. */
export const endPanic = clearObserveOnly;

const SETTLE_MS = 500;

const unlockNoted = async (host: Host, removed: string[], left: string[]): Promise<void> => {
  const { notes, unreadable = [] } = await host.call('user.noted', {});
  left.push(...unreadable);
  for (const { id, record } of notes) {
    try {
      const { account, problems } = await host.call('user.restore', { id, record });
      removed.push(account === 'gone' ? `the account ${record.user} does not exist any more` : `${record.user} is unlocked`);
      left.push(...problems);
    } catch (problem) {
      left.push(`${record.user}: ${messageOf(problem)}`);
    }
  }
};

/** Throws SEC_FORBIDDEN for everybody but root. */
export const assertRoot = (uid: number | undefined): void => {
  if (uid !== 0) throw new SecError('SEC_FORBIDDEN', 'panic lifts firewall rules, resumes processes and unlocks accounts: only root may (sudo 1sec panic)');
};
