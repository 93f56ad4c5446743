import type { CommandContext } from './command.ts';
import { shortTime, table } from './table.ts';

/** `1sec threats [ADDRESS]` */
export const run = async (context: CommandContext): Promise<number> => {
  const [address] = context.input;
  const client = await context.client();
  const reply = await client.call('threats', { query: { limit: context.number('limit') ?? (address === undefined ? 20 : 1000) } });
  const threats = reply.threats.filter(({ ip, blocked }) => (address === undefined || ip === address) && (blocked || !context.flag('blocked')));
  if (context.flag('json')) {
    context.print(JSON.stringify({ ...reply, threats, total: threats.length, blocked_count: threats.filter(({ blocked }) => blocked).length }, null, 2));
    return 0;
  }
  const now = context.clock.now();
  if (threats.length === 0) {
    context.print(address === undefined ? 'nothing was found about any address' : `nothing was found about ${address}`);
    return 0;
  }
  context.print(
    table(
      ['ADDRESS', 'POINTS', 'LIMIT', 'BLOCKED', 'FIRST SEEN', 'LAST SEEN', 'FOUND BY'],
      threats.map((one) => [
        one.ip,
        String(one.points),
        String(one.limit),
        one.blocked ? 'yes' : 'no',
        shortTime(one.first_seen, now),
        shortTime(one.last_seen, now),
        `${one.modules.join(', ')}${one.claim ? ' (claimed)' : ''}`,
      ]),
    ),
  );
  for (const one of threats.slice(0, MAX_LEDGERS)) {
    context.print(table([`${one.ip}: its ledger; points are halved every ${one.half_life_seconds / 60} minutes`], []));
    context.print(
      table(
        ['  AT', 'POINTS', 'SEVERITY', 'MODULE', 'TYPE'],
        one.ledger.map((entry) => [`  ${shortTime(entry.at, now)}`, `+${entry.points}`, entry.severity, entry.module, entry.type]),
      ),
    );
  }
  const chains = (await client.call('correlator', { query: { limit: 50 } })).open.filter(({ entity }) =>
    threats.some(({ ip, claim }) => !claim && entity === `ip ${ip}`),
  );
  for (const chain of chains) context.print(`${chain.entity}: ${chain.chain} has begun, ${chain.missing.join(', ')} would follow; see 1sec correlator`);
  return 0;
};

const MAX_LEDGERS = 5;
