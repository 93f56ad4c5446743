import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { sampleAlert, sampleApproval, sampleLease, sampleRecord } from '../samples.ts';
import { createPureTui } from './pure-tui.ts';

const approval = sampleApproval(1);
const open = (key: 'a' | 'x' = 'a', more: Parameters<typeof createPureTui>[0] = {}) => {
  const tui = createPureTui({ approvals: [approval], alerts: [sampleAlert(1)], ...more });
  tui.press('2', key);
  expect(tui.state().dialog).toBeDefined();
  return tui;
};
const decisions = (tui: ReturnType<typeof open>) => tui.effects().filter((effect) => effect.type === 'decide' || effect.type === 'undo');

describe('dialog', () => {
  test('y after the dead time sends the decision with the version that was looked at, once', () => {
    const tui = open();
    tui.wait(300);
    tui.press('y', 'y', 'y');
    expect(decisions(tui)).toEqual([{ type: 'decide', decision: 'approve', id: approval.id, version: 3, reason: '' }]);
  });

  test('x asks about rejecting', () => {
    const tui = open('x');
    tui.wait(300);
    tui.press('y');
    expect(decisions(tui)).toEqual([{ type: 'decide', decision: 'reject', id: approval.id, version: 3, reason: '' }]);
  });

  test('input in the first 300 ms is ignored', () => {
    const tui = open();
    tui.wait(299);
    tui.press('y');
    expect(decisions(tui)).toEqual([]);
    expect(tui.state().dialog?.phase).toBe('asking');
  });

  test('a key held down from before never gets through, however long it is held', () => {
    const tui = open();
    for (let step = 0; step < 200; step += 1) {
      tui.wait(30);
      tui.press('y');
    }
    expect(decisions(tui)).toEqual([]);
    tui.wait(300);
    tui.press('y');
    expect(decisions(tui)).toHaveLength(1);
  });

  test('repeats that the terminal tells of never count', () => {
    const tui = open();
    tui.wait(1000);
    tui.repeat('y');
    expect(decisions(tui)).toEqual([]);
  });

  test('several characters in one read never count: they could be a paste', () => {
    const tui = open();
    tui.wait(1000);
    tui.chunk('y', 'enter');
    tui.chunk('y', 'y');
    expect(decisions(tui)).toEqual([]);
    expect(tui.state().dialog).toBeDefined();
  });

  test('opening and confirming in one read only opens', () => {
    const tui = createPureTui({ approvals: [approval] });
    tui.press('2');
    tui.chunk('a', 'y');
    expect(tui.state().dialog?.phase).toBe('asking');
    expect(decisions(tui)).toEqual([]);
  });

  test('a paste of y does nothing', () => {
    const tui = open();
    tui.wait(1000);
    tui.dispatch({ type: 'text.pasted', text: 'y', now: tui.now() });
    tui.dispatch({ type: 'text.pasted', text: 'y\ny\n', now: tui.now() });
    expect(decisions(tui)).toEqual([]);
  });

  test.each(['enter', 'esc', 'q', 'n', 'h', 'left'])('%s cancels', (key) => {
    const tui = open();
    tui.wait(300);
    tui.press(key);
    expect(tui.state().dialog).toBeUndefined();
    expect(decisions(tui)).toEqual([]);
  });

  test('only y ever confirms', () => {
    const keys = fc.constantFrom(
      'a',
      'x',
      'u',
      'A',
      'Y',
      'enter',
      'esc',
      'space',
      'tab',
      'j',
      'k',
      'G',
      'g',
      '1',
      '2',
      '?',
      '/',
      'ctrl+d',
      'ctrl+u',
      'D',
      'q',
      'l',
      'right',
      'p',
      'i',
    );
    fc.assert(
      fc.property(fc.array(keys, { maxLength: 25 }), (names) => {
        const tui = open();
        for (const name of names) {
          tui.wait(400);
          tui.press(name);
        }
        expect(decisions(tui)).toEqual([]);
      }),
    );
  });

  test('the reason that was typed is sent, and y inside it is a letter', () => {
    const tui = open();
    tui.wait(300);
    tui.press('r', 'w', 'h', 'y', 'space', 'x', 'backspace', 'n', 'o', 't', 'enter');
    expect(decisions(tui)).toEqual([]);
    tui.wait(300);
    tui.press('y');
    expect(decisions(tui)).toMatchObject([{ reason: 'why not' }]);
  });

  test('a reason may be pasted, one line of it', () => {
    const tui = open();
    tui.wait(300);
    tui.press('r');
    tui.dispatch({ type: 'text.pasted', text: 'ticket 4711\ny', now: tui.now() });
    expect(tui.state().dialog?.reason).toBe('ticket 4711');
  });

  test('the dead time runs again after the reason', () => {
    const tui = open();
    tui.wait(300);
    tui.press('r', 'enter', 'y');
    expect(decisions(tui)).toEqual([]);
  });

  test('a long plan has to be seen to its end before y counts', () => {
    const plan = Array.from({ length: 40 }, (_, index) => `step number ${index}`);
    const tui = open('a', { approvals: [sampleApproval(1, { plan })] });
    tui.wait(300);
    tui.press('y');
    expect(decisions(tui)).toEqual([]);
    expect(tui.state().dialog?.note).toBe('read to the end first');
    tui.press('G', 'y');
    expect(decisions(tui)).toHaveLength(1);
  });

  test('a newer version while it is open ends the way to y', () => {
    const tui = open();
    tui.wait(300);
    tui.dispatch({
      type: 'stream.received',
      messages: [{ type: 'approval', sequence: 2, approval: sampleApproval(1, { version: 4 }) }],
      dropped: 0,
      now: tui.now(),
    });
    expect(tui.state().dialog).toMatchObject({ phase: 'over', note: 'changed meanwhile, look again' });
    tui.press('y');
    expect(decisions(tui)).toEqual([]);
    tui.press('enter');
    expect(tui.state().dialog).toBeUndefined();
  });

  test('what it shows is frozen', () => {
    const tui = open();
    tui.dispatch({
      type: 'stream.received',
      messages: [{ type: 'approval', sequence: 2, approval: sampleApproval(1, { version: 4, target: 'pid 1' }) }],
      dropped: 0,
      now: tui.now(),
    });
    expect(tui.state().dialog?.subject).toMatchObject({ approval: { target: approval.target, version: 3 } });
  });

  test('decided elsewhere: says so', () => {
    const tui = open();
    const decided = sampleApproval(1, { version: 4, state: 'executing', decided_by: { name: 'ann', uid: 1001, via: 'cli' } });
    tui.dispatch({ type: 'stream.received', messages: [{ type: 'approval', sequence: 2, approval: decided }], dropped: 0, now: tui.now() });
    expect(tui.state().dialog).toMatchObject({ phase: 'over', note: 'already executing by ann' });
  });

  test('the daemon says it changed: the dialog stays and says so', () => {
    const tui = open();
    tui.wait(300);
    tui.press('y');
    tui.dispatch({ type: 'decision.settled', id: approval.id, outcome: 'conflict', text: 'It changed in the meantime.', now: tui.now() });
    expect(tui.state().dialog).toMatchObject({ phase: 'over', note: 'changed meanwhile, look again' });
  });

  test('a refusal by a guard is shown in the dialog', () => {
    const tui = open();
    tui.wait(300);
    tui.press('y');
    tui.dispatch({ type: 'decision.settled', id: approval.id, outcome: 'failed', text: 'A guard refused the action.', now: tui.now() });
    expect(tui.state().dialog).toMatchObject({ phase: 'over', note: 'A guard refused the action.' });
  });

  test('success closes it and says what was done', () => {
    const tui = open();
    tui.wait(300);
    tui.press('y');
    tui.effects();
    tui.dispatch({ type: 'decision.settled', id: approval.id, outcome: 'done', text: 'kill_process done', now: tui.now() });
    expect(tui.state().dialog).toBeUndefined();
    expect(tui.state().toast?.text).toBe('kill_process done');
    expect(tui.effects()).toEqual([{ type: 'load-leases' }]);
  });

  test('left while the answer is on its way: the result is still told', () => {
    const tui = open();
    tui.wait(300);
    tui.press('y', 'esc');
    expect(tui.state().dialog).toBeUndefined();
    tui.dispatch({ type: 'decision.settled', id: approval.id, outcome: 'failed', text: 'A guard refused the action.', now: tui.now() });
    expect(tui.state().toast).toMatchObject({ text: 'A guard refused the action.', tone: 'danger' });
  });

  test('expiry ends the way to y, also when nothing else happens', () => {
    const tui = open();
    tui.wait(300_000);
    expect(tui.state().dialog).toMatchObject({ phase: 'asking' });
    tui.wait(120_000);
    expect(tui.state().dialog).toMatchObject({ phase: 'over', note: 'expired: nothing will happen' });
    tui.press('y');
    expect(decisions(tui)).toEqual([]);
  });

  test('on the screen, the daemon is told every five seconds that somebody reads it; nothing is told once it is closed', () => {
    const tui = open();
    const looksIn = (seconds: number): number => {
      let looks = 0;
      for (let second = 0; second < seconds; second += 1) {
        tui.wait(1000);
        looks += tui.effects().filter(({ type }) => type === 'look').length;
      }
      return looks;
    };
    expect(looksIn(20)).toBe(4);
    tui.press('esc');
    expect(looksIn(20)).toBe(0);
  });

  test('a reminder or one more request for the same leaves the way to y open', () => {
    const tui = open();
    tui.wait(300);
    const news = { ...approval, version: approval.version + 2, basis: approval.version, count: 7, reminded: 0.5 };
    tui.dispatch({ type: 'stream.received', messages: [{ type: 'approval', sequence: 2, approval: news }], dropped: 0, now: tui.now() });
    expect(tui.state().toast?.text).toContain('still waits: 50 %');
    expect(tui.state().dialog).toMatchObject({ phase: 'asking' });
    tui.press('y');
    expect(decisions(tui)).toHaveLength(1);
  });

  test('y while the daemon is away is refused, and works when it is back', () => {
    const tui = open();
    tui.wait(300);
    tui.connect('reconnecting');
    tui.press('y');
    expect(decisions(tui)).toEqual([]);
    expect(tui.state().dialog?.note).toMatch(/not connected/);
    tui.connect('live');
    tui.press('y');
    expect(decisions(tui)).toHaveLength(1);
  });

  test('a resize never closes it, and a screen too small takes no answer', () => {
    const tui = open();
    tui.wait(300);
    tui.dispatch({ type: 'terminal.resized', columns: 39, rows: 24 });
    tui.press('y', 'enter', 'esc');
    expect(decisions(tui)).toEqual([]);
    tui.dispatch({ type: 'terminal.resized', columns: 120, rows: 40 });
    expect(tui.state().dialog?.phase).toBe('asking');
    tui.press('y');
    expect(decisions(tui)).toHaveLength(1);
  });

  test('evidence that is not here is fetched, and only fills what was missing', () => {
    const tui = createPureTui({ approvals: [approval] });
    tui.press('2', 'a');
    expect(tui.effects()).toEqual([{ type: 'load-evidence', alertId: approval.alert_id }]);
    tui.dispatch({ type: 'evidence.loaded', alert: sampleAlert(9) });
    expect(tui.state().dialog?.subject).toMatchObject({ alert: undefined });
    tui.dispatch({ type: 'evidence.loaded', alert: sampleAlert(1) });
    expect(tui.state().dialog?.subject).toMatchObject({ alert: { id: sampleAlert(1).id } });
  });
});

describe('undo', () => {
  test('asks about the lease of a history row, and y takes it back', () => {
    const tui = createPureTui({ records: [sampleRecord(2)], leases: [sampleLease(2)] });
    tui.press('3', 'u');
    expect(tui.state().dialog?.subject).toMatchObject({ kind: 'undo', lease: { id: sampleLease(2).id } });
    tui.wait(300);
    tui.press('y');
    expect(tui.effects()).toContainEqual({ type: 'undo', id: sampleLease(2).id, reason: '' });
  });

  test('asks about the lease of an alert', () => {
    const tui = createPureTui({ alerts: [sampleAlert(2)], leases: [sampleLease(2)] });
    tui.press('u');
    expect(tui.state().dialog?.subject).toMatchObject({ kind: 'undo' });
  });

  test('says when there is nothing to take back', () => {
    const tui = createPureTui({ alerts: [sampleAlert(2)] });
    tui.press('u');
    expect(tui.state().dialog).toBeUndefined();
    expect(tui.state().toast?.text).toMatch(/nothing in force/);
  });
});
