import type { Entities } from '../../../domain/entity.ts';
import { type SecurityEvent, textOf } from '../../../domain/event.ts';
import { toSafe } from '../../../domain/safe-text.ts';
import type { FindingDraft } from '../../contract.ts';
import { alertTitle } from './alert-types.ts';
import type { Match } from './match.ts';

export type DraftContext = {
  readonly event: SecurityEvent;
  /** Field the evidence comes from, and its text. */
  readonly field: string;
  readonly text: string;
  readonly earlier?: readonly string[] | undefined;
  /** When the one to stop is not the process of the event. */
  readonly entities?: Entities | undefined;
};

/** A finding with evidence, subject and the process a person would want stopped. */
export const draftOf = (found: Match, context: DraftContext): FindingDraft => {
  const { event, field, text } = context;
  const entities = context.entities ?? event.entities;
  const shown = found.command === undefined ? '' : `${found.command.path} ${found.command.text}`.trim();
  const start = found.command === undefined || found.command.path === '' ? -1 : text.indexOf(found.command.path);
  const says = found.says.charAt(0).toUpperCase() + found.says.slice(1);
  return {
    type: found.type,
    severity: found.severity,
    title: titleOf(found, event),
    description: `${says}. ${toSafe(shown === '' ? text : shown, 400)}`.trim(),
    event,
    earlierEventIds: context.earlier,
    entities,
    evidence: {
      rule: `runtime_watcher/${found.rule}`,
      field,
      text: text.slice(0, 512),
      ...(start >= 0 && start < 512 ? { span: [start, Math.min(512, start + (found.command?.path.length ?? 0))] as const } : {}),
      line: event.raw?.slice(0, 1024),
    },
    subject: subjectOf(entities, event),
  };
};

const titleOf = (found: Match, event: SecurityEvent): string => {
  if (found.type === 'lolbin_abuse' && found.rule.startsWith('windows_'))
    return `Program of the system turned against it: ${found.says.split(':', 1)[0] ?? ''}`;
  const name = found.command?.program || textOf(event.details, 'process_name') || textOf(event.details, 'path') || textOf(event.details, 'name');
  return name === '' ? alertTitle(found.type) : `${alertTitle(found.type)}: ${toSafe(name, 80)}`;
};

const subjectOf = (entities: Entities, event: SecurityEvent): string => {
  const { process } = entities;
  if (process !== undefined) return `process:${process.pid}:${process.startTime}`;
  const { details } = event;
  const executable =
    textOf(details, 'executable_path') ||
    textOf(details, 'executed_path') ||
    textOf(details, 'process_name') ||
    textOf(details, 'source_process') ||
    textOf(details, 'driver_name');
  if (executable !== '') return `exe:${toSafe(executable, 128)}`;
  if (event.type.startsWith('file_') && textOf(details, 'path') !== '') return `file:${toSafe(textOf(details, 'path'), 256)}`;
  const container = textOf(details, 'container_id');
  if (container !== '') return `container:${toSafe(container, 64)}`;
  const user = entities.user ?? textOf(details, 'user');
  if (user !== '') return `user:${toSafe(user, 64)}`;
  const command = textOf(details, 'command_line') || textOf(details, 'command');
  if (command !== '') return `exe:${toSafe(command.split(/\s/, 1)[0] ?? '', 128) || 'unknown'}`;
  return `type:${event.type}`;
};
