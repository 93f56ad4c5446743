import { ALERT_STATUSES, type AlertStatus } from '../domain/alert.ts';
import { SecError } from '../domain/errors.ts';
import { shortId } from '../domain/ids.ts';
import { parseSeverity, type Severity } from '../domain/severity.ts';
import type { AlertJson } from '../protocol/schemas.ts';
import type { CommandContext } from './command.ts';
import { pairs, shortTime, table } from './table.ts';

const STATUS_OF: ReadonlyMap<string, AlertStatus> = new Map([
  ['ack', 'ACKNOWLEDGED'],
  ['acknowledge', 'ACKNOWLEDGED'],
  ['resolve', 'RESOLVED'],
  ['false-positive', 'FALSE_POSITIVE'],
]);

/** `1sec alerts [get|ack|resolve|false-positive ID]` */
export const run = async (context: CommandContext): Promise<number> => {
  const [verb, id, ...rest] = context.input;
  if (rest.length > 0) throw new SecError('SEC_USAGE', `alerts ${verb}: one id, got ${rest.length + 1}`);
  if (verb === undefined) return list(context);
  const status = STATUS_OF.get(verb);
  if (status === undefined && verb !== 'get') throw new SecError('SEC_USAGE', `alerts ${verb}: expected get, ack, resolve or false-positive`);
  if (id === undefined) throw new SecError('SEC_USAGE', `alerts ${verb}: an id is missing`);
  if (status === undefined) return get(context, id);
  const alert = await (await context.client()).call('setAlertStatus', { params: { id }, body: { status, reason: context.text('reason') ?? '' } });
  context.print(context.flag('json') ? JSON.stringify(alert, null, 2) : `${shortId(alert.id)} is ${alert.status}`);
  return 0;
};

const list = async (context: CommandContext): Promise<number> => {
  const limit = context.number('limit') ?? 20;
  const query = { limit, min_severity: severityFlag(context), status: statusFlag(context), module: context.text('module') };
  const reply = await (await context.client()).call('alerts', { query });
  if (context.flag('json')) {
    context.print(JSON.stringify(reply, null, 2));
    return 0;
  }
  if (reply.alerts.length === 0) {
    context.print('no alerts');
    return 0;
  }
  const now = context.clock.now();
  context.print(
    table(
      ['ID', 'LAST SEEN', 'SEVERITY', 'STATUS', 'MODULE', 'TYPE', 'N', 'WHAT'],
      reply.alerts.map((alert) => [
        shortId(alert.id),
        shortTime(alert.last_seen, now),
        alert.severity,
        alert.status,
        alert.module,
        alert.type,
        String(alert.count),
        alert.title,
      ]),
    ),
  );
  if (reply.alerts.length === limit) context.print(`the newest ${limit}; --limit N shows more`);
  return 0;
};

const severityFlag = (context: CommandContext): Severity | undefined => {
  const text = context.text('severity');
  if (text === undefined) return undefined;
  const severity = parseSeverity(text);
  if (severity === undefined) throw new SecError('SEC_USAGE', `--severity: expected INFO, LOW, MEDIUM, HIGH or CRITICAL, got ${text}`);
  return severity;
};

const statusFlag = (context: CommandContext): AlertStatus | undefined => {
  const text = context.text('status');
  if (text === undefined) return undefined;
  const word = text.toUpperCase().replace('-', '_');
  const status = word === 'ACK' ? 'ACKNOWLEDGED' : ALERT_STATUSES.find((known) => known === word);
  if (status === undefined) throw new SecError('SEC_USAGE', `--status: expected ${ALERT_STATUSES.join(', ')}, got ${text}`);
  return status;
};

const get = async (context: CommandContext, id: string): Promise<number> => {
  const alert = await (await context.client()).call('alert', { params: { id } });
  context.print(context.flag('json') ? JSON.stringify(alert, null, 2) : describe(alert));
  return 0;
};

const describe = (alert: AlertJson): string => {
  const entries: (readonly [string, string])[] = [
    ['id', alert.id],
    ['what', alert.title],
    ['severity', `${alert.severity}${alert.claim ? ' (claimed by a sender; never acted on alone)' : ''}`],
    ['status', alert.status],
    ['module', `${alert.module} · ${alert.type}`],
    ['seen', `${alert.count} times, first ${alert.first_seen}, last ${alert.last_seen}`],
    ['why', alert.description],
    ['rule', alert.evidence.rule],
  ];
  if (alert.entities.ip !== undefined) entries.push(['address', alert.entities.ip]);
  if (alert.entities.user !== undefined) entries.push(['user', alert.entities.user]);
  if (alert.entities.process !== undefined)
    entries.push(['process', `${alert.entities.process.pid} ${alert.entities.process.exe} ${alert.entities.process.command_line ?? ''}`]);
  if (alert.entities.file !== undefined) entries.push(['file', alert.entities.file.path]);
  if (alert.evidence.text !== undefined) entries.push(['matched', alert.evidence.text]);
  if (alert.evidence.line !== undefined) entries.push(['line', alert.evidence.line]);
  if (alert.evidence.counters !== undefined)
    entries.push([
      'counted',
      Object.entries(alert.evidence.counters)
        .map(([name, value]) => `${name} ${value}`)
        .join(', '),
    ]);
  entries.push(['technique', alert.mitre.join(', ')], ['events', alert.event_ids.join(' ')]);
  for (const [index, advice] of alert.mitigations.entries()) entries.push([index === 0 ? 'advice' : '', advice]);
  return pairs(entries);
};
