import { formatDuration } from '../../domain/duration.ts';
import { shortId } from '../../domain/ids.ts';
import type { CommandContext } from '../command.ts';
import { table } from '../table.ts';

/** `1sec enforce escalations` */
export const escalations = async (context: CommandContext): Promise<number> => {
  const reply = await (await context.client()).call('escalations', { query: { limit: context.number('limit') ?? 100 } });
  if (context.flag('json')) {
    context.print(JSON.stringify(reply, null, 2));
    return 0;
  }
  const now = context.clock.now();
  const rules = Object.entries(reply.timeouts)
    .reverse()
    .map(
      ([severity, rule]) => `${severity} after ${formatDuration(rule.timeout_seconds * 1000)} to ${rule.escalate_to}, ${rule.max_escalations} times at most`,
    );
  context.print(reply.enabled ? rules.join('\n') : 'escalation is off');
  context.print(
    reply.alerts.length === 0
      ? 'no alert waits for an acknowledgement'
      : table(
          ['ALERT', 'NEXT IN', 'TIMES', 'SEVERITY', 'FOUND', 'MODULE', 'TITLE'],
          reply.alerts.map((alert) => [
            shortId(alert.alert_id),
            formatDuration(Date.parse(alert.next_at) - now),
            `${alert.escalations} of ${alert.max_escalations}`,
            alert.severity,
            alert.found,
            alert.module,
            alert.title,
          ]),
        ),
  );
  context.print(`${reply.raised} raised since the start${reply.dropped === 0 ? '' : `; no room for the timers of ${reply.dropped}`}`);
  return 0;
};
