import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';

const expectSchema = z.looseObject({
  alert: z.boolean(),
  types: z.array(z.string()),
  min_severity: z.string().optional(),
  exact_severity: z.record(z.string(), z.string()).optional(),
  on_last_event: z.array(z.string()).optional(),
  absent: z.array(z.string()).optional(),
  title_contains: z.string().optional(),
  last_event_alerts: z.number().optional(),
  min_alerts: z.number().optional(),
  undelivered_by_router: z.boolean().optional(),
  must_finish_ms: z.number().optional(),
  reference_hangs: z.boolean().optional(),
});

const common = {
  module: z.string(),
  name: z.string(),
  quirk: z.boolean().default(false),
  note: z.string().default(''),
  settings: z.record(z.string(), z.unknown()).default({}),
  config: z.unknown().optional(),
  preload: z.record(z.string(), z.unknown()).optional(),
};

const eventVectorSchema = z.object({ ...common, events: z.array(z.unknown()), expect: expectSchema });
const functionVectorSchema = z.object({
  ...common,
  fn: z.string(),
  input: z.unknown(),
  expect: z.unknown(),
  tolerance: z.number().default(0),
  assert: z.string().optional(),
});

/** What must come of the events: the keys of the vector format, others are kept for the module's own check. */
export type VectorExpectation = z.infer<typeof expectSchema>;
export type EventVector = z.infer<typeof eventVectorSchema>;
export type FunctionVector = z.infer<typeof functionVectorSchema>;
export type Vector = EventVector | FunctionVector;

/** Vectors of one module, or why there are none here. */
export type VectorFile = { readonly vectors: readonly Vector[] } | { readonly vectors: undefined; readonly reason: string };

/** Reads `<module>.jsonl` of the collection beside the checkout; it is not part of the repository. */
export const loadVectors = (module: string): VectorFile => {
  const path = fileURLToPath(new URL(`../../../shared/vectors/${module}.jsonl`, import.meta.url));
  if (!existsSync(path)) return { vectors: undefined, reason: `no vectors for ${module}: ${path} is not here` };
  const lines = readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => line !== '');
  return { vectors: lines.map((line) => decodeVector(JSON.parse(line))) };
};

/** Vectors that show a recorded answer that is wrong, to be decided by us. The two exceptions already hold the intended answer. */
export const needsDecision = (vector: Vector): boolean => {
  if (!vector.quirk || vector.note.startsWith('INTENT ONLY')) return false;
  return 'fn' in vector || vector.expect.reference_hangs !== true;
};

const decodeVector = (raw: unknown): Vector => {
  const joined = z.record(z.string(), z.unknown()).parse(joinPieces(raw));
  if (joined['fn'] !== undefined) return functionVectorSchema.parse(joined);
  return eventVectorSchema.parse({ ...joined, events: joined['events'] ?? [joined['event']] });
};

// Strings shaped like secrets are stored in pieces, so that no scanner finds them in a file.
const joinPieces = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(joinPieces);
  if (value === null || typeof value !== 'object') return value;
  const entries = Object.entries(value);
  const only = entries.length === 1 ? entries[0] : undefined;
  if (only?.[0] === '$join' && Array.isArray(only[1])) return only[1].join('');
  return Object.fromEntries(entries.map(([key, inner]) => [key, joinPieces(inner)]));
};
