import type { FileRef } from '../../../domain/entity.ts';
import { messageOf, SecError } from '../../../domain/errors.ts';
import type { FileGuards, HostOperations } from '../../../domain/host.ts';
import type { Lease } from '../../../domain/lease.ts';
import { toSafe } from '../../../domain/safe-text.ts';
import type { QuarantineRecord } from '../../../domain/undo-record.ts';
import type { ActionOutcome, ActionRequest, Enforcer, EnforcerFactory, Repair } from '../../contract.ts';
import { operatorUids } from '../operator-uids.ts';
import { manifest } from './manifest.ts';
import { fileOf, planQuarantine } from './plan.ts';

/**
 * Moves a file out of everybody's reach, and back. What is moved is the very file that was judged (device, inode, hash), and
 * it is looked at again at the moment of the act. Contents are kept under the id of the action.
 */
export const createQuarantineFile: EnforcerFactory = ({ host, clock }) => {
  const startedAt = clock.now();
  let isLookedAt = false;

  const guardsNow = async (): Promise<FileGuards> => {
    const operators = await host.call('operators', {});
    return { operatorUids: await operatorUids(host, operators), sshdPids: operators.sshdListeners };
  };
  const inspect = async (wanted: FileRef): Promise<QuarantineRecord> => {
    const { record } = await host.call('file.inspect', { path: wanted.path, guards: await guardsNow() });
    const differs = differenceOf(wanted, record);
    if (differs !== undefined) throw new SecError('SEC_CONFLICT', `${wanted.path} is not the file that was judged: ${differs}`);
    return record;
  };
  const putAway = async (id: string, record: QuarantineRecord): Promise<ActionOutcome> => {
    const done = await host.call('file.quarantine', { id, record, guards: await guardsNow() });
    const { isStored, atPath } = await host.call('file.locate', { id, record });
    if (!isStored || atPath === 'same')
      return { verification: 'failed', detail: isStored ? 'the file is still at its path' : 'the file is not in the quarantine' };
    return { verification: done.otherNames > 0 ? 'unverified' : 'verified', detail: wordsOf(record, done, atPath) };
  };

  const enforcer: Enforcer = {
    manifest,
    availability: async () => ((await host.call('describe', {})).isRoot ? { isAvailable: true } : { isAvailable: false, reason: 'needs root' }),
    plan: planQuarantine,
    rehearse: async (request) => {
      const file = fileOf(request.target);
      const availability = await enforcer.availability();
      if (!availability.isAvailable) return availability.reason;
      return inspect(file).then(() => undefined, messageOf);
    },
    identify: async (target) => {
      const { path, dev, ino, sha256 } = await inspect(fileOf(target));
      return { kind: 'file', file: { path, dev, ino, sha256 } };
    },
    record: (request) => inspect(fileOf(request.target)),
    apply: async (request) => putAway(request.actionId, recordOf(request) ?? (await inspect(fileOf(request.target)))),
    verify: async (request) => {
      const { isStored, atPath } = await host.call('file.locate', { id: request.actionId, record: recordOf(request) });
      return isStored && atPath !== 'same'
        ? { verification: 'verified', detail: 'it is in the quarantine' }
        : { verification: 'failed', detail: 'it is not in the quarantine' };
    },
    undo: async (request) => {
      const record = recordOf(request);
      if (record === undefined) throw new SecError('SEC_UNAVAILABLE', 'what the file was is not recorded');
      const { how } = await host.call('file.restore', { id: request.actionId, record });
      const { isStored, atPath } = await host.call('file.locate', { id: request.actionId, record });
      if (isStored || atPath === 'nothing') return { verification: 'failed', detail: `${toSafe(record.path, 300)} did not come back` };
      return {
        verification: 'verified',
        detail: how === 'already' ? `${toSafe(record.path, 300)} was back already` : `${toSafe(record.path, 300)} is back with its owner, mode and times`,
      };
    },
    reconcile: async (leases) => {
      const open = leases.filter((lease) => lease.state === 'intended' && lease.createdAt < startedAt);
      const judged = await Promise.all(open.map(async (lease) => ({ leaseId: lease.id, reason: await finish(lease) })));
      return {
        added: 0,
        removed: 0,
        detail: '',
        takenBack: await takenBackBefore(leases),
        notInForce: judged.flatMap(({ leaseId, reason }) => (reason === undefined ? [] : [{ leaseId, reason }])),
      };
    },
    // What lies in the quarantine harms nobody, and putting it back might: it stays (docs/adr/0010).
    fini: async () => [],
  };

  /** Files of an earlier run that are back at their places: it died after it had brought them back. Looked for once. */
  const takenBackBefore = async (leases: readonly Lease[]): Promise<NonNullable<Repair['takenBack']>> => {
    if (isLookedAt) return [];
    const found: { readonly leaseId: string; readonly reason: string }[] = [];
    for (const { id, actionId, undo } of leases.filter(({ state, createdAt }) => state === 'active' && createdAt < startedAt)) {
      if (undo?.kind !== 'file') continue;
      const { isStored, atPath } = await host.call('file.locate', { id: actionId, record: undo });
      if (!isStored && atPath === 'same') found.push({ leaseId: id, reason: 'the file is back at its place' });
    }
    isLookedAt = true;
    return found;
  };

  /** Ends what a crash interrupted: a file that had reached the quarantine is put away for good, any other was left alone. */
  const finish = async (lease: Lease): Promise<string | undefined> => {
    try {
      const record = lease.undo?.kind === 'file' ? lease.undo : undefined;
      if (record === undefined) return 'what the file was is not recorded';
      if (!(await host.call('file.locate', { id: lease.actionId })).isStored) return 'the file was not touched';
      const outcome = await putAway(lease.actionId, record);
      return outcome.verification === 'failed' ? outcome.detail : undefined;
    } catch (problem) {
      return messageOf(problem);
    }
  };
  return enforcer;
};

const recordOf = (request: ActionRequest): QuarantineRecord | undefined => (request.undo?.kind === 'file' ? request.undo : undefined);

/** In what a file differs from the one that was judged, as far as that was known. */
const differenceOf = (wanted: FileRef, now: QuarantineRecord): string | undefined => {
  if (wanted.ino !== undefined && wanted.ino !== now.ino) return `inode ${now.ino}, expected ${wanted.ino}`;
  if (wanted.dev !== undefined && wanted.dev !== now.dev) return `device ${now.dev}, expected ${wanted.dev}`;
  if (wanted.sha256 !== undefined && now.sha256 !== undefined && wanted.sha256 !== now.sha256) return `SHA-256 ${now.sha256}, expected ${wanted.sha256}`;
  return undefined;
};

const wordsOf = (record: QuarantineRecord, done: HostOperations['file.quarantine']['reply'], atPath: string): string =>
  [
    `${toSafe(record.path, 300)} (${record.size} bytes${record.sha256 === undefined ? '' : `, SHA-256 ${record.sha256}`}) is in the quarantine`,
    atPath === 'other' ? 'another file is at that path by now' : '',
    done.running > 0 ? `${done.running} ${done.running === 1 ? 'process still runs' : 'processes still run'} it` : '',
    done.otherNames > 0 ? `it keeps ${done.otherNames} other ${done.otherNames === 1 ? 'name' : 'names'} elsewhere` : '',
  ]
    .filter((part) => part !== '')
    .join('; ');
