import { describe, expect, test } from 'vitest';
import { getShortestPaths } from 'xstate/graph';
import { type ApprovalInput, approvalMachine, MAX_TRIES, RETRY_AFTER_MS } from '../../machines/approval.ts';
import { anApproval, OPERATOR } from './approval-world.ts';
import { type AnyEvent, cells, driven, type Row, restingStates, stateOf } from './table.ts';

const approval = anApproval({ createdAt: 1_000, expiresAt: 101_000 });
const held = { ...approval, isHeld: true };
const at = (more: Partial<typeof approval>): ApprovalInput => ({ approval: { ...approval, ...more }, now: 2_000 });
const input = at({});

const BOSS = { name: 'boss', uid: 1001, via: 'cli' } as const;
const two = at({ seats: [['ops', 'boss'], ['@admins']] });

const tick = (now: number): AnyEvent => ({ type: 'tick', now });
const approve: AnyEvent = { type: 'decision.approve', by: OPERATOR, reason: 'seen it', version: 1, now: 3_000 };
const reject: AnyEvent = { type: 'decision.reject', by: OPERATOR, reason: 'ours', version: 1, now: 3_000 };
const joined: AnyEvent = { type: 'approval.joined', severity: 'CRITICAL', alertId: '01J0000000000000000000ALR2', at: 3_000 };
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
  joined,
  viewed: { type: 'approval.viewed', now: 3_000 },
  'approve by one of two': { ...approve, seats: [0] },
  'approve by nobody of them': { ...approve, seats: [] },
  'broken glass': { ...approve, seats: [0], isBreakGlass: true },
  'tick before anything is due': tick(50_999),
  'tick at a reminder': tick(51_000),
  'tick before the end': tick(100_999),
  'tick at the end': tick(101_000),
  'xstate.saved answer': done('approving'),
  'xstate.answer not saved': broken('approving'),
  'xstate.vote saved': done('voting'),
  'xstate.vote not saved': broken('voting'),
  'xstate.news saved': done('noting'),
  'xstate.news not saved': broken('noting'),
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
  {
    state: 'waking',
    input: { approval },
    path: [],
    leads: { 'tick before anything is due': 'pending', 'tick at a reminder': 'pending', 'tick before the end': 'pending', 'tick at the end': 'settling' },
  },
  {
    state: 'pending',
    path: [],
    leads: {
      approve: 'approving',
      reject: 'approving',
      'late approve': 'settling',
      'late reject': 'settling',
      void: 'settling',
      'approve by one of two': 'approving',
      'approve by nobody of them': 'approving',
      'tick at a reminder': 'noting',
      'tick before the end': 'noting',
      'tick at the end': 'settling',
    },
  },
  {
    state: 'pending',
    input: two,
    path: [],
    leads: {
      reject: 'approving',
      'late approve': 'settling',
      'late reject': 'settling',
      void: 'settling',
      'approve by one of two': 'voting',
      'broken glass': 'approving',
      'tick at a reminder': 'noting',
      'tick before the end': 'noting',
      'tick at the end': 'settling',
    },
  },
  { state: 'noting', path: [tick(51_000)], leads: { 'xstate.news saved': 'pending', 'xstate.news not saved': 'pending' } },
  { state: 'voting', input: two, path: [{ ...approve, seats: [0] }], leads: { 'xstate.vote saved': 'pending', 'xstate.vote not saved': 'pending' } },
  { state: 'approving', path: [approve], leads: { 'xstate.saved answer': 'rechecking', 'xstate.answer not saved': 'pending' } },
  { state: 'rechecking', path: approved, leads: { 'xstate.allowed': 'beginning', 'xstate.vetoed': 'settling', 'xstate.guards broke': 'settling' } },
  { state: 'beginning', path: [...approved, allowed], leads: { 'xstate.intent saved': 'acting', 'xstate.intent not saved': 'held-up' } },
  {
    state: 'held-up',
    path: [...approved, allowed, broken('beginning')],
    leads: {
      'tick before anything is due': 'rechecking',
      'tick at a reminder': 'rechecking',
      'tick before the end': 'rechecking',
      'tick at the end': 'settling',
    },
  },
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
    leads: {
      'tick before anything is due': 'reconciling',
      'tick at a reminder': 'reconciling',
      'tick before the end': 'reconciling',
      'tick at the end': 'reconciling',
    },
  },
  { state: 'settling', path: [...begun, success], leads: { 'xstate.end saved': 'finished', 'xstate.end not saved': 'unsaved' } },
  {
    state: 'unsaved',
    path: [...begun, success, broken('settling')],
    leads: { 'tick before anything is due': 'settling', 'tick at a reminder': 'settling', 'tick before the end': 'settling', 'tick at the end': 'settling' },
  },
  { state: 'releasing', input: heldInput, path: rejectedHeld, leads: { 'xstate.released': 'freeing', 'xstate.not released': 'still-held' } },
  {
    state: 'still-held',
    input: heldInput,
    path: [...rejectedHeld, broken('releasing')],
    leads: {
      'tick before anything is due': 'releasing',
      'tick at a reminder': 'releasing',
      'tick before the end': 'releasing',
      'tick at the end': 'releasing',
    },
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
    leads: { 'tick before anything is due': 'freeing', 'tick at a reminder': 'freeing', 'tick before the end': 'freeing', 'tick at the end': 'freeing' },
  },
  { state: 'finished', path: [...begun, success, done('settling')], leads: {} },
];

describe('an approval', () => {
  test('has a table row for every state it can rest in', () => {
    expect([...new Set(rows.map((row) => row.state))].sort()).toEqual([...restingStates(approvalMachine)].sort());
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
    ['reminded', [tick(51_000)], { state: 'pending', reminded: 0.5, basis: 1, version: 2 }],
    ['reminded once, late', [tick(90_000)], { state: 'pending', reminded: 0.8, version: 2 }],
    ['asked for again', [joined, joined, tick(2_500)], { count: 3, latestAlertId: '01J0000000000000000000ALR2', latestAt: 3_000, basis: 1, version: 2 }],
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

  test('of two persons the first is a vote, the same one again is none, and the second lets it happen', () => {
    const once = driven(approvalMachine, two, [{ ...approve, seats: [0, 1] }, done('voting')]);
    expect([stateOf(once), once.context.approval]).toEqual(['pending', expect.objectContaining({ state: 'pending', version: 2, basis: undefined })]);
    expect(once.context.approval.votes).toEqual([{ by: OPERATOR, at: 3_000, reason: 'seen it', seats: [0, 1] }]);
    const path = [{ ...approve, seats: [0, 1] }, done('voting')];
    expect(stateOf(driven(approvalMachine, two, [...path, { ...approve, seats: [0, 1], version: 2 }]))).toBe('pending');
    // The first takes the other seat, so that this one finds a place.
    const both = driven(approvalMachine, two, [...path, { ...approve, by: BOSS, seats: [0], version: 2 }]);
    expect([stateOf(both), both.context.next.state, both.context.next.decidedBy, both.context.next.votes?.length]).toEqual(['approving', 'approved', BOSS, 2]);
  });

  test('of two persons a second one who did not see the first vote is told that it changed', () => {
    const late = [{ ...approve, seats: [0] }, done('voting'), { ...approve, by: BOSS, seats: [1], version: 1 }];
    expect(stateOf(driven(approvalMachine, two, late))).toBe('pending');
  });

  test('with one vote of two it expires, and says who did not agree', () => {
    const given = driven(approvalMachine, two, [{ ...approve, seats: [0] }, done('voting'), tick(101_000)]);
    expect(given.context.next).toMatchObject({ state: 'expired', result: 'not enough people agreed in time: @admins did not' });
  });

  test('a broken glass is one word alone, kept as such; where one word is enough there is no glass', () => {
    const broke = driven(approvalMachine, two, [events['broken glass']]);
    expect(broke.context.next).toMatchObject({ state: 'approved', isBreakGlass: true, decidedBy: OPERATOR });
    expect(stateOf(driven(approvalMachine, input, [events['broken glass']]))).toBe('pending');
  });

  test('a decision made before a reminder or a joined request still counts, one made on what is not there yet does not', () => {
    const news = [joined, tick(60_000), done('noting')];
    expect(driven(approvalMachine, input, news).context.approval.version).toBe(2);
    expect(stateOf(driven(approvalMachine, input, [...news, { ...approve, now: 61_000 }]))).toBe('approving');
    expect(stateOf(driven(approvalMachine, input, [...news, { ...approve, version: 3, now: 61_000 }]))).toBe('pending');
  });

  test('what is decided while news are written is heard right after that, whether they could be written or not', () => {
    for (const end of [done('noting'), broken('noting')]) {
      expect(stateOf(driven(approvalMachine, input, [tick(51_000), { ...reject, now: 51_001 }, end]))).toBe('approving');
      expect(stateOf(driven(approvalMachine, input, [tick(51_000), { ...events.void, now: 51_001 }, end]))).toBe('settling');
    }
  });

  test('requests whose write failed are not forgotten', () => {
    const failed = driven(approvalMachine, input, [joined, tick(2_500), joined, broken('noting')]);
    expect(stateOf(failed)).toBe('pending');
    const again = driven(approvalMachine, input, [joined, tick(2_500), joined, broken('noting'), tick(2_500 + RETRY_AFTER_MS)]);
    expect(again.context.next).toMatchObject({ count: 3, version: 2 });
  });

  test('while somebody looks it does not run out, but for two minutes at most', () => {
    const looking = (now: number): AnyEvent => ({ type: 'approval.viewed', now });
    const input = at({ reminded: 0.8 });
    expect(stateOf(driven(approvalMachine, input, [looking(99_000), tick(101_000)]))).not.toBe('settling');
    expect(stateOf(driven(approvalMachine, input, [looking(99_000), { ...approve, now: 105_000 }]))).toBe('approving');
    expect(stateOf(driven(approvalMachine, input, [looking(99_000), tick(114_000)]))).toBe('settling');
    const stubborn = Array.from({ length: 60 }, (_, index) => [looking(99_000 + index * 5_000), tick(99_000 + index * 5_000)]).flat();
    const ended = stubborn.findIndex((_, index) => stateOf(driven(approvalMachine, input, stubborn.slice(0, index + 1))) === 'settling');
    expect(stubborn[ended]).toMatchObject({ now: expect.toSatisfy((now: number) => now >= 221_000 && now <= 226_000) });
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
    expect(new Set(paths.map((path) => stateOf(path.state)))).toEqual(
      new Set(restingStates(approvalMachine).filter((name) => name !== 'waking' && name !== 'voting')),
    );
  });
});
