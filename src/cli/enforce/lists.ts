import { formatDuration } from '../../domain/duration.ts';
import { toSafe } from '../../domain/safe-text.ts';
import type { CommandContext } from '../command.ts';
import { table } from '../table.ts';

/** `1sec enforce lists` */
export const lists = async (context: CommandContext): Promise<number> => {
  const reply = await (await context.client()).call('offenderLists');
  if (context.flag('json')) {
    context.print(JSON.stringify(reply, null, 2));
    return 0;
  }
  const now = context.clock.now();
  const age = (at: string | undefined): string => (at === undefined ? 'never' : formatDuration(Math.max(0, now - Date.parse(at))));
  context.print(
    reply.lists.length === 0
      ? 'no offender lists are configured (enforcement.offender_lists)'
      : table(
          ['NAME', 'STATE', 'ENTRIES', 'BLOCKED', 'HITS', 'CHANGED', 'CHECKED', 'LEFT OUT', 'SOURCE'],
          reply.lists.map((list) => [
            list.name,
            list.active ? 'active' : 'OFF',
            String(list.entries),
            String(list.in_kernel),
            String(list.hits),
            age(list.changed_at),
            age(list.checked_at),
            String(list.left_out_total),
            toSafe(list.source, 120),
          ]),
        ),
  );
  for (const { name, active, why, error, left_out: leftOut, left_out_total: total } of reply.lists) {
    if (!active) context.print(`${name}: off: ${toSafe(why, 200)}`);
    if (error !== '') context.print(`${name}: ${toSafe(error, 300)}`);
    for (const entry of leftOut) context.print(`${name}: left out ${toSafe(entry, 120)}`);
    if (total > leftOut.length) context.print(`${name}: and ${total - leftOut.length} more left out`);
  }
  return 0;
};
