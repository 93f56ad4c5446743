import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { check } from 'recheck';
import { z } from 'zod';

const CACHE = fileURLToPath(new URL('../../node_modules/.cache/recheck/', import.meta.url));

const verdictSchema = z.object({
  status: z.enum(['safe', 'vulnerable', 'unknown']),
  complexity: z.string(),
  /** Pieces of the string that costs most, to be repeated. */
  pumps: z.array(z.object({ prefix: z.string(), pump: z.string() })),
  suffix: z.string(),
});

/** What recheck says of a pattern: safe, or how it grows and the attack that shows it. */
export type Verdict = z.infer<typeof verdictSchema>;

/** The verdict on a pattern, from the cache in node_modules when this very pattern was checked before. */
export const verdictOn = async (source: string, flags: string): Promise<Verdict> => {
  const path = join(CACHE, `${createHash('sha256').update(`${source}/${flags}`).digest('hex').slice(0, 32)}.json`);
  if (existsSync(path)) return verdictSchema.parse(JSON.parse(readFileSync(path, 'utf8')));
  const diagnostics = await check(source, flags, { timeout: 10_000 });
  const attack = 'attack' in diagnostics ? diagnostics.attack : undefined;
  const verdict: Verdict = {
    status: diagnostics.status,
    complexity: 'complexity' in diagnostics && diagnostics.complexity !== undefined ? diagnostics.complexity.summary : 'unknown',
    pumps: (attack?.pumps ?? []).map(({ prefix, pump }) => ({ prefix, pump })),
    suffix: attack?.suffix ?? '',
  };
  mkdirSync(CACHE, { recursive: true });
  writeFileSync(path, JSON.stringify(verdict));
  return verdict;
};

/** The attack grown to `length` characters. A pattern that could not be judged is attacked with the letters it is made of. */
export const attackOf = (verdict: Verdict, source: string, length: number): string => {
  const pumps = verdict.pumps.length > 0 ? verdict.pumps : [{ prefix: '', pump: source.replace(/\\[a-zA-Z]|\{[0-9,]+\}|[\\^$.*+?()[\]|]/g, '') || 'a' }];
  const share = Math.floor((length - verdict.suffix.length) / pumps.length);
  return `${pumps.map(({ prefix, pump }) => prefix + pump.repeat(Math.max(1, Math.floor((share - prefix.length) / pump.length)))).join('')}${verdict.suffix}`.slice(
    0,
    length,
  );
};
