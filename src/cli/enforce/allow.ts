import { formatDuration, parseDurationMs } from '../../domain/duration.ts';
import { SecError } from '../../domain/errors.ts';
import { toSafe } from '../../domain/safe-text.ts';
import type { CommandContext } from '../command.ts';
import { table } from '../table.ts';

/** `1sec enforce allow [list | add ADDRESS | remove ADDRESS]` */
export const allow = async (context: CommandContext, words: readonly string[]): Promise<number> => {
  const [verb = 'list', address] = words;
  if (verb === 'list' && address === undefined) return list(context);
  if (verb !== 'add' && verb !== 'remove') throw new SecError('SEC_USAGE', `enforce allow ${toSafe(verb, 40)}: expected list, add ADDRESS or remove ADDRESS`);
  if (address === undefined) throw new SecError('SEC_USAGE', `enforce allow ${verb}: which address or network?`);
  return verb === 'add' ? add(context, address) : remove(context, address);
};

const list = async (context: CommandContext): Promise<number> => {
  const reply = await (await context.client()).call('allowList');
  if (context.flag('json')) {
    context.print(JSON.stringify(reply, null, 2));
    return 0;
  }
  const now = context.clock.now();
  context.print(
    reply.entries.length === 0
      ? 'the allow list is empty'
      : table(
          ['NETWORK', 'FROM', 'ENDS IN', 'BY', 'REASON'],
          reply.entries.map((entry) => [
            entry.network,
            entry.source,
            entry.expires_at === undefined ? 'never' : formatDuration(Date.parse(entry.expires_at) - now),
            entry.added_by ?? '',
            entry.reason,
          ]),
        ),
  );
  return 0;
};

const add = async (context: CommandContext, address: string): Promise<number> => {
  const text = context.text('for');
  const forMs = text === undefined ? undefined : parseDurationMs(text);
  if (text !== undefined && forMs === undefined) throw new SecError('SEC_USAGE', `--for: expected a duration like 12h or 7d, got "${toSafe(text, 40)}"`);
  const body = { address, reason: context.text('reason') ?? '', ...(forMs === undefined ? {} : { for_seconds: forMs / 1000 }) };
  const reply = await (await context.client()).call('allowAdd', { body });
  if (context.flag('json')) context.print(JSON.stringify(reply, null, 2));
  else {
    context.print(`${reply.entry.network} is never blocked${forMs === undefined ? '' : ` for ${formatDuration(forMs)}`}`);
    if (reply.lifted > 0) context.print(`${reply.lifted === 1 ? 'its block was' : `${reply.lifted} blocks were`} lifted in ${reply.took_ms} ms`);
    if (reply.approvals_ended > 0) context.print(`${reply.approvals_ended} waiting approvals about it were ended`);
  }
  if (reply.failed.length > 0) throw new SecError('SEC_VERIFY_FAILED', `still blocked: ${reply.failed.join(', ')}`);
  return 0;
};

const remove = async (context: CommandContext, address: string): Promise<number> => {
  const reply = await (await context.client()).call('allowRemove', { body: { address, reason: context.text('reason') ?? '' } });
  context.print(
    context.flag('json') ? JSON.stringify(reply, null, 2) : `${reply.network} is no longer on the allow list; what it does from now on may block it`,
  );
  return 0;
};
