import { describe, expect, test } from 'vitest';
import type { StreamMessage } from '../../../src/protocol/schemas.ts';
import { waitingCount } from '../../../src/tui/state/selectors.ts';
import { sampleAlert, sampleApproval, sampleLease, sampleRecord, sampleStatus } from '../samples.ts';
import { createPureTui } from './pure-tui.ts';

const alerts = (count: number) => Array.from({ length: count }, (_, index) => sampleAlert(index));
const selected = (tui: ReturnType<typeof createPureTui>) => tui.state().lists[tui.state().view].selectedKey;
const stream = (tui: ReturnType<typeof createPureTui>, ...messages: readonly StreamMessage[]): void =>
  tui.dispatch({ type: 'stream.received', messages, dropped: 0, now: tui.now() });

describe('moving', () => {
  test('jjj in one read moves three rows', () => {
    const tui = createPureTui({ alerts: alerts(30) });
    tui.press('g');
    tui.chunk('j', 'j', 'j');
    expect(selected(tui)).toBe(sampleAlert(3).id);
  });

  test('arrows and letters are the same', () => {
    const tui = createPureTui({ alerts: alerts(30) });
    tui.press('up', 'k', 'down', 'up');
    expect(selected(tui)).toBe(sampleAlert(27).id);
  });

  test('alerts that arrive do not move what is selected', () => {
    const tui = createPureTui({ alerts: alerts(30) });
    tui.press('k');
    const before = selected(tui);
    stream(tui, { type: 'alert', sequence: 2, alert: sampleAlert(40) }, { type: 'alert', sequence: 3, alert: sampleAlert(41) });
    expect(selected(tui)).toBe(before);
    tui.press('G');
    expect(selected(tui)).toBe(sampleAlert(41).id);
  });

  test('p holds still and follows again', () => {
    const tui = createPureTui({ alerts: alerts(3) });
    tui.press('p');
    stream(tui, { type: 'alert', sequence: 2, alert: sampleAlert(40) });
    expect(selected(tui)).toBe(sampleAlert(2).id);
    tui.press('p');
    expect(selected(tui)).toBe(sampleAlert(40).id);
  });

  test('going on at the old end asks for older rows, once at a time', () => {
    const tui = createPureTui({ alerts: alerts(3).map((alert) => alert) });
    tui.press('g', 'k', 'k');
    expect(tui.effects()).toEqual([{ type: 'load-alerts-before', id: sampleAlert(0).id }]);
    tui.dispatch({ type: 'alerts.loaded', alerts: [], isOlderPage: true, isLastPage: true });
    tui.press('k');
    expect(tui.effects()).toEqual([]);
  });

  test('in history the old end is the bottom', () => {
    const tui = createPureTui({ records: [sampleRecord(5), sampleRecord(6)] });
    tui.press('3', 'j', 'j');
    expect(tui.effects()).toEqual([{ type: 'load-records-before', sequence: 5 }]);
  });

  test('a failed page can be asked for again', () => {
    const tui = createPureTui({ alerts: alerts(3) });
    tui.press('g', 'k');
    tui.effects();
    tui.dispatch({ type: 'call.failed', what: 'alerts', text: 'It took too long.', now: tui.now() });
    expect(tui.state().toast?.text).toBe('It took too long.');
    tui.press('k');
    expect(tui.effects()).toHaveLength(1);
  });

  test('Tab goes round the views', () => {
    const tui = createPureTui();
    const seen = ['tab', 'tab', 'tab', 'tab', 'shift+tab'].map((key) => {
      tui.press(key);
      return tui.state().view;
    });
    expect(seen).toEqual(['approvals', 'history', 'status', 'alerts', 'status']);
  });
});

describe('filter', () => {
  test('is in force while it is typed and kept for its view alone', () => {
    const tui = createPureTui({ alerts: alerts(12) });
    tui.press('/', ...'sev:crit');
    expect(tui.state().lists.alerts.selectedKey).toBe(sampleAlert(8).id);
    tui.press('enter', '3', '1');
    expect(tui.state().filters.alerts.text).toBe('sev:crit');
    expect(tui.state().filters.history.text).toBe('');
  });

  test('Esc while typing brings the old one back, Esc in the list clears it', () => {
    const tui = createPureTui({ alerts: alerts(12) });
    tui.press('/', 'a', 'enter', '/', 'b', 'esc');
    expect(tui.state().filters.alerts.text).toBe('a');
    tui.press('esc');
    expect(tui.state().filters.alerts.text).toBe('');
  });

  test('keys that mean something elsewhere are letters here', () => {
    const tui = createPureTui({ approvals: [sampleApproval(1)] });
    tui.press('2', '/', 'q', 'a', 'x', 'y', '?', 'space', 'u');
    expect(tui.state().filters.approvals.text).toBe('qaxy? u');
    expect(tui.state().dialog).toBeUndefined();
    expect(tui.effects()).toEqual([]);
  });

  test('one that cannot be read hides nothing and says why', () => {
    const tui = createPureTui({ alerts: alerts(12) });
    tui.press('/', ...'sev:zz');
    expect(tui.state().filters.alerts.problem).toMatch(/sev: one of/);
    expect(selected(tui)).toBe(sampleAlert(11).id);
  });

  test('a paste goes into it, one line', () => {
    const tui = createPureTui();
    tui.press('/');
    tui.dispatch({ type: 'text.pasted', text: 'src:203.0.113.7\nq', now: tui.now() });
    expect(tui.state().filters.alerts.text).toBe('src:203.0.113.7');
  });
});

describe('acting', () => {
  test('acknowledging is one key, and u takes it back at once for 30 s', () => {
    const tui = createPureTui({ alerts: alerts(1) });
    tui.press('A');
    expect(tui.effects()).toMatchObject([{ type: 'set-alert-status', status: 'ACKNOWLEDGED', isRevert: false }]);
    const acknowledged = sampleAlert(0, { status: 'ACKNOWLEDGED', version: 2 });
    tui.dispatch({ type: 'status-change.settled', alert: acknowledged, previous: 'OPEN', isRevert: false, now: tui.now() });
    expect(tui.state().toast?.text).toBe('acknowledged · u undo (30 s)');
    tui.wait(29_000);
    tui.press('u');
    expect(tui.effects()).toMatchObject([{ type: 'set-alert-status', status: 'OPEN', isRevert: true }]);
  });

  test('after 30 s u means what it says for the row', () => {
    const tui = createPureTui({ alerts: alerts(1), leases: [sampleLease(0)] });
    tui.dispatch({
      type: 'status-change.settled',
      alert: sampleAlert(0, { status: 'ACKNOWLEDGED', version: 2 }),
      previous: 'OPEN',
      isRevert: false,
      now: tui.now(),
    });
    tui.wait(30_000);
    tui.press('u');
    expect(tui.effects()).toEqual([]);
    expect(tui.state().dialog?.subject.kind).toBe('undo');
  });

  test.each(['connecting', 'reconnecting', 'stale'] as const)('while %s nothing is decided, and the footer says why', (connection) => {
    const tui = createPureTui({ alerts: alerts(1), approvals: [sampleApproval(0)], leases: [sampleLease(0)] });
    tui.connect(connection);
    for (const key of ['a', 'x', 'u', 'A']) {
      tui.press(key);
      expect(tui.state().dialog).toBeUndefined();
      expect(tui.state().toast?.text).toMatch(/not connected/);
    }
    expect(tui.effects()).toEqual([]);
  });

  test('read-only refuses everything that acts, and still copies', () => {
    const tui = createPureTui({ readOnly: true, alerts: alerts(1), approvals: [sampleApproval(0)], leases: [sampleLease(0)] });
    for (const key of ['a', 'x', 'u', 'A']) {
      tui.press(key);
      expect(tui.state().toast?.text).toMatch(/read-only/);
    }
    expect(tui.effects()).toEqual([]);
    tui.press('y');
    expect(tui.effects()).toMatchObject([{ type: 'copy' }]);
  });

  test('an action that would cut off the own connection is refused here', () => {
    const block = sampleApproval(1, { action: 'block_ip', target: '198.51.100.0/24' });
    const tui = createPureTui({ approvals: [block], environment: { SSH_CONNECTION: '198.51.100.9 50112 192.0.2.1 22' } });
    tui.press('2', 'a');
    expect(tui.state().dialog).toBeUndefined();
    expect(tui.state().toast?.text).toMatch(/cut off your own address 198\.51\.100\.9/);
    tui.press('x');
    expect(tui.state().dialog?.subject.kind).toBe('reject');
  });

  test('a in the alert list asks about the approval of that alert', () => {
    const tui = createPureTui({ alerts: alerts(3), approvals: [sampleApproval(1)] });
    tui.press('a');
    expect(tui.state().toast?.text).toMatch(/no approval waits/);
    tui.press('k', 'a');
    expect(tui.state().dialog?.subject).toMatchObject({ kind: 'approve', approval: { id: sampleApproval(1).id } });
  });
});

describe('copying', () => {
  test('y copies the id, i the address, Y JSON without anything but printable ASCII', () => {
    const hostile = sampleAlert(1, { title: 'a\u001b[8m\u202eb\nrm -rf' });
    const tui = createPureTui({ alerts: [hostile] });
    tui.press('y', 'i', 'Y');
    const [id, ip, json] = tui.effects().map((effect) => (effect.type === 'copy' ? effect.text : ''));
    expect(id).toBe(hostile.id);
    expect(ip).toBe('203.0.113.1');
    expect(json).toMatch(/^[\x20-\x7e]*$/);
    expect(JSON.parse(json ?? '').title).toBe(hostile.title);
  });

  test('i on a row without an address says so', () => {
    const tui = createPureTui({ approvals: [sampleApproval(1)] });
    tui.press('2', 'i');
    expect(tui.effects()).toEqual([]);
    expect(tui.state().toast?.text).toMatch(/no address/);
  });
});

describe('the stream', () => {
  test('hello loads what is there now, and so does a hole', () => {
    const tui = createPureTui({ alerts: alerts(2) });
    stream(tui, { type: 'hello', sequence: 2, protocol: 1, status: sampleStatus() }, { type: 'gap', sequence: 3, missed: 5 });
    expect(tui.effects()).toEqual([{ type: 'load-snapshot' }]);
    expect(tui.state().data.alerts.at(-1)?.gap).toEqual({ missed: 5 });
  });

  test('what this client dropped is counted and shown as a hole', () => {
    const tui = createPureTui({ alerts: alerts(2) });
    tui.dispatch({ type: 'stream.received', messages: [], dropped: 17, now: tui.now() });
    expect(tui.state().data.dropped).toBe(17);
    expect(tui.state().data.alerts.at(-1)?.gap).toEqual({ missed: 17 });
  });

  test('another protocol is told, and nothing breaks', () => {
    const tui = createPureTui();
    stream(tui, { type: 'hello', sequence: 2, protocol: 99, status: sampleStatus() });
    expect(tui.state().toast?.text).toMatch(/different versions/);
  });

  test('an outcome in the history looks at what is in force anew', () => {
    const tui = createPureTui();
    stream(tui, { type: 'record', sequence: 2, record: sampleRecord(9) });
    expect(tui.effects()).toEqual([{ type: 'load-leases' }]);
  });

  test('waiting approvals are counted, decided ones not', () => {
    const tui = createPureTui({ approvals: [sampleApproval(1), sampleApproval(2)] });
    expect(waitingCount(tui.state())).toBe(2);
    stream(tui, { type: 'approval', sequence: 2, approval: sampleApproval(1, { state: 'rejected', version: 9 }) });
    expect(waitingCount(tui.state())).toBe(1);
  });
});

describe('leaving', () => {
  test('q in a list quits, Esc never does', () => {
    const tui = createPureTui();
    tui.press('esc', 'esc', 'esc');
    expect(tui.effects()).toEqual([]);
    tui.press('q');
    expect(tui.effects()).toEqual([{ type: 'quit' }]);
  });

  test('q in help and detail goes back one level only', () => {
    const tui = createPureTui({ alerts: alerts(1) });
    tui.press('?', 'q', 'enter', 'q');
    expect(tui.effects()).toEqual([]);
    expect(tui.state().overlay).toBeUndefined();
  });

  test.each([[['ctrl+c']], [['/', 'ctrl+c']], [['?', 'ctrl+c']], [['2', 'a', 'ctrl+c']]])('Ctrl-C quits from anywhere: %j', (keys) => {
    const tui = createPureTui({ approvals: [sampleApproval(1)] });
    tui.press(...keys);
    expect(tui.effects().at(-1)).toEqual({ type: 'quit' });
  });
});
