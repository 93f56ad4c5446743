import { formatDuration } from '../../domain/duration.ts';
import { SecError } from '../../domain/errors.ts';
import { shortId } from '../../domain/ids.ts';
import { toSafe } from '../../domain/safe-text.ts';
import { suggestion } from '../../domain/suggestion.ts';
import type { ApprovalJson } from '../../protocol/schemas.ts';
import type { CommandContext } from '../command.ts';
import { shortTime, table } from '../table.ts';
import { approvalLines } from './approval-lines.ts';

const VERBS = ['list', 'pending', 'history', 'show', 'approve', 'reject', 'revoke'] as const;

/** `1sec enforce approvals [list|pending|history|show ID|approve ID|reject ID|revoke ID]` */
export const approvals = async (context: CommandContext, words: readonly string[]): Promise<number> => {
  const [name = 'pending', id, ...rest] = words;
  const verb = VERBS.find((one) => one === name);
  if (verb === undefined) {
    const near = suggestion(name, VERBS);
    throw new SecError('SEC_USAGE', `approvals ${toSafe(name, 40)}: expected ${VERBS.join(', ')}${near === undefined ? '' : `; did you mean ${near}?`}`);
  }
  if (rest.length > 0) throw new SecError('SEC_USAGE', `approvals ${verb}: one id at a time`);
  if (verb === 'list' || verb === 'pending' || verb === 'history') return list(context, verb);
  if (id === undefined) throw new SecError('SEC_USAGE', `approvals ${verb}: an id is missing`);
  return verb === 'show' ? show(context, id) : act(context, verb, id);
};

const show = async (context: CommandContext, id: string): Promise<number> => {
  const approval = await (await context.client()).call('approval', { params: { id } });
  if (context.flag('json')) context.print(JSON.stringify(approval, null, 2));
  else for (const line of approvalLines(approval, context.clock.now())) context.print(line);
  return 0;
};

const act = async (context: CommandContext, verb: 'approve' | 'reject' | 'revoke', id: string): Promise<number> => {
  const isBreakGlass = context.flag('breakGlass');
  if (isBreakGlass && verb !== 'approve') throw new SecError('SEC_USAGE', `approvals ${verb}: --break-glass is for approve`);
  const reason = context.text('reason') ?? '';
  if (isBreakGlass && reason === '') throw new SecError('SEC_USAGE', 'approvals approve --break-glass: --reason is missing');
  const client = await context.client();
  const glass = isBreakGlass ? { break_glass: true, confirm: context.text('confirm') } : {};
  const decided = await client.call(verb, { params: { id }, body: { reason, ...glass } });
  const left = decided.state === 'pending' ? `agreed; ${decided.votes_missing ?? 0} more must: ${decided.needed ?? 'anybody'}` : (decided.result ?? '');
  context.print(
    context.flag('json')
      ? JSON.stringify(decided, null, 2)
      : `${shortId(decided.id)} ${decided.state}: ${decided.action} ${decided.target}${left === '' ? '' : ` (${left})`}`,
  );
  if (decided.state === 'failed') throw new SecError('SEC_VERIFY_FAILED', decided.result ?? '');
  if (decided.state === 'void') throw new SecError('SEC_REFUSED', decided.result ?? '');
  return 0;
};

const list = async (context: CommandContext, which: 'list' | 'pending' | 'history'): Promise<number> => {
  const client = await context.client();
  const limit = context.number('limit') ?? 50;
  const waiting = which === 'history' ? undefined : await client.call('pendingApprovals', { query: { limit } });
  const decided = which === 'pending' ? undefined : await client.call('approvalHistory', { query: { limit } });
  const shown = [...(waiting?.approvals ?? []), ...(decided?.approvals ?? [])];
  if (context.flag('json')) {
    context.print(JSON.stringify(waiting === undefined ? decided : decided === undefined ? waiting : { approvals: shown, total: shown.length }, null, 2));
    return 0;
  }
  const now = context.clock.now();
  context.print(
    shown.length === 0
      ? { list: 'nothing waits and nothing was decided yet', pending: 'nothing waits', history: 'nothing was decided yet' }[which]
      : table(
          ['ID', 'ASKED', 'STATE', which === 'history' ? 'BY' : 'LEFT', 'SEVERITY', 'ACTION', 'TARGET', 'TIMES', 'HELD', 'WHY'],
          shown.map((approval) => [
            shortId(approval.id),
            shortTime(approval.created_at, now),
            stateText(approval),
            leftText(approval, now),
            approval.severity,
            approval.action,
            approval.target,
            String(approval.count ?? 1),
            approval.held ? 'yes' : 'no',
            approval.title,
          ]),
        ),
  );
  if (waiting !== undefined && waiting.total > waiting.approvals.length)
    context.print(`${waiting.approvals.length} of ${waiting.total} that wait, oldest first; --limit shows more`);
  return 0;
};

const stateText = (approval: ApprovalJson): string => {
  if (approval.state !== 'pending') return approval.state;
  if (approval.votes !== undefined) return `${approval.votes.length} of ${approval.votes.length + (approval.votes_missing ?? 0)} agreed`;
  return approval.reminded === undefined ? 'pending' : 'reminded';
};

const leftText = (approval: ApprovalJson, now: number): string => {
  if (approval.state === 'pending') return formatDuration(Date.parse(approval.expires_at) - now);
  return (approval.revoked_by ?? approval.decided_by)?.name ?? '';
};
