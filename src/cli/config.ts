import { SecError } from '../domain/errors.ts';
import { toSafe } from '../domain/safe-text.ts';
import type { CommandContext } from './command.ts';

/** `1sec config [--validate]`, `1sec config explain [PATH]` */
export const run = async (context: CommandContext): Promise<number> => {
  const [word, ...rest] = context.input;
  if (word === 'explain' && rest.length < 2) return (await import('./explain.ts')).run(context, rest[0] ?? '');
  if (word !== undefined) throw new SecError('SEC_USAGE', `config: expected explain [PATH] or no word, got ${toSafe(context.input.join(' '), 60)}`);
  const { describeConfig } = await import('../daemon/describe-config.ts');
  const described = await describeConfig({ flag: context.text('config'), variables: context.environment });
  if (context.flag('validate')) {
    context.print(
      context.flag('json')
        ? JSON.stringify({ valid: true, path: described.path ?? null, unused: described.unused })
        : `valid: ${described.path ?? 'defaults (no file found)'}`,
    );
    for (const key of described.unused) if (!context.flag('json')) context.print(`  ${key} is accepted and not used by this version`);
    return 0;
  }
  context.print(
    context.flag('json')
      ? JSON.stringify({ path: described.path ?? null, searched: described.searched, unused: described.unused, config: described.config }, null, 2)
      : described.yaml,
  );
  return 0;
};
