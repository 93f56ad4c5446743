import type { Alert } from '../../../domain/alert.ts';
import { parseArgv } from '../../../domain/argv.ts';
import { parseDurationMs } from '../../../domain/duration.ts';
import { SecError } from '../../../domain/errors.ts';
import type { ActionPlan, ActionRequest } from '../../contract.ts';

const DEFAULT_TIMEOUT_MS = 10_000;
/** Shorter than an approved action may take at all. */
const MAX_TIMEOUT_MS = 25_000;
const MAX_VALUE = 4096;

/** The one step of command, the program and its arguments as they will be. Throws SEC_INPUT_INVALID for a rule without a usable `argv`. */
export const planCommand = (request: ActionRequest): ActionPlan => ({
  steps: [`run ${argvOf(request.params).map(quoted).join(' ')} (no shell, at most ${timeoutOf(request.params) / 1000} s)`],
  undoNote: 'what the program does is its own; it cannot be undone from here',
});

/** The program and its arguments: parameter `argv`, a JSON list whose first word is an absolute path. */
export const argvOf = (params: ActionRequest['params']): readonly string[] => {
  const words = parseArgv(params['argv'] ?? '');
  if (words === undefined) throw new SecError('SEC_INPUT_INVALID', 'argv: expected a list, the program by its absolute path first');
  return words;
};

/** How long it may run, ms: parameter `timeout`, ten seconds when left out. */
export const timeoutOf = (params: ActionRequest['params']): number => {
  const text = params['timeout'];
  const ms = text === undefined ? DEFAULT_TIMEOUT_MS : parseDurationMs(text);
  if (ms === undefined || ms > MAX_TIMEOUT_MS) throw new SecError('SEC_INPUT_INVALID', `timeout: expected a duration of at most 25s, got "${text ?? ''}"`);
  return ms;
};

/** The values that a program gets, as environment. They come from attackers: a program must treat them as data. */
export const environmentOf = (request: ActionRequest): { readonly [name: string]: string } => {
  const { alert } = request;
  const values: { readonly [name: string]: string | undefined } = {
    ONESEC_ACTION_ID: request.actionId,
    ONESEC_ALERT_ID: alert?.id,
    ONESEC_MODULE: alert?.module,
    ONESEC_TYPE: alert?.type,
    ONESEC_SEVERITY: alert?.severity,
    ONESEC_COUNT: alert === undefined ? undefined : String(alert.count),
    ONESEC_TIME: alert === undefined ? undefined : new Date(alert.lastSeen).toISOString(),
    ONESEC_SOURCE_IP: alert?.entities.ip,
    ONESEC_USER: alert?.entities.user,
    ONESEC_PROCESS_ID: alert?.entities.process === undefined ? undefined : String(alert.entities.process.pid),
    ONESEC_FILE_PATH: alert?.entities.file?.path,
  };
  const given = Object.entries(values).flatMap(([name, value]) => (value === undefined ? [] : [[name, plain(value)] as const]));
  return { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', LC_ALL: 'C', HOME: '/', ...Object.fromEntries(given) };
};

/** The same values and the title as JSON, for standard input. */
export const inputOf = (request: ActionRequest): string => {
  const { alert } = request;
  return `${JSON.stringify({ action_id: request.actionId, ...(alert === undefined ? {} : alertValues(alert)) })}\n`;
};

const alertValues = (alert: Alert): { readonly [name: string]: unknown } => ({
  alert_id: alert.id,
  module: alert.module,
  type: alert.type,
  severity: alert.severity,
  title: alert.title.slice(0, MAX_VALUE),
  count: alert.count,
  time: new Date(alert.lastSeen).toISOString(),
  source_ip: alert.entities.ip,
  user: alert.entities.user?.slice(0, MAX_VALUE),
  process_id: alert.entities.process?.pid,
  file_path: alert.entities.file?.path.slice(0, MAX_VALUE),
});

/** No NUL, which would end the value early, and bounded. */
const plain = (value: string): string => value.replaceAll('\0', '').slice(0, MAX_VALUE);

const quoted = (word: string): string => (/^[\w@%+=:,./-]+$/.test(word) ? word : JSON.stringify(word));
