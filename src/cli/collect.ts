import { SecError } from '../domain/errors.ts';
import { toSafe } from '../domain/safe-text.ts';
import { suggestion } from '../domain/suggestion.ts';
import type { CommandContext } from './command.ts';

type Run = (context: CommandContext, words: readonly string[]) => Promise<number>;

const VERBS: ReadonlyMap<string, { readonly maxWords: number; readonly load: () => Promise<Run> }> = new Map([
  ['list', { maxWords: 0, load: async () => (await import('./collect/list.ts')).list }],
  ['test', { maxWords: 1, load: async () => (await import('./collect/test.ts')).test }],
  ['stdin', { maxWords: 0, load: async () => (await import('./collect/stdin.ts')).stdin }],
]);

/** `1sec collect VERB` */
export const run = async (context: CommandContext): Promise<number> => {
  const [name = 'list', ...words] = context.input;
  const verb = VERBS.get(name);
  if (verb === undefined) {
    const near = suggestion(name, [...VERBS.keys()]);
    throw new SecError('SEC_USAGE', `collect ${toSafe(name, 40)}: expected list, test or stdin${near === undefined ? '' : `; did you mean ${near}?`}`);
  }
  const extra = words[verb.maxWords];
  if (extra !== undefined) throw new SecError('SEC_USAGE', `collect ${name}: one word too many: ${toSafe(extra, 40)}`);
  return (await verb.load())(context, words);
};
