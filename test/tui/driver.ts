import { setTimeout as sleep } from 'node:timers/promises';
import type { AlertJson, ApprovalJson, LeaseJson, RecordJson, StatusJson } from '../../src/protocol/schemas.ts';
import { startTui, type TuiOptions } from '../../src/tui/start.tsx';
import { createFakeClient } from '../kit/fake-client.ts';
import { createFakeTty } from '../kit/fake-tty.ts';
import { NOON, sampleStatus } from './samples.ts';
import { createVirtualTime } from './virtual-time.ts';

type Opening = {
  readonly columns?: number;
  readonly rows?: number;
  readonly status?: StatusJson;
  readonly alerts?: readonly AlertJson[];
  readonly approvals?: readonly ApprovalJson[];
  readonly records?: readonly RecordJson[];
  readonly leases?: readonly LeaseJson[];
  readonly options?: Partial<TuiOptions>;
  /** False: the daemon does not answer. */
  readonly isLive?: boolean;
};

/** Starts the real UI on a fake terminal and a fake daemon, and speaks of it the way a person would. */
export const openTui = async (opening: Opening = {}) => {
  const { columns = 80, rows = 24 } = opening;
  const tty = createFakeTty({ columns, rows });
  const client = createFakeClient();
  const time = createVirtualTime(NOON + 60_000);
  const newestFirst = [...(opening.alerts ?? [])].reverse();
  client.answer('alerts', () => ({ alerts: newestFirst, total: newestFirst.length }));
  client.answer('pendingApprovals', () => ({ approvals: opening.approvals ?? [], total: opening.approvals?.length ?? 0 }));
  client.answer('history', () => ({ records: [...(opening.records ?? [])].reverse(), count: opening.records?.length ?? 0 }));
  client.answer('leases', () => ({ leases: opening.leases ?? [], total: opening.leases?.length ?? 0 }));
  const exit = startTui({
    client,
    clock: time.clock,
    environment: { TERM: 'xterm-256color', LANG: 'C.UTF-8' },
    stdin: tty.stdin,
    stdout: tty.stdout,
    stderr: tty.stderr,
    version: '0.1.0',
    wait: time.wait,
    suspend: () => Promise.resolve(),
    patchConsole: false,
    ...opening.options,
  });
  await Promise.race([client.followed, exit.then(() => Promise.reject(new Error(tty.errors())))]);

  /** Waits until nothing more is drawn: Ink holds frames back by up to 100 ms. */
  const idle = async (quietMs = 130): Promise<void> => {
    let before = -1;
    while (before !== tty.bytes()) {
      before = tty.bytes();
      await sleep(quietMs);
    }
  };

  const see = async (): Promise<string> => (await tty.rows()).join('\n');

  const waitFor = async (text: string): Promise<void> => {
    for (let tries = 0; tries < 300; tries += 1) {
      if ((await see()).includes(text)) return;
      await sleep(10);
    }
    throw new Error(`never saw ${JSON.stringify(text)} in:\n${await see()}`);
  };

  /** One key after the other, each in its own read, as fast as a person types. */
  const press = async (...keys: readonly string[]): Promise<void> => {
    for (const key of keys) {
      tty.type(key);
      // A lone Esc is held back by Ink for 20 ms, to tell it from a sequence.
      await sleep(key === '\u001b' ? 40 : 5);
    }
  };

  const tui = {
    tty,
    client,
    time,
    exit,
    see,
    idle,
    waitFor,
    press,
    paste: async (text: string): Promise<void> => press(`\u001b[200~${text}\u001b[201~`),
    /** Lets the stream's frame timer and the detail delay run. */
    frame: async (): Promise<void> => {
      await time.advance(300);
      await idle();
    },
    quit: async (): Promise<number> => {
      tty.type('\u0003');
      return exit;
    },
  };
  if (opening.isLive !== false) {
    client.connection({ state: 'live', since: NOON });
    client.push({ type: 'hello', sequence: 1, protocol: 1, status: opening.status ?? sampleStatus() });
    await time.advance(200);
    await waitFor('web-1');
    await idle();
  }
  return tui;
};
