import type { Approval } from '../domain/approval.ts';
import { SecError } from '../domain/errors.ts';
import type { Store } from './contract.ts';
import type { Engine } from './engine.ts';
import type { RecordCodec } from './records.ts';
import { createShelf } from './shelf.ts';

export type Approvals = Store['approvals'] & {
  /** Checks versions and encodes, which may throw; the function it returns writes and does not. */
  readonly prepare: (approvals: readonly Approval[]) => () => void;
  readonly reload: () => void;
};

/** Approvals, changed only by someone who saw the latest version. At most `maxDecided` decided ones are kept. */
export const createApprovals = (engine: Engine, codec: RecordCodec, maxDecided: number): Approvals => {
  const shelf = createShelf<Approval>({ engine, codec, table: 'approvals', index: 'approvalsBy', isLive: isWaiting, maxFinished: maxDecided, keepsLive: true });
  const prepare: Approvals['prepare'] = (approvals) => {
    for (const approval of approvals) {
      const stored = shelf.get(approval.id)?.version ?? 0;
      if (stored !== approval.version - 1) {
        throw new SecError('SEC_CONFLICT', `approval ${approval.id}: expected version ${approval.version - 1}, found ${stored}`);
      }
    }
    return shelf.prepare(approvals);
  };
  return {
    prepare,
    put: (approval) => engine.durably(() => prepare([approval])()),
    get: shelf.get,
    byPrefix: shelf.byPrefix,
    waiting: shelf.live,
    page: shelf.page,
    reload: shelf.reload,
  };
};

const isWaiting = ({ state }: Approval): boolean => state === 'pending' || state === 'approved' || state === 'executing';
