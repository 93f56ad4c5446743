import { SecError } from '../domain/errors.ts';
import { toSafe } from '../domain/safe-text.ts';
import { suggestion } from '../domain/suggestion.ts';
import type { CommandContext } from './command.ts';

type Run = (context: CommandContext, words: readonly string[]) => Promise<number>;
type Verb = { readonly maxWords: number; readonly load: () => Promise<Run> };

const undo: Verb = { maxWords: 1, load: async () => (await import('./enforce/undo.ts')).undo };

const VERBS: ReadonlyMap<string, Verb> = new Map([
  ['status', { maxWords: 0, load: async () => (await import('./enforce/show.ts')).status }],
  ['policies', { maxWords: 0, load: async () => (await import('./enforce/show.ts')).policies }],
  ['leases', { maxWords: 0, load: async () => (await import('./enforce/show.ts')).leases }],
  ['quarantine', { maxWords: 0, load: async () => (await import('./enforce/quarantine.ts')).quarantine }],
  ['escalations', { maxWords: 0, load: async () => (await import('./enforce/escalations.ts')).escalations }],
  ['history', { maxWords: 0, load: async () => (await import('./enforce/history.ts')).history }],
  ['lists', { maxWords: 0, load: async () => (await import('./enforce/lists.ts')).lists }],
  ['batching', { maxWords: 0, load: async () => (await import('./enforce/batching.ts')).batching }],
  ['chains', { maxWords: 3, load: async () => (await import('./enforce/chains.ts')).chains }],
  ['approvals', { maxWords: 2, load: async () => (await import('./enforce/approvals.ts')).approvals }],
  ['allow', { maxWords: 2, load: async () => (await import('./enforce/allow.ts')).allow }],
  ['undo', undo],
  ['rollback', undo],
  ['dry-run', { maxWords: 1, load: async () => (await import('./enforce/change.ts')).dryRun }],
  ['preset', { maxWords: 1, load: async () => (await import('./enforce/change.ts')).preset }],
  ['test', { maxWords: 1, load: async () => (await import('./enforce/test.ts')).test }],
  ['confirm', { maxWords: 0, load: async () => (await import('./enforce/change.ts')).confirm }],
  ['cleanup', { maxWords: 0, load: async () => (await import('./enforce/cleanup.ts')).cleanup }],
]);

/** `1sec enforce VERB` */
export const run = async (context: CommandContext): Promise<number> => {
  const [name = 'status', ...words] = context.input;
  const verb = VERBS.get(name);
  if (verb === undefined) {
    const names = [...VERBS.keys()];
    const near = suggestion(name, names);
    throw new SecError('SEC_USAGE', `enforce ${toSafe(name, 40)}: expected ${names.join(', ')}${near === undefined ? '' : `; did you mean ${near}?`}`);
  }
  const extra = words[verb.maxWords];
  if (extra !== undefined) throw new SecError('SEC_USAGE', `enforce ${name}: one word too many: ${toSafe(extra, 40)}`);
  return (await verb.load())(context, words);
};
