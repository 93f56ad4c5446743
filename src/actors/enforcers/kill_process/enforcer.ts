import { setTimeout as sleep } from 'node:timers/promises';
import type { ProcessRef } from '../../../domain/entity.ts';
import { SecError } from '../../../domain/errors.ts';
import type { ActionOutcome, ActionRequest, Enforcer, EnforcerFactory } from '../../contract.ts';
import { manifest } from './manifest.ts';
import { killableOf, planKill } from './plan.ts';
import { keyOf, resumeAll, suspendTree } from './suspend-tree.ts';
import { collectUntouchable } from './untouchable.ts';

/**
 * Ends a process tree, or suspends it while a person decides. Every signal goes to the very process that was recorded
 * (start time and executable checked under a pidfd); what runs another program by now is left alone and said.
 */
export const createKillProcess: EnforcerFactory = ({ host }) => {
  // By action: what is suspended for it. A process that several approvals hold goes on with the last of them.
  const held = new Map<string, readonly ProcessRef[]>();

  /** Ends the tree, and what was suspended as part of it and has lost its parents since. */
  const endTree = async (root: ProcessRef, suspended: readonly ProcessRef[]): Promise<readonly ProcessRef[]> => {
    const isUntouchable = await collectUntouchable(host);
    const tree = await suspendTree(host, root, isUntouchable);
    const orphans = await livingOf(unique([...tree, ...suspended]).slice(tree.length));
    const all = [...tree, ...orphans.filter((process) => isUntouchable(process) === undefined)];
    // The root last: while it lives, a repeated attempt after a crash still finds the others under it.
    for (const process of all.toReversed()) await host.call('process.signal', { process, signal: 'SIGKILL' });
    return all;
  };

  const livingOf = async (processes: readonly ProcessRef[]): Promise<readonly ProcessRef[]> => {
    const states = await Promise.all(processes.map((process) => host.call('process.state', { process })));
    return processes.filter((_, index) => !isOver(states[index]?.state));
  };

  const waitUntilGone = async (processes: readonly ProcessRef[]): Promise<readonly ProcessRef[]> => {
    let living = await livingOf(processes);
    for (let waited = 0; living.length > 0 && waited < MAX_WAIT_MS; waited += STEP_MS) {
      await sleep(STEP_MS);
      living = await livingOf(living);
    }
    return living;
  };

  /** Whether the recorded process is there, as recorded. */
  const presenceOf = async (root: ProcessRef): Promise<'same' | 'gone' | 'changed'> => {
    if (isOver((await host.call('process.state', { process: root })).state)) return 'gone';
    const { processes } = await host.call('process.tree', { root });
    return processes.length > 0 ? 'same' : 'changed';
  };

  const enforcer: Enforcer = {
    manifest,
    availability: async () => {
      const { canSignalOthers, limits } = await host.call('describe', {});
      return canSignalOthers ? { isAvailable: true } : { isAvailable: false, reason: limits.find((limit) => limit.includes('stopped')) ?? 'needs CAP_KILL' };
    },
    plan: planKill,
    rehearse: async (request) => {
      const root = killableOf(request.target);
      const availability = await enforcer.availability();
      if (!availability.isAvailable) return availability.reason;
      const isUntouchable = await collectUntouchable(host);
      const presence = await presenceOf(root);
      if (presence !== 'same') return presence === 'gone' ? GONE : CHANGED;
      const { processes } = await host.call('process.tree', { root });
      return processes.map(isUntouchable).find((why) => why !== undefined);
    },
    apply: async (request) => {
      const root = killableOf(request.target);
      const presence = await presenceOf(root);
      if (presence === 'changed') throw new SecError('SEC_CONFLICT', CHANGED);
      const tree = await endTree(root, [...(held.get(request.actionId) ?? []), ...(request.held ?? [])]);
      const living = await waitUntilGone(tree);
      held.delete(request.actionId);
      if (living.length > 0) return { verification: 'failed', detail: `still there: ${living.map((process) => process.pid).join(', ')}` };
      if (tree.length === 0) return { verification: 'verified', detail: GONE };
      return { verification: 'verified', detail: `${tree.length} ${tree.length === 1 ? 'process' : 'processes'} ended` };
    },
    verify: async (request: ActionRequest): Promise<ActionOutcome> => {
      const { state } = await host.call('process.state', { process: killableOf(request.target) });
      return isOver(state) ? { verification: 'verified', detail: 'the process is gone' } : { verification: 'failed', detail: 'the process is still there' };
    },
    undo: async () => {
      throw new SecError('SEC_REFUSED', 'an ended process cannot be brought back');
    },
    hold: async (request) => {
      const root = killableOf(request.target);
      const presence = await presenceOf(root);
      if (presence !== 'same') throw new SecError('SEC_CONFLICT', presence === 'gone' ? GONE : CHANGED);
      const tree = await suspendTree(host, root, await collectUntouchable(host));
      held.set(request.actionId, tree);
      return tree;
    },
    isHeld: async (request) => (await host.call('process.state', { process: killableOf(request.target) })).state === 'stopped',
    release: async (request) => {
      const { processes } = await host.call('process.tree', { root: killableOf(request.target) });
      // Children outlive a target that somebody else ended: they must not stay suspended for ever.
      const own = unique([...processes, ...(held.get(request.actionId) ?? []), ...(request.held ?? [])]);
      held.delete(request.actionId);
      const others = new Set([...held.values()].flat().map(keyOf));
      await resumeAll(
        host,
        own.filter((process) => !others.has(keyOf(process))),
      );
    },
    fini: async () => {
      const processes = unique([...held.values()].flat());
      await resumeAll(host, processes);
      held.clear();
      return processes.map((process) => `process ${process.pid} goes on`);
    },
  };
  return enforcer;
};

const GONE = 'the process was already gone';
const CHANGED = 'the process runs another program now than the one that was judged';
const MAX_WAIT_MS = 3000;
const STEP_MS = 10;

const unique = (processes: readonly ProcessRef[]): readonly ProcessRef[] => [...new Map(processes.map((process) => [keyOf(process), process])).values()];

const isOver = (state: string | undefined): boolean => state === 'gone' || state === 'zombie';
