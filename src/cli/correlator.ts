import { shortId } from '../domain/ids.ts';
import type { CorrelatorJson } from '../protocol/schemas.ts';
import type { CommandContext } from './command.ts';
import { shortTime, table } from './table.ts';

/** `1sec correlator` */
export const run = async (context: CommandContext): Promise<number> => {
  const reply = await (await context.client()).call('correlator', { query: { limit: context.number('limit') ?? 20 } });
  if (context.flag('json')) {
    context.print(JSON.stringify(reply, null, 2));
    return 0;
  }
  const now = context.clock.now();
  context.print(
    table(
      ['CHAIN', 'SEVERITY', 'WITHIN', 'JOINED BY', 'STAGES'],
      reply.chains.map((chain) => [chain.name, chain.severity, `${chain.window_seconds / 60}m`, chain.joined_by.join(', '), stagesOf(chain)]),
    ),
  );
  context.print('');
  if (reply.open.length === 0) context.print('no chain has begun');
  for (const open of reply.open) {
    context.print(table([`begun: ${open.chain} (${open.entity}); until ${shortTime(open.expires_at, now)} ${open.missing.join(', ')} would follow`], []));
    context.print(timeline(open.steps, now));
  }
  context.print('');
  if (reply.recent.length === 0) context.print('no chain was completed');
  for (const alert of reply.recent) {
    context.print(table([`completed: ${shortId(alert.id)} ${alert.severity} ${alert.title}, ${shortTime(alert.last_seen, now)}, ${alert.count} times`], []));
    context.print(timeline(alert.correlation?.steps ?? [], now));
  }
  context.print(
    `${reply.active_sources} entities remembered, ${reply.evicted} forgotten for lack of room, ${reply.completed} chains completed since the start`,
  );
  return 0;
};

const stagesOf = ({ stages, modules }: CorrelatorJson['chains'][number]): string =>
  stages.length === 0
    ? modules.join(', ') || 'different modules'
    : stages.map(({ name, modules: by, types }) => `${name} (${by.join(', ')}${types.length === 0 ? '' : `: ${types.length} types`})`).join(' → ');

const timeline = (steps: CorrelatorJson['open'][number]['steps'], now: number): string =>
  table(
    ['  AT', 'STAGE', 'SEVERITY', 'ALERT', 'MODULE', 'TYPE', 'WHAT'],
    steps.map((step) => [`  ${shortTime(step.at, now)}`, step.stage, step.severity, shortId(step.alert_id), step.module, step.type, step.title]),
  );
