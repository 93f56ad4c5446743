import { z } from 'zod';
import { LIST_FORMATS } from '../domain/offender-list.ts';
import { durationMs } from './fields.ts';
import { urlProblem } from './url-problem.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

const listSchema = z
  .strictObject({
    /** Becomes part of the names of firewall sets. */
    name: z.string().regex(/^[a-z][a-z0-9_-]{0,19}$/, 'expected a lower-case word of up to 20 letters, digits, _ and -'),
    file: z.string().startsWith('/', 'expected an absolute path').optional(),
    url: z.string().max(2000).optional(),
    format: z.enum(LIST_FORMATS).default('auto'),
    refresh: durationMs.default(12 * 3_600_000),
    /** A list that could not be had anew for so long is no longer used; the kernel forgets it, too. */
    max_age: durationMs.refine((ms) => ms >= MINUTE_MS && ms <= 20 * DAY_MS, 'expected between 1m and 20 days').default(7 * DAY_MS),
    max_entries: z.number().int().min(1).max(200_000).default(50_000),
    /** Addresses that are not of the public internet, and http. */
    allow_private: z.boolean().default(false),
  })
  .superRefine((list, context) => {
    const issue = (key: string, message: string): void => context.addIssue({ code: 'custom', path: [key], message, input: list });
    if ((list.file === undefined) === (list.url === undefined)) return issue(list.file === undefined ? 'name' : 'file', 'expected either file or url');
    const problem = list.url === undefined ? undefined : urlProblem(list.url, list.allow_private);
    if (problem !== undefined) issue('url', problem);
    // Publishers lock out who asks too often.
    const shortest = list.url !== undefined && !list.allow_private ? 15 * MINUTE_MS : 1000;
    if (list.refresh < shortest) issue('refresh', `expected ${shortest / 1000}s or more`);
  });

/** Lists of addresses that others publish. None by default. */
export const offenderListsSchema = z
  .array(listSchema)
  .max(8)
  .refine((lists) => new Set(lists.map(({ name }) => name)).size === lists.length, 'expected each name once');

export type OffenderListConfig = z.output<typeof listSchema>;
