import { setTimeout as sleep } from 'node:timers/promises';
import type { Client, ConnectionState } from '../client/contract.ts';
import type { Clock } from '../domain/clock.ts';
import { shortId } from '../domain/ids.ts';
import type { AlertJson, ApprovalJson, RecordJson, StatusJson, StreamMessage } from '../protocol/schemas.ts';
import type { Settings } from './environment.ts';
import { asciiOnly, SEVERITY_WORD } from './glyphs.ts';
import { enforcementWord, sourceOf } from './state/rows.ts';
import { toCells } from './text/cells.ts';
import { clockTime } from './text/times.ts';

type LinearOptions = {
  readonly client: Client;
  readonly clock: Clock;
  readonly settings: Settings;
  readonly stdout: NodeJS.WritableStream;
  readonly signal?: AbortSignal | undefined;
};

/** Lines that may wait for a slow reader; more are left out and counted. */
const MAX_WAITING = 2000;
const MAX_LINE = 400;

/** Prints the live stream as lines that are only ever appended, without colours or cursor moves, until the signal aborts or the reader goes away. */
export const runLinear = async (options: LinearOptions): Promise<void> => {
  const { client, clock, settings, stdout } = options;
  const ended = new AbortController();
  const signal = options.signal === undefined ? ended.signal : AbortSignal.any([options.signal, ended.signal]);
  const output = createLineOutput(stdout, settings.isAscii);
  const onGone = (): void => ended.abort();
  stdout.on('error', onGone);
  stdout.on('close', onGone);
  const shown = new Map<string, number>();
  try {
    output.print('1sec: live stream, one line for each event; Ctrl-C leaves');
    const onMessage = (message: StreamMessage): void => {
      for (const line of linesOf(message, clock.now(), shown)) output.print(line);
    };
    const onConnection = (connection: ConnectionState): void => output.print(connectionLine(connection));
    await client.stream({ signal, onMessage, onConnection });
    await output.drained(signal);
  } finally {
    stdout.off('error', onGone);
    stdout.off('close', onGone);
  }
};

/** The lines a message is worth. A fold of a known alert is told at 10, 100, 1,000 repeats only. */
export const linesOf = (message: StreamMessage, now: number, shown: Map<string, number>): readonly string[] => {
  switch (message.type) {
    case 'hello':
      return statusLines(message.status);
    case 'alert':
      return isWorthTelling(message.alert, shown) ? [alertLine(message.alert, now)] : [];
    case 'approval':
      return approvalLines(message.approval, now);
    case 'record':
      return [recordLine(message.record, now)];
    case 'gap':
      return [`-- ${message.missed > 0 ? `${message.missed} messages` : 'messages'} not shown (slow link or daemon restart) --`];
    case 'status':
      return [];
  }
};

const MAX_KNOWN = 5000;

const isWorthTelling = (alert: AlertJson, shown: Map<string, number>): boolean => {
  const step = Math.floor(Math.log10(Math.max(1, alert.count)));
  const key = `${alert.id} ${alert.status}`;
  const isNew = (shown.get(key) ?? -1) < step;
  shown.set(key, Math.max(step, shown.get(key) ?? 0));
  const oldest = shown.keys().next().value;
  if (shown.size > MAX_KNOWN && oldest !== undefined) shown.delete(oldest);
  return isNew;
};

const connectionLine = (connection: ConnectionState): string => {
  switch (connection.state) {
    case 'connecting':
      return '-- connecting --';
    case 'live':
      return '-- live --';
    case 'reconnecting':
      return `-- reconnecting, attempt ${connection.attempt}: ${connection.reason} --`;
  }
};

const statusLines = (status: StatusJson): readonly string[] => [
  `host ${status.hostname}, 1-SEC ${status.version}, ${status.status}, ${enforcementWord(status)}, preset ${status.enforcement.preset}, modules ${status.modules_running} of ${status.modules_total}, ${status.approvals_pending} waiting`,
  ...status.limits.map((limit) => `limit: ${limit}`),
];

const alertLine = (alert: AlertJson, now: number): string => {
  const folded = alert.count > 1 ? ` (${alert.count} times)` : '';
  const status = alert.status === 'OPEN' ? '' : ` [${alert.status.toLowerCase()}]`;
  return `${clockTime(alert.last_seen, now)} ${SEVERITY_WORD[alert.severity]} ${alert.module} ${sourceOf(alert)}: ${alert.title}${folded}${status} id ${shortId(alert.id)}`;
};

const approvalLines = (approval: ApprovalJson, now: number): readonly string[] => {
  const what = `${approval.action} ${approval.target}`;
  if (approval.state !== 'pending') {
    return [
      `approval ${shortId(approval.id)}: ${what} ${approval.state}${approval.decided_by === undefined ? '' : ` by ${approval.decided_by.name}`}${approval.result === undefined ? '' : `: ${approval.result}`}`,
    ];
  }
  return [
    `WAITS ${SEVERITY_WORD[approval.severity]} ${what}: ${approval.title}, until ${clockTime(approval.expires_at, now)}${approval.held ? ', process held' : ''}${moreText(approval)}`,
    ...approval.plan.map((step, index) => `  step ${index + 1}: ${step}`),
    `  undo: ${approval.undo_note}`,
    `  decide: 1sec enforce approvals approve ${approval.id}  or  … reject ${approval.id}`,
  ];
};

const recordLine = (record: RecordJson, now: number): string =>
  [
    clockTime(record.timestamp, now),
    'history',
    record.kind,
    record.action,
    record.target,
    record.dry_run === true ? 'dry run' : undefined,
    record.outcome,
    record.verification,
    record.actor === undefined ? undefined : `by ${record.actor.name}`,
    record.reason,
  ]
    .filter((part) => part !== undefined && part !== '')
    .join(' ');

type LineOutput = { readonly print: (line: string) => void; readonly drained: (signal: AbortSignal) => Promise<void> };

// The stream's own buffer is unbounded; lines are held back while it is full and left out beyond a bound.
const createLineOutput = (stdout: NodeJS.WritableStream, isAscii: boolean): LineOutput => {
  let waiting: string[] = [];
  let omitted = 0;
  let isFull = false;
  const write = (line: string): void => {
    const safe = toCells(line, MAX_LINE);
    isFull = !stdout.write(`${isAscii ? asciiOnly(safe) : safe}\n`);
  };
  const onDrain = (): void => {
    isFull = false;
    const lines = omitted === 0 ? waiting : [...waiting, `-- ${omitted} lines not shown: the output is slow --`];
    waiting = [];
    omitted = 0;
    lines.forEach(write);
  };
  stdout.on('drain', onDrain);
  return {
    print: (line) => {
      if (!isFull) return write(line);
      if (waiting.length < MAX_WAITING) waiting.push(line);
      else omitted += 1;
    },
    drained: async (signal) => {
      while (isFull && !signal.aborted) await sleep(20, undefined, { signal }).catch(() => undefined); // abort ends the loop
      stdout.off('drain', onDrain);
    },
  };
};

const moreText = ({ count = 1, votes, votes_missing: missing = 0, needed = '', reminded = 0 }: ApprovalJson): string =>
  [
    count === 1 ? '' : `, asked for ${count} times`,
    votes === undefined ? '' : `, ${votes.length} agreed, ${missing} more must: ${needed}`,
    reminded === 0 ? '' : `, ${Math.round(reminded * 100)} % of the time is over`,
  ].join('');
