import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { SecError } from '../../src/domain/errors.ts';
import type { AlertJson } from '../../src/protocol/schemas.ts';
import { openTui } from './driver.ts';
import { hostileData, PAYLOADS } from './hostile.ts';
import { sampleAlert, sampleApproval, sampleLease, sampleRecord } from './samples.ts';

const alerts = Array.from({ length: 60 }, (_, index) => sampleAlert(index));
const full = { alerts, approvals: [sampleApproval(59)], records: [sampleRecord(1), sampleRecord(2)], leases: [sampleLease(2)] };
const ESC = '\u001b';

describe('terminal', () => {
  test('enters the alternate screen and leaves it as it was', async () => {
    const tui = await openTui(full);
    expect(await tui.tty.isAlternateScreen()).toBe(true);
    expect(tui.tty.isRaw()).toBe(true);
    expect(await tui.quit()).toBe(0);
    expect(await tui.tty.isAlternateScreen()).toBe(false);
    expect(tui.tty.isRaw()).toBe(false);
    expect(await tui.see()).toContain('the daemon keeps running');
    const output = tui.tty.output();
    expect(output.lastIndexOf(`${ESC}[?25h`)).toBeGreaterThan(output.lastIndexOf(`${ESC}[?25l`));
    expect(output.lastIndexOf(`${ESC}[?2004l`)).toBeGreaterThan(output.lastIndexOf(`${ESC}[?2004h`));
  });

  test('q quits at the top level', async () => {
    const tui = await openTui(full);
    await tui.press('?', 'q', 'q');
    expect(await tui.exit).toBe(0);
  });

  test('a signal from outside ends it cleanly', async () => {
    const ended = new AbortController();
    const tui = await openTui({ ...full, options: { signal: ended.signal } });
    ended.abort();
    expect(await tui.exit).toBe(0);
    expect(await tui.tty.isAlternateScreen()).toBe(false);
  });

  test('a crash while drawing is told on stderr after the alternate screen was left', async () => {
    const tui = await openTui(full);
    // No schema lets this through; it stands for any bug while drawing.
    tui.client.push({ type: 'alert', sequence: 9, alert: { ...sampleAlert(70), entities: undefined as unknown as AlertJson['entities'] } });
    await tui.time.advance(200);
    expect(await tui.exit).toBe(70);
    expect(await tui.tty.isAlternateScreen()).toBe(false);
    expect(tui.tty.isRaw()).toBe(false);
    expect(tui.tty.errors()).toMatch(/^1sec: the terminal UI broke: TypeError/);
    expect(tui.tty.errors()).toContain('the daemon keeps running');
  });

  test('the screen never scrolls, through sizes, views and back', async () => {
    const tui = await openTui(full);
    for (const [columns, rows] of [
      [80, 24],
      [40, 8],
      [140, 50],
      [200, 10],
      [30, 5],
      [79, 16],
      [120, 40],
    ] as const) {
      tui.tty.resize(columns, rows);
      await tui.press('2', 'j', '3', '1', 'k', '?', ESC);
      await tui.idle();
      const seen = await tui.tty.rows();
      expect(tui.tty.scrolledOff()).toBe(0);
      expect(seen.length).toBe(rows);
      if (columns >= 40 && rows >= 8) {
        expect(seen[0]).toMatch(/live/);
        expect(seen[rows - 1]).toMatch(/\? help/);
      }
    }
    await tui.quit();
  });

  test('the selection is inverse over its whole row, and only there', async () => {
    const tui = await openTui(full);
    const row = (await tui.tty.rows()).findIndex((line) => line.startsWith('▶'));
    expect((await tui.tty.cellAt(row, 0)).isInverse).toBe(true);
    expect((await tui.tty.cellAt(row, 79)).isInverse).toBe(true);
    expect((await tui.tty.cellAt(row - 1, 0)).isInverse).toBe(false);
    await tui.quit();
  });

  test('severity has a colour, and none with NO_COLOR, where the selection stays', async () => {
    const colours = async (options: Parameters<typeof openTui>[0]): Promise<readonly number[]> => {
      const tui = await openTui(options);
      const seen = await tui.tty.rows();
      const found: number[] = [];
      for (const [index, line] of seen.entries()) {
        if (!line.startsWith('▶') && line.includes('‼ CRIT')) found.push((await tui.tty.cellAt(index, line.indexOf('‼'))).colour);
        if (line.startsWith('▶')) expect((await tui.tty.cellAt(index, 0)).isInverse).toBe(true);
      }
      await tui.quit();
      expect(found.length).toBeGreaterThan(1);
      return found;
    };
    expect(new Set(await colours(full))).toEqual(new Set([1]));
    expect(new Set(await colours({ ...full, options: { environment: { LANG: 'C.UTF-8', NO_COLOR: '1' } } }))).toEqual(new Set([-1]));
  });

  test('Ctrl-Z gives the terminal back and takes it again, Ctrl-L draws anew', async () => {
    let wasAlternate: boolean | undefined;
    let wasRaw: boolean | undefined;
    const tui = await openTui({
      ...full,
      options: {
        suspend: async () => {
          wasAlternate = await tui.tty.isAlternateScreen();
          wasRaw = tui.tty.isRaw();
        },
      },
    });
    const before = await tui.see();
    await tui.press('\u001a');
    await tui.idle();
    expect([wasAlternate, wasRaw]).toEqual([false, false]);
    expect(await tui.tty.isAlternateScreen()).toBe(true);
    expect(tui.tty.isRaw()).toBe(true);
    expect(await tui.see()).toBe(before);
    tui.tty.stdout.write(`${ESC}[2J${ESC}[5;5Hgarbage`);
    await tui.press('\u000c');
    await tui.idle();
    expect(await tui.see()).toBe(before);
    await tui.press('k');
    await tui.idle();
    expect((await tui.see()).split('\n').find((line) => line.startsWith('▶'))).toContain('203.0.113.58');
    await tui.quit();
  });

  test('copy goes out as OSC 52 and moves nothing on the screen', async () => {
    const tui = await openTui(full);
    const before = (await tui.see()).split('\n').slice(0, 23);
    await tui.press('i');
    await tui.waitFor('address sent to your terminal (OSC 52, 12 B)');
    expect(tui.tty.output()).toContain(`${ESC}]52;c;${Buffer.from('203.0.113.59').toString('base64')}\u0007`);
    expect((await tui.see()).split('\n').slice(0, 23)).toEqual(before);
    await tui.quit();
  });
});

describe.concurrent('deciding', () => {
  test('approve: look, wait, y, done', async () => {
    const tui = await openTui(full);
    tui.client.answer('approve', () => ({ ...sampleApproval(59), state: 'done', version: 4, result: 'gone, verified' }));
    await tui.press('2', 'a');
    await tui.waitFor('approve this action?');
    await tui.press('y');
    expect(tui.client.callsTo('approve')).toEqual([]);
    await tui.time.advance(1000);
    await tui.press('y');
    await tui.waitFor('kill_process pid 4059 (bash) @881122 done: gone, verified');
    expect(tui.client.callsTo('approve')).toEqual([{ name: 'approve', input: { params: { id: sampleApproval(59).id }, body: { reason: '', version: 3 } } }]);
    await tui.quit();
  });

  test('a changed version: look again', async () => {
    const tui = await openTui(full);
    tui.client.answer('reject', () => {
      throw new SecError('SEC_CONFLICT', 'version 4 now');
    });
    await tui.press('2', 'x');
    await tui.time.advance(1000);
    await tui.press('y');
    await tui.waitFor('changed meanwhile, look again');
    await tui.time.advance(1000);
    await tui.press('y', 'y');
    expect(tui.client.callsTo('reject')).toHaveLength(1);
    await tui.press('\r');
    await tui.idle();
    expect(await tui.see()).not.toContain('reject this action?');
    await tui.quit();
  });

  test('10 kB pasted into an open dialog trigger nothing', async () => {
    const tui = await openTui(full);
    await tui.press('2', 'a');
    await tui.time.advance(1000);
    await tui.paste('y\n'.repeat(5000));
    await tui.idle();
    expect(tui.client.callsTo('approve')).toEqual([]);
    expect(await tui.see()).toContain('approve this action?');
    await tui.quit();
  });

  test('undo from the history', async () => {
    const tui = await openTui(full);
    tui.client.answer('undo', () => sampleRecord(9, { kind: 'undo', target: '203.0.113.2' }));
    await tui.press('3', 'u');
    await tui.time.advance(1000);
    await tui.press('r', ...'mistake', '\r');
    await tui.time.advance(1000);
    await tui.press('y');
    await tui.waitFor('undone: 203.0.113.2 verified');
    expect(tui.client.callsTo('undo')).toEqual([{ name: 'undo', input: { params: { id: sampleLease(2).id }, body: { reason: 'mistake' } } }]);
    await tui.quit();
  });

  test('a failed undo is not called undone', async () => {
    const tui = await openTui(full);
    tui.client.answer('undo', () => sampleRecord(9, { kind: 'undo', outcome: 'failure', verification: 'failed', reason: 'still in the set' }));
    await tui.press('3', 'u');
    await tui.time.advance(1000);
    await tui.press('y');
    await tui.waitFor('not undone: still in the set');
    await tui.quit();
  });

  test('the daemon goes away and comes back: the data stays, decisions wait, then everything is loaded anew', async () => {
    const tui = await openTui(full);
    tui.client.connection({ state: 'reconnecting', since: 0, attempt: 1, reason: 'socket closed' });
    await tui.waitFor('◐ reconnecting');
    await tui.press('2', 'a');
    await tui.waitFor('not connected');
    await tui.time.advance(20_000);
    await tui.waitFor('○ offline since');
    expect(await tui.see()).toContain('kill_process');
    tui.client.connection({ state: 'live', since: 0 });
    await tui.waitFor('● live');
    await tui.press('a');
    await tui.waitFor('approve this action?');
    await tui.quit();
  });
});

describe.concurrent('injection', () => {
  test.each(PAYLOADS)(
    '%s in every field of every view reaches the terminal as visible text alone',
    async (_name, payload, shown) => {
      const tui = await openTui({ columns: 150, rows: 50, isLive: false });
      const data = hostileData(payload);
      tui.client.answer('alerts', () => ({ alerts: data.alerts, total: 1 }));
      tui.client.answer('pendingApprovals', () => ({ approvals: data.approvals, total: 1 }));
      tui.client.answer('history', () => ({ records: data.records, count: 1 }));
      tui.client.answer('leases', () => ({ leases: data.leases, total: 1 }));
      tui.client.connection({ state: 'live', since: 0 });
      tui.client.push({ type: 'hello', sequence: 1, protocol: 1, status: data.status });
      await tui.time.advance(200);
      for (const keys of [['1'], ['2'], ['3'], ['4'], ['1', '\r'], [ESC, 'a']]) {
        await tui.press(...keys);
        await tui.idle();
        expect(await tui.see()).toContain(shown);
      }
      const output = tui.tty.output();
      // Only what Ink itself sends: SGR, cursor and erase sequences, the modes of the screen.
      expect(output.replaceAll(/\u001b\[\??[\d;]*[a-zA-Z]/g, '').replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]|\ufe0f/u);
      expect(output).not.toContain(payload);
      expect(output).not.toMatch(/\u001b\[8m/);
      await tui.quit();
    },
    30_000,
  );

  test('rows stay rows whatever a title holds', async () => {
    const tui = await openTui({ columns: 100, rows: 24 });
    const titles = fc.sample(fc.string({ unit: 'binary', maxLength: 200 }), { numRuns: 150, seed: 7 });
    for (const [round, title] of titles.entries())
      tui.client.push({ type: 'alert', sequence: round + 2, alert: sampleAlert(round, { title, entities: { ip: title, user: title } }) });
    await tui.frame();
    const rows = await tui.tty.rows();
    expect(tui.tty.scrolledOff()).toBe(0);
    expect(rows[0]).toMatch(/● live/);
    expect(rows[1]).toMatch(/\[Alerts\]/);
    expect(rows.slice(3, 15).filter((row) => /^[▶ ] \d\d:\d\d:\d\d [‼!~·] (CRIT|HIGH|MED |LOW )/.test(row))).toHaveLength(12);
    expect(rows[23]).toMatch(/^ \? help/);
    await tui.quit();
  });
});
