import { readFile } from 'node:fs/promises';
import { isMap, isNode, isScalar, LineCounter, parseDocument } from 'yaml';
import { z } from 'zod';
import { messageOf, SecError } from '../domain/errors.ts';
import { suggestion } from '../domain/suggestion.ts';

const MAX_BYTES = 1_048_576;

/**
 * Reads a YAML file and checks it against a schema. Errors name the file, the line, what was expected and what was found.
 * Aliases are limited and no custom tags run: the file is data. Throws SEC_CONFIG_UNREADABLE or SEC_CONFIG_INVALID.
 */
export const readYamlFile = async <Schema extends z.ZodType>(path: string, schema: Schema): Promise<z.output<Schema>> => {
  const text = await readFile(path, 'utf8').catch((problem: unknown) => {
    throw new SecError('SEC_CONFIG_UNREADABLE', `${path}: ${messageOf(problem)}`, { cause: problem });
  });
  return parseYaml(text, path, schema);
};

/** As `readYamlFile`, for text that is already here; `name` stands for the file in messages. */
export const parseYaml = <Schema extends z.ZodType>(text: string, name: string, schema: Schema): z.output<Schema> => {
  if (text.length > MAX_BYTES) throw new SecError('SEC_CONFIG_INVALID', `${name}: expected at most ${MAX_BYTES} bytes, got ${text.length}`);
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: true });
  const syntax = document.errors[0];
  if (syntax !== undefined) throw new SecError('SEC_CONFIG_INVALID', `${name}:${lines.linePos(syntax.pos[0]).line}: expected YAML, got: ${syntax.message}`);
  const value: unknown = document.toJS({ maxAliasCount: 100 }) ?? {};
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.slice(0, 5).map((issue) => {
    const keys = issue.path.map(String);
    const place = issue.code === 'unrecognized_keys' ? [...keys, issue.keys[0] ?? ''] : keys;
    return `${name}:${lineOf(document, lines, place)}: ${place.join('.') || 'top level'}: ${wordsOf(issue, knownKeys(schema, keys))}, got ${gotAt(value, place)}`;
  });
  throw new SecError('SEC_CONFIG_INVALID', problems.join('; '));
};

type Issue = z.core.$ZodIssue;

const wordsOf = (issue: Issue, known: readonly string[]): string => {
  if (issue.code === 'unrecognized_keys') {
    const near = suggestion(issue.keys[0] ?? '', known);
    return near === undefined ? `expected one of ${known.join(', ')}` : `expected a known key, did you mean ${near}?`;
  }
  if (issue.code === 'invalid_value') return `expected ${issue.values.map(String).join(', ')}`;
  if (issue.code === 'invalid_type') return `expected ${issue.expected}`;
  return issue.message;
};

const SECRETS: ReadonlySet<string> = new Set(['url', 'token', 'auth_token', 'secret', 'routing_key', 'chat_id', 'api_keys', 'read_only_keys']);

const gotAt = (value: unknown, path: readonly string[]): string => {
  const isSecret = SECRETS.has(path.at(-1) ?? '');
  let current: unknown = value;
  for (const key of path) current = typeof current === 'object' && current !== null ? Reflect.get(current, key) : undefined;
  if (isSecret && current !== undefined && current !== '') return 'a value that is not shown';
  return current === undefined ? 'nothing' : (JSON.stringify(current) ?? 'nothing').slice(0, 80);
};

const lineOf = (document: ReturnType<typeof parseDocument>, lines: LineCounter, path: readonly string[]): number => {
  for (let length = path.length; length > 0; length -= 1) {
    const keys = path.slice(0, length).map((key) => (/^\d+$/.test(key) ? Number(key) : key));
    const parent = keys.length === 1 ? document.contents : document.getIn(keys.slice(0, -1), true);
    const pair = isMap(parent) ? parent.items.find((item) => isScalar(item.key) && item.key.value === keys.at(-1)) : undefined;
    const node = pair === undefined ? document.getIn(keys, true) : pair.key;
    if (isNode(node) && node.range) return lines.linePos(node.range[0]).line;
  }
  return 1;
};

/** Keys that the schema takes at a place, for a suggestion. */
const knownKeys = (schema: z.ZodType, path: readonly string[]): readonly string[] => {
  let current: unknown = schema;
  for (const key of [...path, undefined]) {
    while (current instanceof z.ZodDefault || current instanceof z.ZodPrefault || current instanceof z.ZodOptional) current = current.unwrap();
    if (key === undefined) break;
    if (current instanceof z.ZodObject) current = current.shape[key];
    else if (current instanceof z.ZodRecord) current = current.valueType;
    else if (current instanceof z.ZodArray) current = current.element;
  }
  return current instanceof z.ZodObject ? Object.keys(current.shape) : [];
};
