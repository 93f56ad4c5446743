import type { Target } from '../../../domain/action.ts';
import { messageOf, SecError, toSecError } from '../../../domain/errors.ts';
import type { HostOperations } from '../../../domain/host.ts';
import type { Lease } from '../../../domain/lease.ts';
import type { AccountRecord } from '../../../domain/undo-record.ts';
import type { ActionOutcome, ActionRequest, Enforcer, EnforcerFactory, Repair } from '../../contract.ts';
import { operatorUids } from '../operator-uids.ts';
import { endAllOf, suspendAllOf, whyNotEnded } from './end-processes.ts';
import { manifest } from './manifest.ts';
import { accountOf, planDisable } from './plan.ts';

/**
 * Closes an account: locked and expired, its keys out of the way, everything it runs ended. Taken back exactly, but for the
 * sessions. A half-way failure is rolled back; where even that fails it counts as done, so that it can be undone.
 */
export const createDisableUser: EnforcerFactory = ({ host, clock }) => {
  const startedAt = clock.now();
  let isLookedAt = false;

  const operatorsNow = async (): Promise<readonly number[]> => operatorUids(host, await host.call('operators', {}));
  const inspect = async (target: Target): Promise<AccountRecord> => {
    const { user, uid } = accountOf(target);
    const { record } = await host.call('user.inspect', { user, operatorUids: await operatorsNow() });
    if (uid !== undefined && uid !== record.uid) throw new SecError('SEC_CONFLICT', `${user} is another account now (user id ${record.uid}, was ${uid})`);
    return record;
  };
  const stateOf = async (user: string): Promise<{ readonly isOff: boolean; readonly problems: readonly string[] }> => {
    const { uid, isLocked, isClosed, keysLeft } = await host.call('user.state', { user });
    if (uid === undefined) return { isOff: false, problems: ['there is no such account'] };
    const problems = [isLocked ? '' : 'the password is not locked', isClosed ? '' : 'the account is not closed'];
    // Looking through all processes is for accounts that are locked.
    const { processes } = isLocked && isClosed ? await host.call('process.ofUser', { uid }) : { processes: [] };
    const rest = [keysLeft === 0 ? '' : `${keysLeft} files with keys are left`, processes.length === 0 ? '' : `${processes.length} processes are left`];
    return { isOff: isLocked && isClosed && processes.length === 0, problems: [...problems, ...rest].filter((problem) => problem !== '') };
  };
  const disable = async (id: string, record: AccountRecord): Promise<ActionOutcome> => {
    await host.call('user.lock', { id, record, operatorUids: await operatorsNow() });
    try {
      await suspendAllOf(host, record.uid);
    } catch (problem) {
      return rollBack(id, record, problem);
    }
    const keys = await host.call('user.setAsideKeys', { id, record });
    const { ended, inContainers } = await endAllOf(host, record.uid);
    const { problems } = await stateOf(record.user);
    const words = [
      `${record.user} is locked and closed; ${ended} ${ended === 1 ? 'process' : 'processes'} ended, ${keys.moved} ${keys.moved === 1 ? 'file' : 'files'} with keys set aside`,
      inContainers === 0 ? '' : `${inContainers} processes in containers run under the same number and were left alone`,
      ...problems,
      ...keys.problems,
    ];
    const isWhole = problems.length === 0 && keys.problems.length === 0;
    return { verification: isWhole ? 'verified' : 'unverified', detail: words.filter((part) => part !== '').join('; ') };
  };
  const rollBack = async (id: string, record: AccountRecord, problem: unknown): Promise<ActionOutcome> => {
    try {
      await host.call('user.restore', { id, record });
    } catch (second) {
      return { verification: 'unverified', detail: `${record.user} is locked, but: ${messageOf(problem)}; and it could not be unlocked: ${messageOf(second)}` };
    }
    throw problem;
  };

  const enforcer: Enforcer = {
    manifest,
    availability: async () => {
      const { canLockAccounts, isRoot } = await host.call('describe', {});
      if (canLockAccounts === true) return { isAvailable: true };
      return { isAvailable: false, reason: isRoot ? 'needs the program usermod' : 'needs root' };
    },
    plan: planDisable,
    rehearse: async (request) => {
      const { user } = accountOf(request.target);
      const availability = await enforcer.availability();
      if (!availability.isAvailable) return availability.reason;
      try {
        const record = await inspect(request.target);
        if ((await stateOf(user)).isOff) return `${user} is disabled already`;
        return await whyNotEnded(host, record.uid);
      } catch (problem) {
        return messageOf(problem);
      }
    },
    identify: async (target) => {
      const { user, uid } = await inspect(target);
      return { kind: 'user', user, uid };
    },
    record: async (request) => {
      const record = await inspect(request.target);
      const why = await whyNotEnded(host, record.uid);
      if (why !== undefined) throw new SecError('SEC_REFUSED', why);
      return record;
    },
    apply: async (request) => disable(request.actionId, recordOf(request) ?? (await inspect(request.target))),
    verify: async (request) => {
      const { isOff, problems } = await stateOf(accountOf(request.target).user);
      return isOff
        ? { verification: 'verified', detail: ['the account is disabled', ...problems].join('; ') }
        : { verification: 'failed', detail: problems.join('; ') };
    },
    undo: async (request) => {
      const record = recordOf(request);
      if (record === undefined) throw new SecError('SEC_UNAVAILABLE', 'what the account was is not recorded');
      return undone(record, await host.call('user.restore', { id: request.actionId, record }));
    },
    reconcile: async (leases) => {
      const notInForce: { readonly leaseId: string; readonly reason: string }[] = [];
      for (const lease of leases.filter(({ state, createdAt }) => state === 'intended' && createdAt < startedAt)) {
        const reason = await finish(lease.actionId, lease.undo?.kind === 'account' ? lease.undo : undefined);
        if (reason !== undefined) notInForce.push({ leaseId: lease.id, reason });
      }
      return { added: 0, removed: 0, detail: '', notInForce, takenBack: await takenBackBefore(leases) };
    },
    fini: async () => {
      const { notes, unreadable = [] } = await host.call('user.noted', {});
      const freed: string[] = [];
      for (const { id, record } of notes) freed.push(undone(record, await host.call('user.restore', { id, record })).detail);
      if (unreadable.length > 0) throw new SecError('SEC_STORE_CORRUPT', [...freed, ...unreadable].join('; '));
      return freed;
    },
  };

  /** Accounts of an earlier run that are open again: it died while it unlocked them, or somebody else did. That is brought to its end. Looked for once. */
  const takenBackBefore = async (leases: readonly Lease[]): Promise<NonNullable<Repair['takenBack']>> => {
    if (isLookedAt) return [];
    const found: { readonly leaseId: string; readonly reason: string }[] = [];
    for (const { id, actionId, undo } of leases.filter(({ state, createdAt }) => state === 'active' && createdAt < startedAt)) {
      if (undo?.kind !== 'account') continue;
      const { isLocked, isClosed } = await host.call('user.state', { user: undo.user });
      if (isClosed || isLocked !== undo.wasLocked) continue;
      await host.call('user.restore', { id: actionId, record: undo });
      found.push({ leaseId: id, reason: 'the account is open again' });
    }
    isLookedAt = true;
    return found;
  };

  /** Ends what a crash interrupted: a locked account is closed for good, one that was not reached stays as it is. */
  const finish = async (id: string, record: AccountRecord | undefined): Promise<string | undefined> => {
    if (record === undefined) return 'what the account was is not recorded';
    try {
      const { isLocked, isClosed } = await host.call('user.state', { user: record.user });
      if (!isLocked || !isClosed) {
        await host.call('user.restore', { id, record });
        return 'the account had not been locked';
      }
      const outcome = await disable(id, record);
      return outcome.verification === 'failed' ? outcome.detail : undefined;
    } catch (problem) {
      // A guard speaks against it by now: then nothing of it stays.
      const restored = await host.call('user.restore', { id, record }).then(() => 'taken back', messageOf);
      return `${toSecError(problem).message}; ${restored}`;
    }
  };
  return enforcer;
};

const WORDS: { readonly [account in HostOperations['user.restore']['reply']['account']]: string } = {
  exact: 'NAME is unlocked, exactly as it was',
  changed: 'NAME is unlocked; what somebody changed meanwhile was kept',
  gone: 'the account NAME does not exist any more',
};

const recordOf = (request: ActionRequest): AccountRecord | undefined => (request.undo?.kind === 'account' ? request.undo : undefined);

const undone = (record: AccountRecord, reply: HostOperations['user.restore']['reply']): ActionOutcome => {
  const words = WORDS[reply.account].replace('NAME', () => record.user);
  if (reply.problems.length > 0) return { verification: 'unverified', detail: [words, ...reply.problems].join('; ') };
  return { verification: 'verified', detail: words };
};
