import { SecError } from '../../domain/errors.ts';
import { eventToJson } from '../../domain/event-json.ts';
import { toSafe } from '../../domain/safe-text.ts';
import type { CommandContext } from '../command.ts';
import { createOutput } from '../output.ts';
import { readLines } from '../read-lines.ts';
import { pairs } from '../table.ts';

const MAX_LINE = 64 * 1024;
/** Lines that are shown one by one; the summary counts all. */
const SHOWN = 200;

/** `1sec collect test FILE|-`: what each line would be taken for, and why not; offline. */
export const test = async (context: CommandContext, [path]: readonly string[]): Promise<number> => {
  if (path === undefined) throw new SecError('SEC_USAGE', 'collect test: a log file, or - for standard input, is missing');
  const { createLineTest } = await import('../../daemon/test-lines.ts');
  const { openInput } = await import('../../daemon/replay.ts');
  const collector = context.text('collector') ?? 'auto';
  const judge = createLineTest(collector, context.clock.now());
  const isJson = context.flag('json');
  const shown = context.number('limit') ?? SHOWN;
  const output = createOutput(context.stdout);
  const outcomes = new Map<string, number>();
  const grammars = new Map<string, number>();
  const types = new Map<string, number>();
  let lines = 0;
  for await (const text of readLines(await openInput(path, context.stdin), MAX_LINE, 'cut')) {
    const tested = judge(text);
    lines += 1;
    count(outcomes, tested.outcome);
    if (tested.grammar !== '') count(grammars, tested.grammar);
    for (const event of tested.events) count(types, event.type);
    if (lines > shown) continue;
    if (isJson) {
      const { line, outcome, grammar, why } = tested;
      output.line(JSON.stringify({ line, outcome, grammar, why, events: tested.events.map(eventToJson), text: text.slice(0, 1024) }));
      continue;
    }
    const [event] = tested.events;
    output.line(`${tested.line} ${tested.outcome}${tested.grammar === '' ? '' : ` ${tested.grammar}`}: ${event === undefined ? tested.why : fieldsOf(event)}`);
    if (event === undefined) output.line(`    ${toSafe(text, 160)}`);
  }
  const summary = { lines, outcomes: Object.fromEntries(outcomes), grammars: Object.fromEntries(grammars), event_types: Object.fromEntries(types) };
  if (isJson) output.line(JSON.stringify({ summary }));
  await output.end();
  if (isJson) return 0;
  if (lines > shown) context.print(`the first ${shown} of ${lines} lines; --limit N shows more`);
  context.print(
    pairs([
      ['lines', String(lines)],
      ['taken for', counted(outcomes)],
      ['grammars', counted(grammars)],
      ['events', counted(types)],
    ]),
  );
  return 0;
};

const count = (counts: Map<string, number>, key: string): void => {
  // Types can come from a log's own words.
  if (counts.size < 256 || counts.has(key)) counts.set(key, (counts.get(key) ?? 0) + 1);
};

const counted = (counts: ReadonlyMap<string, number>): string =>
  [...counts]
    .sort(([, a], [, b]) => b - a)
    .map(([name, number]) => `${name} ${number}`)
    .join(', ') || 'none';

const fieldsOf = (event: { readonly type: string; readonly sourceIp?: string | undefined; readonly details: { readonly [key: string]: unknown } }): string => {
  const fields = Object.entries({ source_ip: event.sourceIp, ...event.details }).filter(([, value]) => value !== undefined && value !== '');
  return toSafe(`${event.type} ${fields.map(([name, value]) => `${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`).join(' ')}`, 400);
};
