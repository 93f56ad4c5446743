import { resolve } from 'node:path';
import { SecError } from '../../domain/errors.ts';
import { parseSeverity } from '../../domain/severity.ts';
import type { CommandContext } from '../command.ts';
import { table } from '../table.ts';

/**
 * `1sec enforce test MODULE --severity S [--type T] [--ip A] [--pid N] [--file P] [--user U]`: asks the daemon what it would decide
 * and how each act would go; nothing is done.
 */
export const test = async (context: CommandContext, words: readonly string[]): Promise<number> => {
  const [module] = words;
  if (module === undefined) throw new SecError('SEC_USAGE', 'enforce test: the name of a module is missing');
  const severity = parseSeverity(context.text('severity') ?? 'HIGH');
  if (severity === undefined) throw new SecError('SEC_USAGE', '--severity: expected INFO, LOW, MEDIUM, HIGH or CRITICAL');
  const file = context.text('file');
  const reply = await (await context.client()).call('enforceTest', {
    params: { module },
    query: {
      severity,
      type: context.text('type') ?? 'test',
      ip: context.text('ip'),
      pid: context.number('pid'),
      file: file === undefined ? undefined : resolve(file),
      user: context.text('user'),
    },
  });
  if (context.flag('json')) {
    context.print(JSON.stringify(reply, null, 2));
    return 0;
  }
  context.print(
    reply.decisions.length === 0
      ? `no rule is about ${module} at ${severity}`
      : table(
          ['ACTION', 'TARGET', 'OUTCOME', 'WHY'],
          reply.decisions.map((decision) => [
            decision.action,
            decision.target,
            decision.outcome,
            decision.rehearsal === undefined ? decision.reason : `${decision.reason}; ${decision.rehearsal}`,
          ]),
        ),
  );
  return 0;
};
