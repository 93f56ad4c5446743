import { SecError } from '../domain/errors.ts';
import { toSafe } from '../domain/safe-text.ts';
import type { CommandContext } from './command.ts';
import { table } from './table.ts';

/** `1sec config explain [PATH]`: with a daemon the mode in force, without one what the files say. */
export const run = async (context: CommandContext, path: string): Promise<number> => {
  const { explainConfig } = await import('../daemon/explain-config.ts');
  const live = await liveMode(context);
  const { path: file, values } = await explainConfig({ flag: context.text('config'), variables: context.environment }, path, live);
  if (context.flag('json')) {
    context.print(JSON.stringify({ path: file ?? null, live: live !== undefined, values }, null, 2));
    return 0;
  }
  const text = (value: unknown): string => (Array.isArray(value) ? value.join(', ') || 'empty' : String(value));
  context.print(
    table(
      ['KEY', 'VALUE', 'SAID BY'],
      values.map((entry) => [entry.path, toSafe(text(entry.value), 400), toSafe(entry.origin, 200)]),
    ),
  );
  if (live === undefined) context.print('no daemon answers: what was changed at run time is not in this');
  return 0;
};

type LiveMode = NonNullable<Parameters<typeof import('../daemon/explain-config.ts').explainConfig>[2]>;

const liveMode = async (context: CommandContext): Promise<LiveMode | undefined> => {
  try {
    const { enforcement } = await (await context.client()).call('status');
    const { preset, dry_run: dryRun, preset_from: presetFrom = '', dry_run_from: dryRunFrom = '' } = enforcement;
    return { preset, dryRun, presetFrom, dryRunFrom };
  } catch (problem) {
    // Without a daemon, or without access to it, the files are all there is; the output says so.
    if (problem instanceof SecError && (problem.code === 'SEC_NOT_RUNNING' || problem.code === 'SEC_FORBIDDEN')) return undefined;
    throw problem;
  }
};
