import type { SecurityEvent } from '../../../../domain/event.ts';
import type { LineContext, ParseOutcome } from '../../../contract.ts';
import type { CompiledRule } from './rules.ts';
import { serviceEvent } from './service-event.ts';

/** An object of the log of a service that writes JSON: the first rule whose value matches. Unparsed when it is none of theirs. */
export const readJsonRules = (rules: readonly CompiledRule[], line: string, context: LineContext, emit: (event: SecurityEvent) => void): ParseOutcome => {
  if (line.length > MAX_LINE) return 'unparsed';
  const candidates = rules.filter((rule) => line.includes(rule.has ?? ''));
  const fields = candidates.length === 0 ? undefined : objectOf(line);
  if (fields === undefined) return 'unparsed';
  for (const rule of candidates) {
    const match = rule.pattern.exec(textAt(fields, rule.key ?? '').slice(0, MAX_VALUE));
    if (match === null) continue;
    const taken = Object.entries(rule.take ?? {}).map(([name, path]) => [name, textAt(fields, path)]);
    emit(serviceEvent(rule, { ...match.groups, ...Object.fromEntries(taken) }, lineOf(line, fields, context)));
    return 'event';
  }
  return 'unparsed';
};

const MAX_LINE = 8192;
const MAX_VALUE = 1024;

const lineOf = (line: string, fields: object, context: LineContext) => {
  const text = TIME_KEYS.map((key) => textAt(fields, key)).find((value) => value !== '') ?? '';
  const time = Date.parse(text.slice(0, 40));
  const at = Number.isFinite(time) && time > 0 && time <= context.receivedAt + DAY_MS ? time : context.receivedAt;
  return { line, message: line, at, observer: undefined, trust: 'sensor' as const, context };
};

const DAY_MS = 86_400_000;
const TIME_KEYS = ['time', 'timestamp', 't.$date', 'ts', '@timestamp'];

const objectOf = (line: string): object | undefined => {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    // Not JSON: of another family, which is what undefined says.
    return undefined;
  }
};

// `attr.remote`: own members only.
const textAt = (fields: object, path: string): string => {
  let value: unknown = fields;
  for (const key of path.split('.')) value = typeof value === 'object' && value !== null && Object.hasOwn(value, key) ? Reflect.get(value, key) : undefined;
  return typeof value === 'string' ? value : typeof value === 'number' ? String(value) : '';
};
