import { setTimeout as delay } from 'node:timers/promises';
import { textOf } from '../domain/event.ts';
import { toSafe } from '../domain/safe-text.ts';
import type { RecentEventsJson } from '../protocol/event-schemas.ts';
import type { CommandContext } from './command.ts';
import { createOutput } from './output.ts';
import { shortTime } from './table.ts';

const FOLLOW_MS = 500;
/** As many as the daemon keeps. */
const ALL = 512;

/** `1sec events`: what the sensor saw last; with --follow until it is interrupted. */
export const run = async (context: CommandContext): Promise<number> => {
  const client = await context.client();
  const output = createOutput(context.stdout);
  const type = context.text('type');
  let after = 0;
  let limit = context.number('limit') ?? 50;
  do {
    const reply = await client.call('events', { query: { limit, type, after } });
    // What was there before is no loss.
    if (after > 0 && reply.missed > 0) context.stderr.write(`… ${reply.missed} events came too fast to be shown\n`);
    for (const one of reply.events) output.line(context.flag('json') ? JSON.stringify(one) : lineOf(one, context.clock.now()));
    await output.end();
    after = reply.newest;
    limit = ALL;
    if (context.flag('follow')) await delay(FOLLOW_MS);
  } while (context.flag('follow'));
  return 0;
};

const lineOf = ({ trust, event }: RecentEventsJson['events'][number], now: number): string => {
  const address = textOf(event, 'source_ip');
  const words = [shortTime(textOf(event, 'timestamp'), now), textOf(event, 'type'), address === '' ? '-' : address, textOf(event, 'source')];
  return toSafe(`${words.join('  ')}${trust === 'sensor' ? '' : ` (${trust})`}  ${textOf(event, 'summary')}`, 300);
};
