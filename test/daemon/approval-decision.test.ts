import { describe, expect, test } from 'vitest';
import { createActor } from 'xstate';
import { type ApprovalAnswer, decideApproval } from '../../src/daemon/approval-decision.ts';
import type { Approval } from '../../src/domain/approval.ts';
import { createManualClock } from '../../src/domain/clock.ts';
import { anApproval, createApprovalWorld, type Ending, OPERATOR } from '../machines/approval-world.ts';

type Dependencies = Parameters<typeof decideApproval>[0];

/** One approval with a running actor, and the two things a decision needs of root and store. */
const createScene = (more: Partial<Approval> = {}) => {
  const { world, logic, end } = createApprovalWorld(anApproval(more));
  const clock = createManualClock(2_000);
  const actor = createActor(logic, { input: { approval: world.row, now: clock.now() } });
  actor.start();
  const dependencies: Dependencies = {
    // Only these members are asked for; the rest of a root and a store is not here.
    root: { approvalActor: () => (actor.getSnapshot().status === 'active' ? actor : undefined) } as unknown as Dependencies['root'],
    store: { approvals: { get: () => world.row } } as unknown as Dependencies['store'],
    clock,
  };
  const decide = (decision: 'approve' | 'reject', version = world.row.version, reason = '', more: Partial<ApprovalAnswer> = {}) =>
    decideApproval(dependencies, world.row, { decision, by: OPERATOR, reason, version, ...more }).then(
      (approval) => approval.state,
      (problem: { readonly code: string; readonly message: string }) => `${problem.code} ${problem.message}`,
    );
  const finish = async (how: Ending = 'works'): Promise<void> => {
    for (let round = 0; round < 20; round += 1) {
      end(how);
      await new Promise((resolve) => setImmediate(resolve));
    }
  };
  return { world, actor, clock, decide, end, finish };
};

describe("a person's answer", () => {
  test('to let it happen comes back when it has happened', async () => {
    const { world, decide, finish } = createScene();
    const answer = decide('approve', 1, 'seen it');
    await finish();
    expect(await answer).toBe('done');
    expect(world).toMatchObject({ executed: 1, row: { decidedBy: OPERATOR, reason: 'seen it' } });
  });

  test('to refuse it comes back when that is on disk, and nothing was done', async () => {
    const { world, decide, finish } = createScene();
    const answer = decide('reject');
    await finish();
    expect(await answer).toBe('rejected');
    expect(world.executed).toBe(0);
  });

  test('on a version that is no longer the latest is refused', async () => {
    const { world, decide } = createScene({ version: 5 });
    expect(await decide('approve', 4)).toMatch(/^SEC_CONFLICT.*changed in the meantime/);
    expect(world.executed).toBe(0);
  });

  test('that comes too late is refused', async () => {
    const { world, clock, decide } = createScene();
    clock.set(400_000);
    expect(await decide('approve')).toMatch(/^SEC_CONFLICT.*time to answer is over/);
    expect(world.executed).toBe(0);
  });

  test('that cannot be saved is refused, and can be given again', async () => {
    const { world, decide, end, finish } = createScene();
    const first = decide('approve');
    end('fails before');
    expect(await first).toMatch(/^SEC_CONFLICT.*could not be saved/);
    const second = decide('approve');
    await finish();
    expect(await second).toBe('done');
    expect(world.executed).toBe(1);
  });

  test('is counted once: of two at the same time one is told that it is decided, and the other is not disturbed by that', async () => {
    const { world, decide, finish } = createScene();
    const first = decide('approve');
    const second = decide('reject');
    expect(await second).toMatch(/^SEC_CONFLICT.*already decided/);
    await finish();
    expect(await first).toBe('done');
    expect(world.executed).toBe(1);
  });

  test('to what a guard forbids by now comes back as void', async () => {
    const { world, decide, finish } = createScene();
    world.isVetoed = true;
    const answer = decide('approve');
    await finish();
    expect(await answer).toBe('void');
    expect(world.executed).toBe(0);
  });

  test('to what is over already is refused with what became of it', async () => {
    const { decide, finish } = createScene();
    const answer = decide('reject');
    await finish();
    await answer;
    expect(await decide('approve')).toMatch(/^SEC_CONFLICT.*already rejected/);
  });

  test('where two must agree comes back as soon as it is on disk, and the second one when it has happened', async () => {
    const { world, decide, finish } = createScene({ seats: [[], []] });
    const first = decide('approve', 1, '', { seats: [0, 1] });
    await finish();
    expect(await first).toBe('pending');
    expect(world).toMatchObject({ executed: 0, row: { votes: [{ by: OPERATOR }] } });
    expect(await decide('approve', 2, '', { seats: [0, 1] })).toMatch(/^SEC_CONFLICT.*agreed already/);
    const second = decide('approve', 2, '', { by: { name: 'boss', uid: 1, via: 'cli' }, seats: [0, 1] });
    await finish();
    expect(await second).toBe('done');
    expect(world.executed).toBe(1);
  });
});
