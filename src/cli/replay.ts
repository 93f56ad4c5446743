import { messageOf, SecError } from '../domain/errors.ts';
import { PRESETS } from '../domain/policy.ts';
import { toSafe } from '../domain/safe-text.ts';
import type { CommandContext } from './command.ts';
import { createOutput } from './output.ts';
import { readLines } from './read-lines.ts';
import { pairs } from './table.ts';

const COLLECTORS = ['auto', 'auth', 'mail', 'web', 'weberror', 'app', 'firewall'];
const MAX_EVENT_LINE = 2 * 1024 * 1024;
const MAX_LOG_LINE = 64 * 1024;
const MAX_COMPLAINTS = 20;

/** `1sec replay` */
export const run = async (context: CommandContext): Promise<number> => {
  const input = context.text('input');
  if (input !== undefined) return replayEventFile(context, input);
  const [path, ...rest] = context.input;
  if (path === undefined || rest.length > 0) throw new SecError('SEC_USAGE', 'replay: exactly one log file, or - for standard input');
  const collector = context.text('collector') ?? 'auto';
  if (!COLLECTORS.includes(collector)) throw new SecError('SEC_USAGE', `--collector: expected ${COLLECTORS.join(', ')}, got ${collector}`);
  if (context.flag('events') && context.flag('alerts')) throw new SecError('SEC_USAGE', 'replay: --events or --alerts, not both');
  return context.flag('events') ? replayToEvents(context, path, collector) : replayToAlerts(context, path, collector);
};

const replayToEvents = async (context: CommandContext, path: string, collector: string): Promise<number> => {
  const { openInput, replayEvents } = await import('../daemon/replay.ts');
  const { eventToJson } = await import('../domain/event-json.ts');
  const output = createOutput(context.stdout);
  const take = replayEvents(collector, path, context.clock.now(), (line, event) => output.line(JSON.stringify({ line, event: eventToJson(event) })));
  for await (const text of readLines(await openInput(path, context.stdin), MAX_LOG_LINE, 'cut')) {
    take(text);
    if (output.isFull()) await output.drained();
  }
  await output.end();
  return 0;
};

const replayToAlerts = async (context: CommandContext, path: string, collector: string): Promise<number> => {
  const { openInput, replayAlerts } = await import('../daemon/replay.ts');
  const bytes = await openInput(path, context.stdin);
  const output = createOutput(context.stdout);
  const print = await alertPrinter(context, output.line);
  const types = new Map<string, number>();
  const started = context.clock.monotonic();
  const counters = await replayAlerts({
    path,
    bytes,
    grammar: collector,
    settings: await settingsOf(context),
    receivedAt: context.clock.now(),
    warn: warnings(context),
    onAlert: (alert) => {
      types.set(`${alert.severity} ${alert.module} ${alert.type}`, (types.get(`${alert.severity} ${alert.module} ${alert.type}`) ?? 0) + 1);
      if (context.flag('alerts')) print(alert);
    },
  });
  if (context.flag('alerts')) {
    await output.end();
    return 0;
  }
  const seconds = (context.clock.monotonic() - started) / 1000;
  const summary = { ...counters, lines_per_second: Math.round(counters.lines / Math.max(seconds, 0.001)), alerts: Object.fromEntries(types) };
  if (context.flag('json')) context.print(JSON.stringify(summary, null, 2));
  else
    context.print(
      pairs([
        [
          'lines',
          `${counters.lines} (${counters.parsed} gave an event, ${counters.irrelevant} had nothing to say, ${counters.unparsed} not understood, ${counters.dropped} dropped)`,
        ],
        ['rate', `${summary.lines_per_second} lines a second`],
        ['alerts', `${[...types.values()].reduce((sum, count) => sum + count, 0)}`],
        ...[...types].sort((a, b) => b[1] - a[1]).map(([name, count]): [string, string] => ['', `${count} × ${name}`]),
      ]),
    );
  return 0;
};

const replayEventFile = async (context: CommandContext, path: string): Promise<number> => {
  if (!context.flag('alerts')) throw new SecError('SEC_USAGE', 'replay --input: --alerts is missing');
  const { openInput, createEventReplay } = await import('../daemon/replay.ts');
  const bytes = await openInput(path, context.stdin);
  const output = createOutput(context.stdout);
  const replay = createEventReplay({
    settings: await settingsOf(context),
    now: context.clock.now,
    warn: warnings(context),
    onAlert: await alertPrinter(context, output.line),
  });
  let line = 0;
  let bad = 0;
  for await (const text of readLines(bytes, MAX_EVENT_LINE)) {
    line += 1;
    if (text.trim() === '') continue;
    try {
      replay.take(text);
    } catch (problem) {
      bad += 1;
      if (bad <= MAX_COMPLAINTS)
        context.stderr.write(`line ${line} left out: ${toSafe(problem instanceof SecError ? problem.detail : `expected JSON: ${messageOf(problem)}`, 300)}\n`);
    }
    if (output.isFull()) await output.drained();
  }
  replay.end();
  await output.end();
  if (bad > 0) throw new SecError('SEC_INPUT_INVALID', `${bad} of ${line} lines were left out`);
  return 0;
};

const warnings =
  (context: CommandContext) =>
  (line: string): void => {
    context.stderr.write(`warning: ${toSafe(line, 500)}\n`);
  };

const settingsOf = async (context: CommandContext): Promise<{ readonly [moduleId: string]: unknown }> => {
  const path = context.text('settings');
  if (path === undefined) return {};
  const { openInput } = await import('../daemon/replay.ts');
  let text = '';
  for await (const line of readLines(await openInput(path, context.stdin), MAX_EVENT_LINE)) text += `${line}\n`;
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as { readonly [moduleId: string]: unknown };
    throw new Error('it is not an object');
  } catch (problem) {
    throw new SecError('SEC_INPUT_INVALID', `${path}: expected {"<module>": {…}}: ${messageOf(problem)}`, { cause: problem });
  }
};

type Replayed = Parameters<Parameters<typeof import('../daemon/replay.ts').createEventReplay>[0]['onAlert']>[0];

const alertPrinter = async (context: CommandContext, print: (line: string) => void): Promise<(alert: Replayed) => void> => {
  const named = context.text('preset');
  const preset = PRESETS.find((known) => known === named);
  if (named !== undefined && preset === undefined) throw new SecError('SEC_USAGE', `--preset: expected ${PRESETS.join(', ')}, got ${named}`);
  const preview =
    preset === undefined
      ? undefined
      : await (await import('../daemon/preview-decisions.ts')).createDecisionPreview(preset, { flag: context.text('config'), variables: context.environment });
  return (alert) =>
    print(
      JSON.stringify({
        type: alert.type,
        module: alert.module,
        severity: alert.severity,
        event_ids: alert.eventIds,
        title: alert.title,
        description: alert.description,
        count: alert.count,
        first_seen: new Date(alert.firstSeen).toISOString(),
        last_seen: new Date(alert.lastSeen).toISOString(),
        entities: alert.entities,
        evidence: alert.evidence,
        mitre: alert.mitre,
        claim: alert.isClaim,
        ...(preview === undefined ? {} : { decisions: preview(alert) }),
      }),
    );
};
