import { fromPromise } from 'xstate';
import { createApprovalLogic } from '../../machines/approval-logic.ts';
import type { Actor, Approval } from '../../src/domain/approval.ts';
import { SecError } from '../../src/domain/errors.ts';
import { asId } from '../../src/domain/ids.ts';

export const OPERATOR: Actor = { name: 'ops', uid: 1000, via: 'tui' };

/** A pending approval to kill a process. */
export const anApproval = (more: Partial<Approval> = {}): Approval => ({
  id: asId('01J0000000000000000000APPR'),
  actionId: asId('01J0000000000000000000ACTN'),
  alertId: asId('01J0000000000000000000ALRT'),
  module: 'runtime_watcher',
  alertType: 'reverse_shell',
  title: 'Reverse shell',
  severity: 'CRITICAL',
  action: 'kill_process',
  target: { kind: 'process', process: { pid: 4242, startTime: 99, exe: '/usr/bin/bash' } },
  params: {},
  plan: ['SIGKILL to pid 4242'],
  undoNote: 'cannot be undone',
  state: 'pending',
  isHeld: false,
  createdAt: 1_000,
  expiresAt: 301_000,
  version: 1,
  ...more,
});

/** How a step that is under way ends. `lost`: its effect happened and nobody heard of it. */
export type Ending = 'works' | 'fails before' | 'fails after';

type Step = { readonly name: string; readonly approval: Approval; readonly end: (how: Ending) => void };

/** Disk, target and guards that outlive the actor; each step waits until the test says how it ends. */
export const createApprovalWorld = (first: Approval) => {
  const world = { row: first, executed: 0, released: 0, isVetoed: false, hasChanged: false, problems: [] as string[] };
  let steps: Step[] = [];

  const step = <Output>(name: string, effect: (approval: Approval) => Output) =>
    fromPromise<Output>(({ input }) => {
      const approval = input as Approval;
      return new Promise((resolve, reject) => {
        const end = (how: Ending): void => {
          steps = steps.filter((one) => one.end !== end);
          if (how === 'fails before') {
            reject(new Error(`${name} failed before its effect`));
            return;
          }
          try {
            const output = effect(approval);
            if (how === 'works') resolve(output);
            else reject(new Error(`${name} failed after its effect`));
          } catch (error) {
            reject(error);
          }
        };
        steps.push({ name, approval, end });
      });
    });

  const logic = createApprovalLogic(
    {
      persist: step('persist', (next) => {
        if (JSON.stringify(world.row) === JSON.stringify(next)) return;
        if (world.row.version !== next.version - 1) throw new SecError('SEC_CONFLICT');
        world.row = next;
      }),
      recheck: step('recheck', () => (world.isVetoed ? { isAllowed: false, outcome: 'void', reason: 'allow-listed' } : { isAllowed: true })),
      execute: step('execute', (approval) => {
        if (world.row.state !== 'executing' || world.row.version !== approval.version) world.problems.push(`executed while the disk said ${world.row.state}`);
        if (world.row.decidedBy === undefined) world.problems.push('executed without a decision');
        world.executed += 1;
        return { isDone: true, result: 'verified' };
      }),
      reconcile: step('reconcile', () => (world.executed > 0 ? 'already-done' : world.hasChanged ? 'changed' : 'not-done')),
      release: step('release', () => {
        world.released += 1;
      }),
    },
    () => world.row,
  );

  return {
    world,
    logic,
    /** Names of the steps that are under way. */
    underWay: () => steps.map((one) => one.name),
    /** Ends the oldest step under way. */
    end: (how: Ending) => steps[0]?.end(how),
    /** The process dies: what was under way is never heard of again. */
    forget: () => {
      steps = [];
    },
  };
};
