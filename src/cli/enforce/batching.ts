import { formatDuration } from '../../domain/duration.ts';
import type { CommandContext } from '../command.ts';
import { table } from '../table.ts';

/** `1sec enforce batching` */
export const batching = async (context: CommandContext): Promise<number> => {
  const reply = await (await context.client()).call('batching');
  if (context.flag('json')) {
    context.print(JSON.stringify(reply, null, 2));
    return 0;
  }
  const now = context.clock.now();
  context.print(
    reply.enabled ? `alerts of one module and source within ${reply.window_seconds}s go as one, ${reply.max_batch_size} at most` : 'batching is off',
  );
  context.print(
    reply.batches.length === 0
      ? 'nothing is held back'
      : table(
          ['MODULE:SOURCE', 'ENDPOINT', 'ALERTS', 'WORST', 'LEAVES IN'],
          reply.batches.map((batch) => [
            batch.key,
            batch.endpoint,
            String(batch.alert_count),
            batch.highest_severity,
            formatDuration(Date.parse(batch.flush_at) - now),
          ]),
        ),
  );
  context.print(
    `since the start: ${reply.immediate} told at once, ${reply.held_back} held back, ${reply.folded} folded into a batch; ${reply.stream_folded} repeats left out on the stream`,
  );
  return 0;
};
