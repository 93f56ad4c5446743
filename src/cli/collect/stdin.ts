import { setTimeout as delay } from 'node:timers/promises';
import type { Client } from '../../client/contract.ts';
import { SecError } from '../../domain/errors.ts';
import { eventToJson } from '../../domain/event-json.ts';
import { toSafe } from '../../domain/safe-text.ts';
import type { IngestJson } from '../../protocol/event-schemas.ts';
import type { CommandContext } from '../command.ts';
import { readLines } from '../read-lines.ts';

const MAX_LINE = 1024 * 1024;
const MAX_LINES = 500;
const MAX_BYTES = 2 * 1024 * 1024;
/** A line that came waits no longer for others to go with it. */
const LINGER_MS = 200;
const MAX_COMPLAINTS = 20;

/** `1sec collect stdin`: lines (with --collector) or events, one JSON a line, into the running daemon. Exit code 12 when some were refused. */
export const stdin = async (context: CommandContext): Promise<number> => {
  const collector = context.text('collector');
  const toEvents = await lineReader(collector, context.clock.now);
  const sender = createSender(await context.client(), context);
  let lines = 0;
  for await (const text of readLines(context.stdin, MAX_LINE, 'cut')) {
    if (text === '') continue;
    lines += 1;
    for (const event of toEvents(text)) await sender.add(event, lines);
  }
  await sender.end();
  const { accepted, rejected, trust } = sender.totals;
  const summary = { lines, accepted, rejected, trust };
  if (context.flag('json')) context.print(JSON.stringify(summary));
  else context.print(`${lines} lines, ${accepted} events taken as ${trust === 'sensor' ? 'those of a sensor' : 'claims'}, ${rejected} refused`);
  return rejected === 0 ? 0 : 12;
};

const lineReader = async (collector: string | undefined, now: () => number): Promise<(text: string) => readonly string[]> => {
  if (collector === undefined) return (text) => [text];
  const { replayEvents } = await import('../../daemon/replay.ts');
  let events: string[] = [];
  const take = replayEvents(collector, '-', now(), (_line, event) => events.push(JSON.stringify(eventToJson(event))));
  return (text) => {
    events = [];
    take(text);
    return events;
  };
};

type Waiting = { readonly text: string; readonly line: number };

// One request at a time; what the daemon does not take now because of its rate is sent again.
const createSender = (client: Client, context: CommandContext) => {
  const totals = { accepted: 0, rejected: 0, trust: 'claim' };
  let waiting: Waiting[] = [];
  let bytes = 0;
  let sending: Promise<void> = Promise.resolve();
  let timer: NodeJS.Timeout | undefined;
  let complaints = 0;

  const complain = (reply: IngestJson, sent: readonly Waiting[]): void => {
    for (const { line, path, expected, got, hint } of reply.problems) {
      complaints += 1;
      if (complaints > MAX_COMPLAINTS) return;
      const place = sent[line - 1]?.line ?? line;
      context.stderr.write(`line ${place}: ${path === '' ? '' : `${toSafe(path, 100)}: `}expected ${expected}, got ${toSafe(got, 120)}. ${hint}\n`);
    }
  };

  const deliver = async (batch: readonly Waiting[]): Promise<void> => {
    let rest = batch;
    while (rest.length > 0) {
      const reply = await client
        .call('ingest', { body: { ndjson: rest.map(({ text }) => text).join('\n') } })
        .catch((thrown: unknown) => refusedWhole(thrown, rest));
      totals.accepted += reply.accepted;
      totals.rejected += reply.rejected;
      totals.trust = reply.trust;
      complain(reply, rest);
      rest = reply.limited === 0 ? [] : rest.slice(-reply.limited);
      if (rest.length > 0) await delay(Math.max(reply.retry_after_ms, 50));
    }
  };

  const flush = (): Promise<void> => {
    clearTimeout(timer);
    timer = undefined;
    const batch = waiting;
    waiting = [];
    bytes = 0;
    sending = sending.then(() => deliver(batch));
    // Its end is awaited by the next full batch, or by `end`; until then a failure is no unhandled one.
    sending.catch(() => undefined);
    return sending;
  };

  return {
    totals,
    add: async (text: string, line: number): Promise<void> => {
      waiting.push({ text, line });
      bytes += text.length;
      if (waiting.length >= MAX_LINES || bytes >= MAX_BYTES) await flush();
      else timer ??= setTimeout(flush, LINGER_MS);
    },
    end: flush,
  };
};

// A request of which not one line was an event is an error of its own.
const refusedWhole = (thrown: unknown, sent: readonly Waiting[]): IngestJson => {
  if (!(thrown instanceof SecError) || thrown.code !== 'SEC_INPUT_INVALID') throw thrown;
  const [, line = '1', rest = thrown.detail] = /^line ([0-9]+): (.*)$/s.exec(thrown.detail) ?? [];
  return {
    accepted: 0,
    rejected: sent.length,
    limited: 0,
    retry_after_ms: 0,
    trust: 'claim',
    problems: [{ line: Number(line), path: '', expected: rest.replace(/^expected /, ''), got: 'other text', hint: '' }],
  };
};
