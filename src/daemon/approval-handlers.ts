import { revokeApproval } from '../actors/response/revoke.ts';
import type { UndoDependencies } from '../actors/response/undo.ts';
import type { Approval } from '../domain/approval.ts';
import { confirmationCode } from '../domain/confirmation.ts';
import { SecError } from '../domain/errors.ts';
import type { Store } from '../store/contract.ts';
import type { Caller, HandlerInput, Handlers } from './api.ts';
import type { ApprovalAnswer } from './approval-decision.ts';
import { onlyId } from './only-id.ts';
import type { PolicyKeeper } from './policy-keeper.ts';
import { approvalToJson } from './to-json.ts';

export type ApprovalHandlerDependencies = {
  readonly store: Store;
  readonly policies: Pick<PolicyKeeper, 'current'>;
  readonly undo: UndoDependencies;
  readonly decide: (approval: Approval, answer: ApprovalAnswer) => Promise<Approval>;
  readonly look: (approval: Approval) => void;
  readonly onApproval: (approval: Approval) => void;
};

type ApprovalRoute = 'pendingApprovals' | 'approvalHistory' | 'approval' | 'viewApproval' | 'approve' | 'reject' | 'revoke';

/** What the routes about approvals do. */
export const createApprovalHandlers = (dependencies: ApprovalHandlerDependencies): Pick<Handlers, ApprovalRoute> => {
  const { store } = dependencies;
  const approvalBy = (id: string): Approval => {
    const approval = store.approvals.get(onlyId('approval', id, store.approvals.byPrefix(id)));
    if (approval === undefined) throw new SecError('SEC_NOT_FOUND', `no approval starts with ${id}`);
    return approval;
  };

  /** Breaking the glass takes a reason and a second word about this very question. */
  const checkGlass = (approval: Approval, body: HandlerInput<'approve'>['body']): void => {
    if (dependencies.policies.current().approvalGate.twoPerson?.allowsBreakGlass === false)
      throw new SecError('SEC_FORBIDDEN', 'the configuration does not let one person alone break the glass');
    if (body.reason.trim() === '') throw new SecError('SEC_USAGE', 'breaking the glass needs a reason');
    const code = confirmationCode(approval);
    if (body.confirm !== code)
      throw new SecError('SEC_CONFIRM', `${approval.action} without the others who should agree, and everybody is told: confirm with ${code}`);
  };

  const answer = async (id: string, decision: 'approve' | 'reject', caller: Caller, body: HandlerInput<'approve' | 'reject'>['body'], isBreakGlass = false) => {
    const approval = approvalBy(id);
    const version = body.version ?? approval.version;
    return approvalToJson(await dependencies.decide(approval, { decision, by: caller.actor, reason: body.reason, version, isBreakGlass }));
  };

  return {
    pendingApprovals: async ({ query }) => {
      const waiting = pendingApprovals(store);
      return { approvals: waiting.slice(0, query.limit).map(approvalToJson), total: waiting.length };
    },
    approvalHistory: async ({ query }) => {
      const approvals = store.approvals
        .page(query.limit)
        .filter((approval) => approval.state !== 'pending')
        .map(approvalToJson);
      return { approvals, total: approvals.length };
    },
    approval: async ({ params }) => approvalToJson(approvalBy(params.id)),
    viewApproval: async ({ params }) => {
      const approval = approvalBy(params.id);
      dependencies.look(approval);
      return approvalToJson(approval);
    },
    approve: async ({ params, body, caller }) => {
      if (body.break_glass) checkGlass(approvalBy(params.id), body);
      return answer(params.id, 'approve', caller, body, body.break_glass);
    },
    reject: async ({ params, body, caller }) => answer(params.id, 'reject', caller, body),
    revoke: async ({ params, body, caller }) => {
      const revoked = await revokeApproval(dependencies.undo, approvalBy(params.id), caller.actor, body.reason);
      dependencies.onApproval(revoked);
      return approvalToJson(revoked);
    },
  };
};

/** Those that wait for a person, oldest first. */
export const pendingApprovals = (store: Store): readonly Approval[] => store.approvals.waiting().filter((approval) => approval.state === 'pending');
