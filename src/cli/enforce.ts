import { SecError } from '../domain/errors.ts';
import { suggestion } from '../domain/suggestion.ts';
import type { CommandContext } from './command.ts';

type Verb = (context: CommandContext, words: readonly string[]) => Promise<number>;

const VERBS: { readonly [name: string]: () => Promise<Verb> } = {
  status: async () => (await import('./enforce/show.ts')).status,
  policies: async () => (await import('./enforce/show.ts')).policies,
  leases: async () => (await import('./enforce/show.ts')).leases,
  history: async () => (await import('./enforce/history.ts')).history,
  approvals: async () => (await import('./enforce/approvals.ts')).approvals,
  undo: async () => (await import('./enforce/change.ts')).undo,
  rollback: async () => (await import('./enforce/change.ts')).undo,
  'dry-run': async () => (await import('./enforce/change.ts')).dryRun,
  preset: async () => (await import('./enforce/change.ts')).preset,
  cleanup: async () => (await import('./enforce/cleanup.ts')).cleanup,
};

/** `1sec enforce VERB` */
export const run = async (context: CommandContext): Promise<number> => {
  const [verb = 'status', ...words] = context.input;
  const load = VERBS[verb];
  if (load !== undefined) return (await load())(context, words);
  const near = suggestion(verb, Object.keys(VERBS));
  throw new SecError('SEC_USAGE', `enforce ${verb}: expected ${Object.keys(VERBS).join(', ')}${near === undefined ? '' : `; did you mean ${near}?`}`);
};
