import type { AlertJson, ApprovalJson } from '../../protocol/schemas.ts';
import type { Glyphs } from '../glyphs.ts';
import { fullTime } from '../text/times.ts';
import { evidenceText, processText } from './alert-facts.ts';
import type { Fact } from './facts.ts';
import { severityText, severityTone } from './severity-text.ts';

/** What would be done, why, on which evidence, by which exact steps, and how it can be undone. */
export const approvalFacts = (approval: ApprovalJson, alert: AlertJson | undefined, glyphs: Glyphs): readonly Fact[] => [
  { name: '', text: `${approval.action} ${approval.target}`, tone: 'heading', maxLines: 4 },
  { name: 'why', text: `${severityText(glyphs, approval.severity).trim()} ${approval.title}`, tone: severityTone(approval.severity), maxLines: 6 },
  { name: 'evidence', text: alert === undefined ? 'not here yet' : evidenceText(alert), maxLines: 6 },
  { name: 'line', text: alert?.evidence.line ?? alert?.evidence.text ?? '', maxLines: 8 },
  { name: 'seen', text: alert === undefined ? '' : `${alert.count} times, last ${fullTime(alert.last_seen)}` },
  { name: 'times', text: (approval.count ?? 1) === 1 ? '' : `asked for ${approval.count} times${latest(approval)}` },
  { name: 'agreed', text: (approval.votes ?? []).map((vote) => `${vote.by.name}${vote.reason === '' ? '' : ` (${vote.reason})`}`).join(', ') },
  {
    name: 'needed',
    text: approval.state === 'pending' && approval.votes !== undefined ? `${approval.votes_missing ?? 0} more: ${approval.needed ?? ''}` : '',
    tone: 'warn',
  },
  { name: 'reminded', text: approval.reminded === undefined ? '' : `${Math.round(approval.reminded * 100)} % of the time to answer is over`, tone: 'warn' },
  { name: 'process', text: approval.process === undefined ? '' : processText(approval.process), maxLines: 8 },
  ...approval.plan.map((step, index): Fact => ({ name: index === 0 ? 'steps' : ' ', text: `${index + 1}. ${step}` })),
  { name: 'undo', text: approval.undo_note === '' ? 'not stated' : approval.undo_note },
  { name: 'held', text: approval.held ? 'the process is suspended while this waits' : '', tone: 'warn' },
  { name: 'module', text: `${approval.module} · ${approval.alert_type} · asked ${fullTime(approval.created_at)} · version ${approval.version}` },
  {
    name: 'decided',
    text:
      approval.decided_by === undefined ? '' : `${approval.state} by ${approval.decided_by.name}${approval.reason === undefined ? '' : `: ${approval.reason}`}`,
  },
  { name: 'result', text: approval.result ?? '' },
];

const latest = (approval: ApprovalJson): string => (approval.latest_at === undefined ? '' : `, last ${fullTime(approval.latest_at)}`);
