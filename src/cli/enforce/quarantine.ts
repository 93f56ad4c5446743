import type { CommandContext } from '../command.ts';
import { shortTime, table } from '../table.ts';

/** `1sec enforce quarantine` */
export const quarantine = async (context: CommandContext): Promise<number> => {
  const reply = await (await context.client()).call('quarantine', { query: { limit: context.number('limit') ?? 100 } });
  if (context.flag('json')) {
    context.print(JSON.stringify(reply, null, 2));
    return 0;
  }
  const now = context.clock.now();
  context.print(
    reply.files.length === 0
      ? 'nothing is in the quarantine'
      : table(
          ['ID', 'SINCE', 'OWNER', 'MODE', 'BYTES', 'SHA-256', 'THERE', 'PATH'],
          reply.files.map((file) => [
            file.id,
            shortTime(file.quarantined_at, now),
            `${file.uid}:${file.gid}`,
            file.mode,
            String(file.size),
            file.sha256?.slice(0, 16) ?? 'too large',
            file.present ? 'yes' : 'NO',
            file.path,
          ]),
        ),
  );
  if (reply.total > reply.files.length) context.print(`and ${reply.total - reply.files.length} more: --limit ${reply.total} shows them all`);
  return 0;
};
