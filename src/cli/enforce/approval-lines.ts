import { formatDuration } from '../../domain/duration.ts';
import type { ApprovalJson } from '../../protocol/schemas.ts';

/** Everything about one approval, a fact a line. `now` is wall-clock ms. */
export const approvalLines = (approval: ApprovalJson, now: number): readonly string[] => {
  const facts: readonly (readonly [name: string, value: string | undefined])[] = [
    ['id', approval.id],
    ['what', `${approval.action} ${approval.target}`],
    ['why', `${approval.severity} ${approval.title} (${approval.module}, ${approval.alert_type})`],
    ['state', approval.state],
    ['left', approval.state === 'pending' ? formatDuration(Date.parse(approval.expires_at) - now) : undefined],
    ['asked', `${approval.created_at}, until ${approval.expires_at}`],
    ['times', (approval.count ?? 1) === 1 ? undefined : `asked for ${approval.count} times, last ${approval.latest_at ?? approval.created_at}`],
    ['alert', approval.latest_alert_id === undefined ? approval.alert_id : `${approval.alert_id}, latest ${approval.latest_alert_id}`],
    ['reminded', approval.reminded === undefined ? undefined : `after ${Math.round(approval.reminded * 100)} % of the time`],
    ['held', approval.held ? 'the process is suspended while this waits' : undefined],
    ...approval.plan.map((step, index) => [index === 0 ? 'steps' : '', `${index + 1}. ${step}`] as const),
    ['undo', approval.undo_note],
    ...(approval.votes ?? []).map((vote) => ['agreed', `${vote.by.name} (${vote.by.via}) ${vote.at}${vote.reason === '' ? '' : `: ${vote.reason}`}`] as const),
    ['needed', approval.state === 'pending' && approval.votes !== undefined ? `${approval.votes_missing ?? 0} more: ${approval.needed ?? ''}` : undefined],
    ['decided', approval.decided_by === undefined ? approval.decided_at : `${approval.decided_by.name} (${approval.decided_by.via}) ${approval.decided_at}`],
    ['glass', approval.break_glass === true ? 'broken: one person alone let it happen' : undefined],
    ['reason', approval.reason],
    ['result', approval.result],
    ['revoked', approval.revoked_by === undefined ? undefined : `${approval.revoked_by.name} ${approval.revoked_at}`],
  ];
  return facts.flatMap(([name, value]) => (value === undefined || value === '' ? [] : [`${name.padEnd(10)}${value}`]));
};
