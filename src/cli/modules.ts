import type { CommandContext } from './command.ts';
import { table } from './table.ts';

/** `1sec modules` */
export const run = async (context: CommandContext): Promise<number> => {
  const reply = await (await context.client()).call('modules');
  if (context.flag('json')) context.print(JSON.stringify(reply, null, 2));
  else
    context.print(
      table(
        ['MODULE', 'STATE', 'FINDINGS', 'RESTARTS', 'ALERT TYPES', 'WHAT'],
        reply.modules.map((module) => [
          module.name,
          module.state,
          String(module.findings),
          String(module.restarts),
          String(module.alert_types.length),
          module.detail === '' ? module.title : `${module.title} (${module.detail})`,
        ]),
      ),
    );
  return 0;
};
