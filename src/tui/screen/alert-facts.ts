import type { AlertJson, ApprovalJson, LeaseJson, RecordJson } from '../../protocol/schemas.ts';
import type { Glyphs } from '../glyphs.ts';
import { fullTime } from '../text/times.ts';
import type { Fact } from './facts.ts';
import { severityText, severityTone } from './severity-text.ts';

type Process = NonNullable<AlertJson['entities']['process']>;

/** Everything an alert says, most useful first: the pane at the bottom shows the head of it. */
export const alertFacts = (
  alert: AlertJson,
  related: { readonly approvals: readonly ApprovalJson[]; readonly leases: readonly LeaseJson[] },
  glyphs: Glyphs,
): readonly Fact[] => {
  const { entities, evidence } = alert;
  return [
    { name: '', text: `${severityText(glyphs, alert.severity)}  ${alert.title}`, tone: severityTone(alert.severity), maxLines: 3 },
    { name: 'evidence', text: evidenceText(alert), maxLines: 4 },
    { name: 'line', text: evidence.line ?? evidence.text ?? '', maxLines: 8 },
    ...related.approvals.map(
      (approval): Fact => ({
        name: 'proposed',
        text: `${approval.action} ${approval.target} — ${approval.state === 'pending' ? 'needs approval' : approval.state}`,
        tone: 'warn',
      }),
    ),
    ...related.leases.map((lease): Fact => ({ name: 'in force', text: leaseText(lease), tone: 'accent' })),
    { name: 'seen', text: `${alert.count} times, first ${fullTime(alert.first_seen)}, last ${fullTime(alert.last_seen)}` },
    {
      name: 'from',
      text: [entities.ip, entities.user === undefined ? undefined : `user ${entities.user}`, entities.agent, entities.session]
        .filter((part) => part !== undefined)
        .join(', '),
    },
    { name: 'process', text: entities.process === undefined ? '' : processText(entities.process) },
    {
      name: 'file',
      text: entities.file === undefined ? '' : `${entities.file.path}${entities.file.sha256 === undefined ? '' : ` sha256 ${entities.file.sha256}`}`,
    },
    { name: 'module', text: `${alert.module} · ${alert.type} · ${alert.status.toLowerCase()}${alert.claim ? ' · claim: rests on a sender’s word' : ''}` },
    { name: 'about', text: alert.description },
    { name: 'do', text: alert.mitigations.join('; ') },
    { name: 'mitre', text: alert.mitre.join(', ') },
    { name: 'id', text: `${alert.id} version ${alert.version}` },
    { name: 'events', text: alert.event_ids.join(', '), maxLines: 4 },
  ];
};

/** Rule, counters and the matched part. */
export const evidenceText = (alert: AlertJson): string => {
  const { rule, counters, field, span, text } = alert.evidence;
  const counted = Object.entries(counters ?? {}).map(([name, value]) => `${name} ${value}`);
  const matched = span === undefined || text === undefined ? undefined : `${field ?? 'text'} matched “${text.slice(span[0], span[1])}”`;
  return [rule, ...counted, matched].filter((part) => part !== undefined && part !== '').join(', ');
};

/** A process by everything that identifies it. */
export const processText = (process: Process): string =>
  [
    `pid ${process.pid}`,
    process.name,
    process.exe,
    process.uid === undefined ? undefined : `uid ${process.uid}`,
    process.cgroup,
    process.command_line === undefined ? undefined : `command ${process.command_line}`,
  ]
    .filter((part) => part !== undefined && part !== '')
    .join(' · ');

/** What is in force, on what, until when. */
export const leaseText = (lease: LeaseJson): string =>
  `${lease.action} ${lease.target}, ${lease.state}, since ${fullTime(lease.created_at)}, ${lease.expires_at === undefined ? 'until undone' : `until ${fullTime(lease.expires_at)}`}`;

/** Everything a history record says. */
export const recordFacts = (record: RecordJson, leases: readonly LeaseJson[]): readonly Fact[] => [
  {
    name: '',
    text: `${record.kind}${record.action === undefined ? '' : ` · ${record.action}`}${record.target === undefined ? '' : ` · ${record.target}`}`,
    tone: 'heading',
    maxLines: 3,
  },
  { name: 'why', text: record.reason, maxLines: 12 },
  {
    name: 'outcome',
    text: [record.outcome, record.verification, record.dry_run === true ? 'dry run' : undefined].filter((part) => part !== undefined).join(' · '),
  },
  {
    name: 'who',
    text:
      record.actor === undefined
        ? ''
        : `${record.actor.name} (uid ${record.actor.uid}${record.actor.pid === undefined ? '' : `, pid ${record.actor.pid}`}) via ${record.actor.via}`,
  },
  { name: 'when', text: `${fullTime(record.timestamp)}${record.duration_ms === undefined ? '' : `, took ${record.duration_ms} ms`}` },
  ...leases.filter((lease) => lease.action_id === record.action_id).map((lease): Fact => ({ name: 'in force', text: leaseText(lease), tone: 'accent' })),
  { name: 'module', text: [record.module, record.alert_type, record.severity, record.preset].filter((part) => part !== undefined).join(' · ') },
  { name: 'details', text: record.details === undefined ? '' : JSON.stringify(record.details), maxLines: 20 },
  { name: 'ids', text: [record.action_id, record.alert_id, record.approval_id].filter((part) => part !== undefined).join(', ') },
  { name: 'chain', text: `${record.sequence} · ${record.hash}` },
];
