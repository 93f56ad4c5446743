import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import type { SecurityEvent } from '../../src/domain/event.ts';
import { decodeEvent, TEST_START } from './run-detector.ts';

const MODULES_FOLDER = fileURLToPath(new URL('../../src/actors/modules/', import.meta.url));

const wireSchema = z.record(z.string(), z.unknown());
const repeatSchema = z.strictObject({ repeat: z.number().int().min(1).max(2000), every_ms: z.number().default(1000), event: wireSchema });

const sampleSchema = z.strictObject({
  name: z.string().min(1),
  why: z.string().min(1),
  events: z.array(z.union([repeatSchema, wireSchema])).min(1),
  want: z.array(z.string()),
  hostile: z.boolean().optional(),
  settings: z.record(z.string(), z.unknown()).optional(),
});

/** One example of a module: events in, alert types out. `isHostile` = input made to break or fool the detector. */
export type Sample = {
  readonly name: string;
  readonly why: string;
  readonly events: readonly SecurityEvent[];
  readonly want: readonly string[];
  readonly isHostile: boolean;
  readonly settings: { readonly [key: string]: unknown };
};

/** Ids of the module folders that have a `samples.jsonl`, sorted. */
export const foldersWithSamples = (): readonly string[] =>
  readdirSync(MODULES_FOLDER)
    .filter((folder) => existsSync(join(MODULES_FOLDER, folder, 'samples.jsonl')))
    .sort();

/** Reads the samples of a module folder. Throws with file and line for a line that is not a sample. */
export const loadSamples = (folder: string): readonly Sample[] => {
  const lines = readFileSync(join(MODULES_FOLDER, folder, 'samples.jsonl'), 'utf8').split('\n');
  return lines.flatMap((line, index) => (line.trim() === '' ? [] : [decodeSample(line, `${folder}/samples.jsonl:${index + 1}`)]));
};

const decodeSample = (line: string, place: string): Sample => {
  try {
    const raw = sampleSchema.parse(JSON.parse(line));
    const isHostile = raw.hostile ?? /\bhostile\b/i.test(`${raw.name} ${raw.why}`);
    return { name: raw.name, why: raw.why, want: raw.want, settings: raw.settings ?? {}, isHostile, events: expand(raw.events) };
  } catch (error) {
    throw new Error(`${place} is not a sample: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
};

// `{ "repeat": 12, "every_ms": 1000, "event": {…} }` stands for 12 events; `{n}` in any text is the number of the copy.
// A timestamp in it is that of the first. An event without one comes one second after the one before it.
const expand = (entries: readonly { readonly [key: string]: unknown }[]): readonly SecurityEvent[] => {
  const events: SecurityEvent[] = [];
  let at = TEST_START;
  const push = (wire: { readonly [key: string]: unknown }, stepMs: number): void => {
    const timestamp = typeof wire['timestamp'] === 'string' ? wire['timestamp'] : new Date(at).toISOString();
    events.push(decodeEvent({ id: `sample-${events.length + 1}`, ...wire, timestamp }, events.length));
    at = Date.parse(timestamp) + stepMs;
  };
  for (const entry of entries) {
    const repeated = repeatSchema.safeParse(entry);
    if (!repeated.success) {
      push(entry, 1000);
      continue;
    }
    const { repeat, every_ms, event } = repeated.data;
    for (let n = 1; n <= repeat; n++) push({ ...numbered(event, n), ...(n === 1 ? {} : { timestamp: undefined }) }, every_ms);
  }
  return events;
};

const numbered = (event: { readonly [key: string]: unknown }, n: number): { readonly [key: string]: unknown } =>
  wireSchema.parse(JSON.parse(JSON.stringify(event).replaceAll('{n}', String(n))));
