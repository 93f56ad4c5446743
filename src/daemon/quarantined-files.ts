import type { Enforcer } from '../actors/contract.ts';
import type { LeaseBook } from '../actors/response/lease-book.ts';
import type { ActionName } from '../domain/action.ts';
import type { QuarantinedJson } from '../protocol/schemas.ts';

/** The files in force in the quarantine, newest first, each looked for where it should lie. */
export const quarantinedFiles = async (leases: LeaseBook, enforcers: ReadonlyMap<ActionName, Enforcer>, limit: number): Promise<readonly QuarantinedJson[]> => {
  const enforcer = enforcers.get('quarantine_file');
  const newest = leases.liveOf('quarantine_file').toReversed().slice(0, limit);
  return Promise.all(
    newest.flatMap((lease) => {
      const { undo: record, target, actionId } = lease;
      if (record?.kind !== 'file') return [];
      const look = enforcer?.verify({ actionId, target, params: {}, now: lease.createdAt, undo: record });
      return [
        (look ?? Promise.reject(new Error('no enforcer'))).then(
          (outcome): QuarantinedJson => ({
            id: lease.id,
            action_id: actionId,
            path: record.path,
            size: record.size,
            ...(record.sha256 === undefined ? {} : { sha256: record.sha256 }),
            uid: record.uid,
            gid: record.gid,
            mode: record.mode.toString(8).padStart(4, '0'),
            quarantined_at: new Date(lease.createdAt).toISOString(),
            module: lease.module,
            present: outcome.verification === 'verified',
          }),
        ),
      ];
    }),
  );
};
