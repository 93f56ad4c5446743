import type { CollectedJson } from '../../protocol/event-schemas.ts';
import type { CommandContext } from '../command.ts';
import { shortTime, table } from '../table.ts';

/** `1sec collect list` */
export const list = async (context: CommandContext): Promise<number> => {
  const reply = await (await context.client()).call('sources');
  if (context.flag('json')) {
    context.print(JSON.stringify(reply, null, 2));
    return 0;
  }
  const now = context.clock.now();
  context.print(
    table(
      ['SOURCE', 'STATE', 'GRAMMAR', 'LINES', 'EVENTS', 'UNDERSTOOD', 'LAG', 'LAST LINE', 'DETAIL'],
      reply.sources.map((source) => [
        source.id,
        source.state,
        source.grammar,
        String(source.lines),
        String(source.parsed),
        understoodText(source),
        `${source.lag_bytes} B`,
        source.last_line === undefined ? '' : shortTime(source.last_line, now),
        source.detail,
      ]),
    ),
  );
  return 0;
};

const understoodText = ({ understood }: CollectedJson): string => (understood === undefined ? '' : `${Math.floor(understood * 1000) / 10} %`);
