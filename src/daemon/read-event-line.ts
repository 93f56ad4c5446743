import type { z } from 'zod';
import { messageOf } from '../domain/errors.ts';
import { type SecurityEventJson, securityEventSchema } from '../domain/event-json.ts';
import { jsonDepth } from '../domain/json-depth.ts';
import { err, ok, type Result } from '../domain/result.ts';
import { toSafe } from '../domain/safe-text.ts';
import { SEVERITIES } from '../domain/severity.ts';
import type { LineProblemJson } from '../protocol/event-schemas.ts';

/** What is wrong with one event: where, what should be there, what is. */
export type EventProblem = Omit<LineProblemJson, 'line'>;

/** Longest event, in bytes of its JSON. */
export const MAX_EVENT_BYTES = 1024 * 1024;
const MAX_DEPTH = 32;

/** One event from its JSON text. Never throws: hostile text gives a problem. */
export const readEventLine = (text: string): Result<SecurityEventJson, EventProblem> => {
  const bytes = Buffer.byteLength(text);
  if (bytes > MAX_EVENT_BYTES) return err(problem('', 'at most 1048576 bytes', `${bytes} bytes`, 'Send less of the content, or its hash.'));
  if (jsonDepth(text, MAX_DEPTH) > MAX_DEPTH) return err(problem('', `at most ${MAX_DEPTH} levels`, 'more levels', 'Flatten `details`.'));
  try {
    return readEvent(JSON.parse(text));
  } catch (thrown) {
    return err(problem('', 'JSON', messageOf(thrown), 'One whole JSON object a line; see docs/reference/api.md.'));
  }
};

const readEvent = (value: unknown): Result<SecurityEventJson, EventProblem> => {
  const parsed = securityEventSchema.safeParse(value);
  if (parsed.success) return ok(parsed.data);
  const issue = parsed.error.issues[0];
  const path = issue?.path.map(String) ?? [];
  return err(problem(path.join('.'), expectedBy(issue), shown(valueAt(value, path)), hintFor(path[0])));
};

const problem = (path: string, expected: string, got: string, hint: string): EventProblem => ({
  path: toSafe(path, 200),
  expected: toSafe(expected, 200),
  got: toSafe(got, 200),
  hint,
});

const expectedBy = (issue: z.core.$ZodIssue | undefined): string => {
  if (issue?.code === 'invalid_value') return issue.values.map(String).join(', ');
  if (issue?.code === 'invalid_type') return issue.expected;
  return issue?.message ?? 'an event';
};

const valueAt = (value: unknown, path: readonly string[]): unknown => {
  let found = value;
  for (const key of path)
    found = typeof found === 'object' && found !== null && Object.hasOwn(found, key) ? (found as { readonly [name: string]: unknown })[key] : undefined;
  return found;
};

const shown = (value: unknown): string => (value === undefined ? 'nothing' : JSON.stringify(value).slice(0, 120));

const hintFor = (key: string | undefined): string => {
  if (key === 'severity') return `One of ${SEVERITIES.join(', ')}, or leave it out.`;
  if (key === 'timestamp') return 'RFC 3339 with a zone, as in 2026-01-12T03:04:05Z, or leave it out.';
  if (key === 'type') return 'Every event needs a type, as in auth_failure.';
  return 'See the event format in docs/reference/api.md.';
};
