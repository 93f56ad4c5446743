import { formatDuration } from '../../domain/duration.ts';
import { SecError } from '../../domain/errors.ts';
import { shortId } from '../../domain/ids.ts';
import type { ApprovalJson } from '../../protocol/schemas.ts';
import type { CommandContext } from '../command.ts';
import { shortTime, table } from '../table.ts';

/** `1sec enforce approvals [pending|history|approve ID|reject ID]` */
export const approvals = async (context: CommandContext, words: readonly string[]): Promise<number> => {
  const [verb = 'pending', id, ...rest] = words;
  if (rest.length > 0) throw new SecError('SEC_USAGE', `approvals ${verb}: one id at a time`);
  if (verb === 'pending' || verb === 'history') return list(context, verb);
  if (verb !== 'approve' && verb !== 'reject') throw new SecError('SEC_USAGE', `approvals ${verb}: expected pending, history, approve or reject`);
  if (id === undefined) throw new SecError('SEC_USAGE', `approvals ${verb}: an id is missing`);
  const decided = await (await context.client()).call(verb, { params: { id }, body: { reason: context.text('reason') ?? '' } });
  context.print(
    context.flag('json')
      ? JSON.stringify(decided, null, 2)
      : `${shortId(decided.id)} ${decided.state}: ${decided.action} ${decided.target}${decided.result === undefined ? '' : ` (${decided.result})`}`,
  );
  if (decided.state === 'failed') throw new SecError('SEC_VERIFY_FAILED', decided.result ?? '');
  if (decided.state === 'void') throw new SecError('SEC_REFUSED', decided.result ?? '');
  return 0;
};

const list = async (context: CommandContext, which: 'pending' | 'history'): Promise<number> => {
  const client = await context.client();
  const reply =
    which === 'pending' ? await client.call('pendingApprovals') : await client.call('approvalHistory', { query: { limit: context.number('limit') ?? 50 } });
  if (context.flag('json')) {
    context.print(JSON.stringify(reply, null, 2));
    return 0;
  }
  const now = context.clock.now();
  const left = (approval: ApprovalJson): string =>
    approval.state === 'pending' ? formatDuration(Date.parse(approval.expires_at) - now) : (approval.decided_by?.name ?? '');
  context.print(
    reply.approvals.length === 0
      ? which === 'pending'
        ? 'nothing waits'
        : 'nothing was decided yet'
      : table(
          ['ID', 'ASKED', 'STATE', which === 'pending' ? 'LEFT' : 'BY', 'SEVERITY', 'ACTION', 'TARGET', 'HELD', 'WHY'],
          reply.approvals.map((approval) => [
            shortId(approval.id),
            shortTime(approval.created_at, now),
            approval.state,
            left(approval),
            approval.severity,
            approval.action,
            approval.target,
            approval.held ? 'yes' : 'no',
            approval.title,
          ]),
        ),
  );
  return 0;
};
