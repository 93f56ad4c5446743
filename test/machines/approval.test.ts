import { describe, expect, test } from 'vitest';
import { getShortestPaths } from 'xstate/graph';
import { type ApprovalInput, approvalMachine, MAX_TRIES, RETRY_AFTER_MS } from '../../machines/approval.ts';
import { anApproval, OPERATOR } from './approval-world.ts';
import { type AnyEvent, cells, driven, type Row, restingStates, stateOf } from './table.ts';

const approval = anApproval({ createdAt: 1_000, expiresAt: 101_000 });
const held = { ...approval, isHeld: true };
const at = (more: Partial<typeof approval>): ApprovalInput => ({ approval: { ...approval, ...more }, now: 2_000 });
const input = at({});

const tick = (now: number): AnyEvent => ({ type: 'tick', now });
const approve: AnyEvent = { type: 'decision.approve', by: OPERATOR, reason: 'seen it', version: 1, now: 3_000 };
const reject: AnyEvent = { type: 'decision.reject', by: OPERATOR, reason: 'ours', version: 1, now: 3_000 };
const done = (kind: string, output?: unknown): AnyEvent => ({ type: `xstate.done.actor.0.approval.${kind}`, output, actorId: `0.approval.${kind}` });
const broken = (kind: string): AnyEvent => ({
  type: `xstate.error.actor.0.approval.${kind}`,
  error: new Error(`${kind} broke`),
  actorId: `0.approval.${kind}`,
});
const allowed = done('rechecking', { isAllowed: true });
const success = done('acting', { isDone: true, result: 'verified' });

const events = {
  approve,
  reject,
  'stale approve': { ...approve, version: 0 },
  'stale reject': { ...reject, version: 7 },
  'late approve': { ...approve, now: 101_000 },
  'late reject': { ...reject, now: 101_000 },
  void: { type: 'approval.void', reason: 'allow-listed', now: 3_000 },
  'tick before the end': tick(100_999),
  'tick at the end': tick(101_000),
  'xstate.saved answer': done('approving'),
  'xstate.answer not saved': broken('approving'),
  'xstate.allowed': allowed,
  'xstate.vetoed': done('rechecking', { isAllowed: false, outcome: 'void', reason: 'target changed' }),
  'xstate.guards broke': broken('rechecking'),
  'xstate.intent saved': done('beginning'),
  'xstate.intent not saved': broken('beginning'),
  'xstate.done': success,
  'xstate.not done': done('acting', { isDone: false, result: 'nft said no' }),
  'xstate.act broke': broken('acting'),
  'xstate.was done': done('reconciling', 'already-done'),
  'xstate.was not done': done('reconciling', 'not-done'),
  'xstate.has changed': done('reconciling', 'changed'),
  'xstate.cannot tell': broken('reconciling'),
  'xstate.end saved': done('settling'),
  'xstate.end not saved': broken('settling'),
  'xstate.released': done('releasing'),
  'xstate.not released': broken('releasing'),
  'xstate.freed saved': done('freeing'),
  'xstate.freed not saved': broken('freeing'),
};

const approved = [approve, done('approving')];
const begun = [...approved, allowed, done('beginning')];
const heldInput: ApprovalInput = { approval: held, now: 2_000 };
const rejectedHeld = [reject, done('approving')];
type InputRow = Row & { readonly input?: ApprovalInput };
const rows: readonly InputRow[] = [
  { state: 'waking', input: { approval }, path: [], leads: { 'tick before the end': 'pending', 'tick at the end': 'settling' } },
  {
    state: 'pending',
    path: [],
    leads: {
      approve: 'approving',
      reject: 'approving',
      'late approve': 'settling',
      'late reject': 'settling',
      void: 'settling',
      'tick at the end': 'settling',
    },
  },
  { state: 'approving', path: [approve], leads: { 'xstate.saved answer': 'rechecking', 'xstate.answer not saved': 'pending' } },
  { state: 'rechecking', path: approved, leads: { 'xstate.allowed': 'beginning', 'xstate.vetoed': 'settling', 'xstate.guards broke': 'settling' } },
  { state: 'beginning', path: [...approved, allowed], leads: { 'xstate.intent saved': 'acting', 'xstate.intent not saved': 'held-up' } },
  { state: 'held-up', path: [...approved, allowed, broken('beginning')], leads: { 'tick before the end': 'rechecking', 'tick at the end': 'settling' } },
  { state: 'acting', path: begun, leads: { 'xstate.done': 'settling', 'xstate.not done': 'settling', 'xstate.act broke': 'reconciling' } },
  {
    state: 'reconciling',
    input: at({ state: 'executing' }),
    path: [],
    leads: { 'xstate.was done': 'settling', 'xstate.was not done': 'rechecking', 'xstate.has changed': 'settling', 'xstate.cannot tell': 'unsure' },
  },
  {
    state: 'unsure',
    input: at({ state: 'executing' }),
    path: [broken('reconciling')],
    leads: { 'tick before the end': 'reconciling', 'tick at the end': 'reconciling' },
  },
  { state: 'settling', path: [...begun, success], leads: { 'xstate.end saved': 'finished', 'xstate.end not saved': 'unsaved' } },
  { state: 'unsaved', path: [...begun, success, broken('settling')], leads: { 'tick before the end': 'settling', 'tick at the end': 'settling' } },
  { state: 'releasing', input: heldInput, path: rejectedHeld, leads: { 'xstate.released': 'freeing', 'xstate.not released': 'still-held' } },
  {
    state: 'still-held',
    input: heldInput,
    path: [...rejectedHeld, broken('releasing')],
    leads: { 'tick before the end': 'releasing', 'tick at the end': 'releasing' },
  },
  {
    state: 'freeing',
    input: heldInput,
    path: [...rejectedHeld, done('releasing')],
    leads: { 'xstate.freed saved': 'finished', 'xstate.freed not saved': 'unfreed' },
  },
  {
    state: 'unfreed',
    input: heldInput,
    path: [...rejectedHeld, done('releasing'), broken('freeing')],
    leads: { 'tick before the end': 'freeing', 'tick at the end': 'freeing' },
  },
  { state: 'finished', path: [...begun, success, done('settling')], leads: {} },
];

describe('an approval', () => {
  test('has a table row for every state it can rest in', () => {
    expect(rows.map((row) => row.state).sort()).toEqual([...restingStates(approvalMachine)].sort());
  });

  const table = rows.flatMap((row) => cells([row], events).map((cell) => ({ ...cell, input: row.input ?? input })));
  test.each(table)('$state + $event → $leads', ({ state, path, sent, leads, input: given }) => {
    expect(stateOf(driven(approvalMachine, given, path))).toBe(state);
    expect(stateOf(driven(approvalMachine, given, [...path, sent]))).toBe(leads);
  });

  test.each([
    ['approved', at({ state: 'approved' }), 'rechecking'],
    ['approved, but too late', { ...at({ state: 'approved' }), now: 101_000 }, 'settling'],
    ['executing, whatever the time', { ...at({ state: 'executing' }), now: 999_999 }, 'reconciling'],
    ['pending, but too late', { ...at({}), now: 101_000 }, 'settling'],
    ['rejected', at({ state: 'rejected' }), 'finished'],
    ['rejected, with the target still held', at({ state: 'rejected', isHeld: true }), 'releasing'],
    ['done', at({ state: 'done' }), 'finished'],
  ] as const)('starts from a record that is %s', (_, given, state) => {
    expect(stateOf(driven(approvalMachine, given, []))).toBe(state);
  });

  test('an interrupted action that was not done is not done after the deadline either', () => {
    const late = driven(approvalMachine, { ...at({ state: 'executing' }), now: 200_000 }, [done('reconciling', 'not-done')]);
    expect([stateOf(late), late.context.next.state]).toEqual(['settling', 'void']);
  });

  test.each([
    ['rejected', rejectedHeld.slice(0, 1), { state: 'rejected', decidedBy: OPERATOR, reason: 'ours', decidedAt: 3_000, version: 2 }],
    ['approved', [approve], { state: 'approved', decidedBy: OPERATOR, reason: 'seen it', decidedAt: 3_000, version: 2 }],
    ['expired', [tick(101_000)], { state: 'expired', result: 'nobody answered in time', version: 2 }],
    ['void by a guard', [events.void], { state: 'void', result: 'allow-listed', version: 2 }],
    ['void at the last check', [...approved, events['xstate.vetoed']], { state: 'void', result: 'target changed', version: 3 }],
    [
      'failed at the last check',
      [...approved, broken('rechecking')],
      { state: 'failed', result: 'the guards could not be asked: rechecking broke', version: 3 },
    ],
    ['executing', [...approved, allowed], { state: 'executing', version: 3 }],
    ['done', [...begun, success], { state: 'done', result: 'verified', version: 4 }],
    ['failed', [...begun, events['xstate.not done']], { state: 'failed', result: 'nft said no', version: 4 }],
    ['done after doubt', [...begun, broken('acting'), done('reconciling', 'already-done')], { state: 'done', version: 4 }],
    [
      'failed after an error',
      [...begun, broken('acting'), done('reconciling', 'not-done')],
      { state: 'failed', result: 'it was not done: acting broke', version: 4 },
    ],
    ['void, target changed', [...begun, broken('acting'), done('reconciling', 'changed')], { state: 'void', version: 4 }],
  ])('writes the record: %s', (_, path, record) => {
    expect(driven(approvalMachine, input, path).context.next).toMatchObject(record);
  });

  test('gives up asking whether it happened after some tries, and says that it does not know', () => {
    const asking = Array.from({ length: MAX_TRIES }, (_, index) => [tick(2_000 + (index + 1) * RETRY_AFTER_MS), broken('reconciling')]).flat();
    const { context } = driven(approvalMachine, at({ state: 'executing' }), [broken('reconciling'), ...asking]);
    expect(context.next).toMatchObject({ state: 'failed', result: 'it is unknown whether it was done: reconciling broke' });
  });

  test('gives up resuming a held target after some tries, and leaves the record saying that it is held', () => {
    const trying = Array.from({ length: MAX_TRIES }, (_, index) => [tick(3_000 + (index + 1) * RETRY_AFTER_MS), broken('releasing')]).flat();
    const given = driven(approvalMachine, heldInput, [...rejectedHeld, broken('releasing'), ...trying]);
    expect([stateOf(given), given.context.approval.isHeld]).toEqual(['finished', true]);
  });

  test('a target that was killed is no longer held', () => {
    expect(driven(approvalMachine, heldInput, [...begun, success]).context.next.isHeld).toBe(false);
    expect(driven(approvalMachine, heldInput, [...begun, events['xstate.not done']]).context.next.isHeld).toBe(true);
  });

  test('a clock that is set back does not stretch a pause', () => {
    const waiting = [...begun, success, broken('settling')];
    expect(stateOf(driven(approvalMachine, { approval, now: 50_000 }, [...waiting, tick(10_000)]))).toBe('settling');
  });

  test('is busy only while a step is under way, never while it waits for a person or the clock', () => {
    const busy = rows.filter((row) => driven(approvalMachine, row.input ?? input, row.path).hasTag('busy')).map((row) => row.state);
    expect(busy).toEqual(['rechecking', 'beginning', 'acting', 'reconciling', 'settling', 'releasing', 'freeing']);
  });

  test('no path leads to the act but through a person, the guards and the intent on disk', () => {
    const paths = getShortestPaths(approvalMachine, {
      input: heldInput,
      events: Object.values(events) as never,
      filterEvents: (snapshot, event: AnyEvent) => !event.type.startsWith('xstate.') || event['actorId'] === Object.keys(snapshot.children).at(-1),
      serializeState: (snapshot) =>
        `${stateOf(snapshot)} ${snapshot.context.approval.state} ${snapshot.context.next.state} ${Math.min(snapshot.context.tries, 2)}`,
      limit: 3_000,
    });
    const acting = paths.filter((path) => stateOf(path.state) === 'acting');
    expect(acting.length).toBeGreaterThan(0);
    for (const { steps, state } of acting) {
      const names = steps.map((step) => step.event.type as string);
      expect(names).toEqual(expect.arrayContaining(['decision.approve', done('approving').type, allowed.type, done('beginning').type]));
      expect(state.context.approval).toMatchObject({ state: 'executing', decidedBy: OPERATOR });
    }
    expect(new Set(paths.map((path) => stateOf(path.state)))).toEqual(new Set(restingStates(approvalMachine).filter((name) => name !== 'waking')));
  });
});
