import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ApprovalJson } from '../../src/protocol/schemas.ts';
import { createStation, type Running, type Station, until, whyNoBuild } from '../kit/daemon.ts';
import { skipsWithout } from '../kit/netns.ts';
import { type Attacker, createAttacker, type ReverseShell, shellConfig, watchAlone, whyNoShell } from '../kit/reverse-shell.ts';

const why = (await whyNoShell()) ?? whyNoBuild();
const ROUNDS = 20;
/** The last possible moment of a death, in ms after the answer was sent. */
const LATEST_MS = 60;
const SETTLED = new Set(['done', 'failed', 'void', 'rejected', 'expired']);

type Row = {
  readonly round: number;
  readonly afterMs: number;
  /** What the person who approved heard. */
  readonly heard: string;
  readonly stored: string;
  readonly processes: string;
  readonly intents: number;
  readonly outcomes: number;
  readonly end: string;
};

describe.skipIf(skipsWithout(why, 'exactly once across kill -9'))('an approval while the daemon is killed with SIGKILL', () => {
  let alone: Awaited<ReturnType<typeof watchAlone>>;
  let station: Station;
  let attacker: Attacker;
  let daemon: Running;
  const rows: Row[] = [];
  // Spread over the whole stretch, each moment somewhere in its own part of it.
  const moments = Array.from({ length: ROUNDS }, (_, round) => Math.round(((round + Math.random()) * LATEST_MS * 10) / ROUNDS) / 10);

  const approvals = async (): Promise<readonly ApprovalJson[]> => [
    ...(await station.client.call('pendingApprovals')).approvals,
    ...(await station.client.call('approvalHistory', { query: { limit: 200 } })).approvals,
  ];
  const approvalBy = async (isIt: (approval: ApprovalJson) => boolean): Promise<ApprovalJson> => {
    let found: ApprovalJson | undefined;
    await until('the approval', async () => {
      found = (await approvals()).find(isIt);
      return found !== undefined;
    });
    if (found === undefined) throw new Error('unreachable');
    return found;
  };
  const recordsOf = async (id: string) => {
    const { records } = await station.client.call('history', { query: { limit: 1000 } });
    const own = records.filter((record) => record.approval_id === id);
    return { intents: own.filter(({ kind }) => kind === 'intent').length, outcomes: own.filter(({ kind }) => kind === 'outcome').length };
  };
  const restart = async (): Promise<void> => {
    daemon = await station.start();
    await until('the process connector runs', async () => (await station.client.call('status')).sources.some((source) => source.state === 'running'));
  };

  beforeAll(async () => {
    alone = await watchAlone();
    station = createStation();
    attacker = await createAttacker(station.directory);
    station.configure(shellConfig('balanced'));
    await restart();
  });
  afterAll(async () => {
    await station?.remove();
    await attacker?.close();
    alone?.end();
    console.table(rows.toSorted((a, b) => a.afterMs - b.afterMs).map((row) => ({ ...row, afterMs: row.afterMs.toFixed(1) })));
  });

  const answerAndDie = async (id: string, version: number, afterMs: number): Promise<string> => {
    const answer = station.client.call('approve', { params: { id }, body: { reason: 'crash test', version } }).then(
      ({ state }) => `${state}`,
      (problem: { readonly code?: string }) => problem.code ?? 'an error',
    );
    await delay(afterMs);
    await daemon.kill('SIGKILL');
    return answer;
  };

  /** What was found after the restart, brought to its end. */
  const conclude = async (shell: ReverseShell, id: string): Promise<Pick<Row, 'stored' | 'processes' | 'end'>> => {
    const found = await approvalBy((approval) => approval.id === id);
    const processes = shell.states();
    if (found.state === 'pending') {
      expect(found.held).toBe(true);
      expect(processes, 'undecided and not suspended any more').toMatch(/^T+$/);
      const { state } = await station.client.call('approve', { params: { id }, body: { reason: 'asked again', version: found.version } });
      return { stored: 'pending', processes, end: state };
    }
    await until('it comes to its end', async () => SETTLED.has((await approvalBy((approval) => approval.id === id)).state));
    return { stored: found.state, processes, end: (await approvalBy((approval) => approval.id === id)).state };
  };

  test.each(moments.map((afterMs, index) => [index + 1, afterMs] as const))(
    'round %i, killed %d ms after the answer was sent: carried out once or not at all',
    async (round, afterMs) => {
      const shell = await attacker.start('family');
      try {
        await shell.suspended();
        const { id, version } = await approvalBy(({ process, state, version: seen }) => process?.pid === shell.pid && state === 'pending' && seen > 1);
        const heard = await answerAndDie(id, version, afterMs);
        await restart();
        const concluded = await conclude(shell, id);
        const counts = await recordsOf(id);
        rows.push({ round, afterMs, heard, ...concluded, ...counts });

        const settled = await approvalBy((approval) => approval.id === id);
        // A person approved it, at the latest after the restart: nothing but done is right, and done means dead.
        expect(settled).toMatchObject({ state: 'done', held: false, decided_by: { name: 'root', via: 'cli' } });
        expect(shell.isDead(), `left behind: ${shell.states()}`).toBe(true);
        if (heard === 'done') expect(concluded.stored).toBe('done');
        // Carried out once: an intent may be written again when nothing had come of the first, an outcome may be lost to the death.
        expect(counts.outcomes).toBeLessThanOrEqual(1);
        expect(counts.intents).toBeGreaterThanOrEqual(1);
        expect(counts.intents).toBeLessThanOrEqual(2);
        await expect(station.client.call('approve', { params: { id }, body: { reason: 'once more' } })).rejects.toMatchObject({ code: 'SEC_CONFLICT' });
        expect(await recordsOf(id)).toEqual(counts);
      } finally {
        await shell.end();
      }
    },
  );

  test('a death just after the processes are dead, before that is written down: it is not done again, and it is told as done', async () => {
    for (const afterMs of [0, 1, 3, 6]) {
      const shell = await attacker.start('family');
      try {
        await shell.suspended();
        const { id, version } = await approvalBy(({ process, state, version: seen }) => process?.pid === shell.pid && state === 'pending' && seen > 1);
        const answer = station.client.call('approve', { params: { id }, body: { reason: 'crash test', version } }).catch(() => undefined);
        await until('it is dead', () => shell.isDead(), 5000, 1);
        await delay(afterMs);
        await daemon.kill('SIGKILL');
        await answer;
        await restart();
        await until('it comes to its end', async () => SETTLED.has((await approvalBy((approval) => approval.id === id)).state));
        expect(await approvalBy((approval) => approval.id === id)).toMatchObject({ state: 'done', held: false });
        const { intents, outcomes } = await recordsOf(id);
        expect(intents).toBe(1);
        expect(outcomes).toBeLessThanOrEqual(1);
      } finally {
        await shell.end();
      }
    }
  });

  test('none waits, none is suspended, every approval has one end, and the chain of the history is intact', async () => {
    expect((await station.client.call('pendingApprovals')).total).toBe(0);
    const all = await approvals();
    expect(all.length).toBe(ROUNDS + 4);
    expect(all.every(({ state, held }) => state === 'done' && !held)).toBe(true);
    const check = await station.cli('enforce', 'history', '--verify');
    expect(check).toMatchObject({ code: 0, out: expect.stringContaining('intact') });
    expect(rows).toHaveLength(ROUNDS);
  });

  test('a rejection too is given once or not at all, and nobody stays suspended', async () => {
    for (const afterMs of [0, 2, 4, 6, 10, 20]) {
      const shell = await attacker.start('family');
      try {
        await shell.suspended();
        const { id, version } = await approvalBy(({ process, state, version: seen }) => process?.pid === shell.pid && state === 'pending' && seen > 1);
        const answer = station.client.call('reject', { params: { id }, body: { reason: 'crash test', version } }).catch(() => undefined);
        await delay(afterMs);
        await daemon.kill('SIGKILL');
        await answer;
        await restart();
        const found = await approvalBy((approval) => approval.id === id);
        if (found.state === 'pending') {
          expect(shell.states()).toMatch(/^T+$/);
          await station.client.call('reject', { params: { id }, body: { reason: 'asked again', version: found.version } });
        }
        await until('it goes on', () => /^[SRD]+$/.test(shell.states()));
        await until('it is recorded', async () => !(await approvalBy((approval) => approval.id === id)).held);
        expect((await approvalBy((approval) => approval.id === id)).state).toBe('rejected');
        expect(await shell.answers()).toBe(true);
        expect(await recordsOf(id)).toEqual({ intents: 0, outcomes: 0 });
      } finally {
        await shell.end();
      }
    }
  });

  test('a death while the shell is being suspended leaves nobody suspended without an approval', async () => {
    const seen: string[] = [];
    for (const afterMs of [20, 30, 40, 50, 60, 70, 80]) {
      const began = performance.now();
      const starting = attacker.start('family');
      await delay(Math.max(0, afterMs - (performance.now() - began)));
      await daemon.kill('SIGKILL');
      const shell = await starting.catch(() => undefined);
      await restart();
      if (shell === undefined) continue;
      try {
        await delay(300);
        const found = (await approvals()).find(({ process, state }) => process?.pid === shell.pid && state === 'pending');
        seen.push(`${afterMs} ms: ${shell.states()} ${found === undefined ? 'not asked' : 'asked'}`);
        if (found === undefined) expect(shell.states(), 'suspended and nobody asks').not.toContain('T');
        else await shell.suspended(3000);
      } finally {
        await shell.end();
      }
    }
    console.info(seen.join('\n'));
  });
});
