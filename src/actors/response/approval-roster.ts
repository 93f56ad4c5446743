import type { Approval } from '../../domain/approval.ts';
import { nextMoment } from '../../domain/approval-time.ts';

export type ApprovalRosterDependencies = {
  /** Oldest first, and cheap to ask for. */
  readonly waiting: () => readonly Approval[];
  /** Gives an approval its actor; false when there is no room for it now. */
  readonly adopt: (approval: Approval) => boolean;
  /** Takes it away again when it merely waits; false when something is under way. */
  readonly dismiss: (id: string) => boolean;
  readonly now: () => number;
};

/** Which approvals have an actor: up to some dozens all of them; beyond that only those about which something is to be done. */
export type ApprovalRoster = {
  readonly admit: (approval: Approval) => void;
  /** Those that get their actor at the start; the others sleep from then on. */
  readonly first: () => readonly Approval[];
  /** Before it is told anything: it has its actor then, when it is one of these. */
  readonly wake: (id: string) => void;
  /** To be called several times a second: wakes what is due, and puts to sleep what is too many. */
  readonly rouse: () => void;
  readonly asleep: () => number;
};

/** So many have an actor although nothing is to be done about them. What each costs the tree grows with their number. */
const MAX_UP = 64;
/** So many at once when many are due together. */
const MAX_AWAKE = 160;

export const createApprovalRoster = (dependencies: ApprovalRosterDependencies): ApprovalRoster => {
  // Bounded by the number of approvals that may wait.
  const asleep = new Set<string>();
  const awake = (): number => dependencies.waiting().length - asleep.size;
  const adopt = (approval: Approval): void => {
    if (dependencies.adopt(approval)) asleep.delete(approval.id);
    else asleep.add(approval.id);
  };
  const forgetGone = (waiting: readonly Approval[]): void => {
    const seen = waiting.reduce((count, { id }) => count + Number(asleep.has(id)), 0);
    if (seen === asleep.size) return;
    const there = new Set<string>(waiting.map(({ id }) => id));
    for (const id of asleep) if (!there.has(id)) asleep.delete(id);
  };
  return {
    admit: (approval) => {
      // It is among those that wait already.
      if (approval.isHeld || approval.state !== 'pending' || awake() <= MAX_UP) adopt(approval);
      else asleep.add(approval.id);
    },
    first: () => {
      let room = MAX_UP;
      return dependencies.waiting().filter((approval) => {
        if (approval.isHeld || approval.state !== 'pending') return true;
        room -= 1;
        if (room < 0) asleep.add(approval.id);
        return room >= 0;
      });
    },
    wake: (id) => {
      if (!asleep.has(id)) return;
      const approval = dependencies.waiting().find((one) => one.id === id);
      if (approval === undefined) asleep.delete(id);
      else adopt(approval);
    },
    rouse: () => {
      if (asleep.size === 0 && dependencies.waiting().length <= MAX_UP) return;
      const now = dependencies.now();
      const waiting = dependencies.waiting();
      forgetGone(waiting);
      let room = MAX_AWAKE - awake();
      for (const approval of waiting) {
        if (room <= 0 || !asleep.has(approval.id) || !(approval.isHeld || approval.state !== 'pending' || nextMoment(approval) <= now)) continue;
        adopt(approval);
        room -= 1;
      }
      for (const approval of waiting.toReversed()) {
        if (awake() <= MAX_UP) return;
        if (asleep.has(approval.id) || approval.isHeld || nextMoment(approval) <= now) continue;
        if (dependencies.dismiss(approval.id)) asleep.add(approval.id);
      }
    },
    asleep: () => asleep.size,
  };
};
