import type { Approval } from '../domain/approval.ts';
import { SecError } from '../domain/errors.ts';
import type { Store } from './contract.ts';
import type { Engine } from './engine.ts';
import type { RecordCodec } from './records.ts';
import { createShelf } from './shelf.ts';

/** Approvals, changed only by someone who saw the latest version. At most `maxDecided` decided ones are kept. */
export const createApprovals = (engine: Engine, codec: RecordCodec, maxDecided: number): Store['approvals'] & { readonly reload: () => void } => {
  const shelf = createShelf<Approval>({ engine, codec, table: 'approvals', index: 'approvalsBy', isLive: isWaiting, maxFinished: maxDecided });
  return {
    put: (approval) =>
      engine.durably(() => {
        const stored = shelf.get(approval.id)?.version ?? 0;
        if (stored !== approval.version - 1) {
          throw new SecError('SEC_CONFLICT', `approval ${approval.id}: expected version ${approval.version - 1}, found ${stored}`);
        }
        shelf.prepare([approval])();
      }),
    get: shelf.get,
    byPrefix: shelf.byPrefix,
    waiting: shelf.live,
    page: shelf.page,
    reload: shelf.reload,
  };
};

const isWaiting = ({ state }: Approval): boolean => state === 'pending' || state === 'approved' || state === 'executing';
