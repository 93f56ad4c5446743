import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { screenLines } from '../../../src/tui/screen/screen.ts';
import { spansWidth, textOfLine } from '../../../src/tui/text/line.ts';
import { hostileData, PAYLOADS } from '../hostile.ts';
import { sampleAlert, sampleApproval, sampleLease, sampleRecord, sampleStatus } from '../samples.ts';
import { createPureTui } from '../state/pure-tui.ts';

type Tui = ReturnType<typeof createPureTui>;
const rowsOf = (tui: Tui): readonly string[] => screenLines(tui.state()).map((line) => textOfLine(line).trimEnd());
const textOf = (tui: Tui): string => rowsOf(tui).join('\n');
const full = {
  alerts: Array.from({ length: 40 }, (_, index) => sampleAlert(index)),
  approvals: [sampleApproval(39), sampleApproval(38)],
  records: [sampleRecord(1), sampleRecord(2), sampleRecord(3, { verification: 'failed', outcome: 'failure' })],
  leases: [sampleLease(2)],
};

describe('screen', () => {
  test('is exactly as high as the terminal and never wider, wherever one is in it', () => {
    const keys = fc.constantFrom('1', '2', '3', '4', 'a', 'x', 'u', 'enter', 'esc', '?', '/', 'f', 'j', 'k', 'G', 'g', 'D', 'r', 'tab', 'q', 'ctrl+d');
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 220 }), fc.integer({ min: 1, max: 70 }), fc.array(keys, { maxLength: 12 }), (columns, rows, names) => {
        const tui = createPureTui({ ...full, columns, rows });
        for (const name of names) {
          tui.wait(400);
          tui.press(name);
          const lines = screenLines(tui.state());
          expect(lines.length).toBe(rows);
          for (const line of lines) expect(spansWidth(line.spans)).toBeLessThanOrEqual(columns);
        }
      }),
      { numRuns: 60 },
    );
  });

  test('at 80×24: header, views, list, detail, hints', () => {
    const rows = rowsOf(createPureTui(full));
    expect(rows[0]).toBe('1sec  ● live  DRY RUN  web-1  preset safe  modules 15/16 ▲1  ⚑ 2 waiting');
    expect(rows[1]).toBe(' [Alerts]   Approvals(2)    History    Status');
    expect(rows[2]).toMatch(/^ {2}TIME +SEV +MODULE +SOURCE +WHAT +n$/);
    expect(rows[14]).toMatch(/^▶ \d\d:\d\d:\d\d · LOW {2}auth_fortress {2}203\.0\.113\.39 {4}59 failed logins/);
    expect(rows[15]).toMatch(/^─ detail · Enter shows \d+ more lines ─+$/);
    expect(rows[16]).toBe(' · LOW  59 failed logins as root, 4 users');
    expect(rows[23]).toMatch(/^ \? help {2}\/ filter {2}Enter open {2}a approve {2}x reject/);
  });

  test.each([
    [200, 40, true, true, true, 'side'],
    [140, 40, true, true, true, 'side'],
    [139, 40, true, true, true, 'bottom'],
    [80, 24, true, true, true, 'bottom'],
    [79, 24, true, false, true, 'none'],
    [60, 24, true, false, false, 'none'],
    [59, 24, false, false, false, 'none'],
    [40, 24, false, false, false, 'none'],
    [80, 15, true, true, true, 'none'],
  ])('at %i×%i: time %s, module %s, count %s, detail %s', (columns, rows, hasTime, hasModule, hasCount, detail) => {
    const lines = rowsOf(createPureTui({ ...full, columns, rows }));
    const heads = lines.find((line) => line.includes('SOURCE')) ?? '';
    expect(heads.includes('TIME')).toBe(hasTime);
    expect(heads.includes('MODULE')).toBe(hasModule);
    expect(/ n *(│|$)/.test(heads)).toBe(hasCount);
    expect(lines.some((line) => line.startsWith('─ detail'))).toBe(detail === 'bottom');
    expect(lines.filter((line) => line.includes('│')).length > 5).toBe(detail === 'side');
  });

  test.each([
    [39, 24],
    [80, 7],
    [10, 3],
  ])('at %i×%i there is one line and no way to act', (columns, rows) => {
    const tui = createPureTui({ ...full, columns, rows });
    expect(textOf(tui).trimEnd().split('\n').length).toBe(1);
    tui.press('2', 'a', 'A', 'u', 'y');
    expect(tui.state().dialog).toBeUndefined();
    expect(tui.effects()).toEqual([]);
    tui.press('q');
    expect(tui.effects()).toEqual([{ type: 'quit' }]);
  });

  test('D turns the pane from the side to the bottom, away, and back', () => {
    const tui = createPureTui({ ...full, columns: 150, rows: 40 });
    const places = ['', 'D', 'D', 'D'].map((key) => {
      if (key !== '') tui.press(key);
      const rows = rowsOf(tui);
      return rows.some((row) => row.startsWith('─ detail')) ? 'bottom' : rows.some((row) => row.includes('│')) ? 'side' : 'none';
    });
    expect(places).toEqual(['side', 'bottom', 'none', 'side']);
  });

  test('what waits is told: new rows behind the pause, with the key that follows', () => {
    const tui = createPureTui(full);
    tui.press('k');
    tui.dispatch({ type: 'alerts.loaded', alerts: Array.from({ length: 37 }, (_, index) => sampleAlert(100 + index)), isOlderPage: false, isLastPage: false });
    expect(rowsOf(tui).at(-1)).toMatch(/⏸ 37 new · G to follow/);
  });

  test('a lost link is said with its age, and the mode stays in sight', () => {
    const tui = createPureTui(full);
    tui.connect('reconnecting');
    tui.wait(12_000);
    expect(rowsOf(tui)[0]).toMatch(/^◐ reconnecting 12 s {2}DRY RUN/);
    tui.connect('stale');
    expect(rowsOf(tui)[0]).toMatch(/○ offline since \d\d:\d\d:\d\d/);
  });

  test('the header loses what matters least first', () => {
    const header = (columns: number): string => rowsOf(createPureTui({ ...full, columns }))[0] ?? '';
    expect(header(120)).toMatch(/read-write$/);
    expect(header(60)).not.toMatch(/preset/);
    for (const columns of [40, 50, 60, 80, 120]) {
      expect(header(columns)).toMatch(/● live/);
      expect(header(columns)).toMatch(/DRY RUN/);
    }
  });

  test.each([
    [{ enforcement: { enabled: true, dry_run: false, preset: 'strict' } }, 'LIVE'],
    [{ enforcement: { enabled: false, dry_run: false, preset: 'strict' } }, 'OFF'],
    [{ status: 'observe-only' }, 'OBSERVE ONLY'],
    [{ sensor: { lines: 1, parsed: 1, dropped: 7, lag_ms: 0, restarts: 0 } }, '▲ 7 dropped'],
    [{ status: 'degraded' }, '▲ degraded'],
  ] as const)('%j reads %s', (changes, word) => {
    expect(rowsOf(createPureTui({ ...full, columns: 120, status: sampleStatus(changes) }))[0]).toContain(word);
  });

  test('history shows who, why and whether it was verified', () => {
    const tui = createPureTui(full);
    tui.press('3');
    const rows = rowsOf(tui);
    expect(rows[3]).toMatch(/^▶ .* ops .*failure: .*✗$/);
    expect(rows[4]).toMatch(/✓$/);
  });

  test('a row that is of no use says so in the footer', () => {
    const tui = createPureTui(full);
    tui.press('3', 'u');
    expect(rowsOf(tui).at(-1)).toMatch(/^ undo: nothing in force to undo for this row/);
  });

  test('help shows the keys of the view it was opened in, and why one does nothing', () => {
    const tui = createPureTui({ ...full, rows: 60, readOnly: true });
    tui.press('?');
    expect(textOf(tui)).toMatch(/Ask to let the waiting action happen \(now: read-only/);
    tui.press('esc', '4', '?');
    expect(textOf(tui)).not.toMatch(/Ask to let the waiting action happen/);
  });

  test('the dialog shows what, why, evidence, plan, undo and the time left, Cancel in focus', () => {
    const tui = createPureTui(full);
    tui.press('2', 'a');
    const text = textOf(tui);
    for (const part of [
      'approve this action?',
      'kill_process pid 4038 (bash) @881122',
      '‼ CRIT bash talks to 203.0.113.7:4444',
      'auth_fortress/ssh-failures, failures 58, users 4',
      '1. SIGTERM to pid 4038 through its pidfd',
      '3. SIGKILL if it is still there',
      'cannot be undone',
      'suspended while this waits',
      '▶[ Cancel ⏎ ]   y approve   r reason   expires in 4:00',
    ]) {
      expect(text).toContain(part);
    }
  });
});

describe('hostile text', () => {
  test.each(PAYLOADS)('%s is seen, not obeyed, in every view', (_name, payload, shown) => {
    const tui = createPureTui({ ...hostileData(payload), columns: 160, rows: 60 });
    for (const keys of [[], ['2'], ['enter'], ['esc', 'a'], ['3'], ['enter'], ['esc', 'u'], ['4']]) {
      tui.wait(400);
      // A dialog is left before the next view is looked at.
      if (tui.state().dialog !== undefined) tui.press('esc');
      tui.wait(400);
      tui.press(...keys);
      const text = textOf(tui);
      expect(text).toContain(shown);
      expect(text.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]|\ufe0f/u);
    }
  });

  test('a title of 90,000 characters costs no more than any other', () => {
    const tui = createPureTui({ alerts: [sampleAlert(1, { title: 'x'.repeat(90_000), description: 'y'.repeat(90_000) })] });
    const before = performance.now();
    for (let times = 0; times < 20; times += 1) screenLines(tui.state());
    expect(performance.now() - before).toBeLessThan(400);
  });
});
