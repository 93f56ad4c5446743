import { SecError } from '../../domain/errors.ts';
import { shortId } from '../../domain/ids.ts';
import type { RecordJson } from '../../protocol/schemas.ts';
import type { CommandContext } from '../command.ts';
import { shortTime, table } from '../table.ts';

/** `1sec enforce history [--verify]` */
export const history = async (context: CommandContext): Promise<number> => {
  const client = await context.client();
  if (context.flag('verify')) {
    const check = await client.call('verifyHistory');
    if (context.flag('json')) context.print(JSON.stringify(check, null, 2));
    if (!check.intact) throw new SecError('SEC_HISTORY_BROKEN', `record ${check.broken_at ?? '?'} of ${check.records}: ${check.problem ?? ''}`);
    if (!context.flag('json')) context.print(`intact: ${check.records} records, head ${check.head ?? ''}`);
    return 0;
  }
  const reply = await client.call('history', { query: { limit: context.number('limit') ?? 50, module: context.text('module') } });
  if (context.flag('json')) {
    context.print(JSON.stringify(reply, null, 2));
    return 0;
  }
  const now = context.clock.now();
  context.print(
    reply.records.length === 0
      ? 'nothing has happened yet'
      : table(
          ['ID', 'WHEN', 'KIND', 'ACTION', 'TARGET', 'OUTCOME', 'CHECKED', 'BY', 'WHY'],
          reply.records.map((record) => [
            shortId(record.action_id ?? record.id),
            shortTime(record.timestamp, now),
            record.kind,
            record.action ?? '',
            record.target ?? '',
            record.outcome ?? '',
            record.verification ?? '',
            who(record),
            record.reason,
          ]),
        ),
  );
  return 0;
};

const who = (record: RecordJson): string => (record.actor === undefined ? (record.module ?? '') : `${record.actor.name} (${record.actor.via})`);
