import type { Delivery } from '../../domain/delivery.ts';
import type { Notice } from '../../domain/notice.ts';
import { SEVERITIES, severityRank } from '../../domain/severity.ts';

/** The items of a digest that are listed one by one; the rest is counted. */
export const LISTED = 10;

/** The notices of a delivery, the worst first; never empty for one that was queued. */
export const noticesOf = (delivery: Pick<Delivery, 'items'>): readonly Notice[] =>
  delivery.items.map(({ notice }) => notice).toSorted((a, b) => severityRank(b.severity) - severityRank(a.severity));

/** One line: what happened, without names of anybody. */
export const headline = (notices: readonly Notice[]): string => {
  const [first] = notices;
  if (first === undefined) return 'nothing';
  if (notices.length === 1) return headlineOfOne(first);
  const counts = SEVERITIES.toReversed().flatMap((severity) => {
    const count = notices.filter((notice) => notice.severity === severity).length;
    return count === 0 ? [] : [`${count} ${severity}`];
  });
  return `${notices.length} ${notices.every(({ approvalId }) => approvalId === undefined) ? 'alerts' : 'notices'}: ${counts.join(', ')}`;
};

const headlineOfOne = (notice: Notice): string => {
  if (notice.kind === 'test') return 'Test notice: this endpoint works';
  const what = `${notice.type} (${notice.module})`;
  switch (notice.kind) {
    case 'resolved':
      return notice.approvalId === undefined ? `Resolved: ${what}` : `No longer waits: ${notice.action} for ${what}`;
    case 'approval':
      return `${notice.severity}: ${notice.action} waits for a person: ${what}`;
    case 'reminder':
      return `Reminder: ${notice.action} still waits for a person: ${what}`;
    case 'break_glass':
      return `Glass broken: one person alone let ${notice.action} happen: ${what}`;
    default:
  }
  return `${notice.severity}: ${what}`;
};

/** Name and value of each fact of a notice, in the order in which people read them. */
export const factsOf = (notice: Notice): readonly (readonly [name: string, value: string])[] => [
  ['Severity', notice.severity],
  ['Module', notice.module],
  ['Type', notice.type],
  ...(notice.sourceIp === undefined ? [] : [['Source', notice.sourceIp] as const]),
  ['Count', String(notice.count)],
  ['Time', timeText(notice.at)],
  ['Alert', notice.alertId],
  ...(notice.approvalId === undefined ? [] : [['Approval', notice.approvalId] as const]),
  ...(notice.action === undefined ? [] : [['Action', notice.action] as const]),
  ...(notice.expiresAt === undefined ? [] : [['Until', timeText(notice.expiresAt)] as const]),
];

/** One line of a digest. */
export const digestLine = (notice: Notice): string =>
  [
    notice.kind === 'resolved' ? 'resolved' : notice.severity,
    ...(notice.kind === 'approval' || notice.kind === 'reminder' || notice.kind === 'break_glass' ? [KINDS[notice.kind], notice.action ?? ''] : []),
    `${notice.module}/${notice.type}`,
    ...(notice.sourceIp === undefined ? [] : [`from ${notice.sourceIp}`]),
    `×${notice.count}`,
    timeText(notice.at),
    notice.alertId,
  ].join(' ');

const KINDS = { approval: 'waits for a person:', reminder: 'still waits for a person:', break_glass: 'glass broken:' } as const;

/** RFC 3339, UTC, whole seconds. */
export const timeText = (at: number): string => new Date(at).toISOString().replace(/\.\d{3}Z$/, 'Z');

/** At most `max` UTF-16 units, with `…` where something is missing; never half a character. */
export const cut = (text: string, max: number): string => {
  if (text.length <= max) return text;
  const head = text.slice(0, Math.max(0, max - 1));
  const last = head.charCodeAt(head.length - 1);
  return `${last >= 0xd800 && last <= 0xdbff ? head.slice(0, -1) : head}…`;
};
