import { formatDuration } from '../../domain/duration.ts';
import { shortId } from '../../domain/ids.ts';
import type { CommandContext } from '../command.ts';
import { pairs, table } from '../table.ts';
import { rollbackText } from './change.ts';
import { policyRows } from './policy-rows.ts';

/** `1sec enforce status` */
export const status = async (context: CommandContext): Promise<number> => {
  const reply = await (await context.client()).call('enforceStatus');
  if (context.flag('json')) {
    context.print(JSON.stringify(reply, null, 2));
    return 0;
  }
  const mode = !reply.enabled ? 'off' : reply.dry_run ? 'DRY RUN (1sec enforce dry-run off makes it live)' : 'LIVE';
  context.print(
    pairs([
      ['mode', mode],
      ['preset', reply.preset],
      ...(reply.pending_rollback === undefined ? [] : [['goes back', rollbackText(reply.pending_rollback)] as [string, string]]),
      ['in force', `${reply.leases_active} actions`],
      ['waiting', `${reply.approvals_pending} approvals`],
      ['repairs', `${reply.stats.repairs}`],
      ['allow list', reply.global_allow_list.join(', ') || 'empty'],
      ['protected', reply.protected.join(', ') || 'nothing found yet'],
    ]),
  );
  context.print('');
  context.print(
    table(
      ['ACTION', 'RISK', 'AVAILABLE', 'NEEDS', 'UNDO', 'REASON'],
      reply.actions.map((action) => [
        action.action,
        action.risk,
        action.available ? 'yes' : 'no',
        action.privilege,
        action.reversible ? 'yes' : 'no',
        action.reason,
      ]),
    ),
  );
  return 0;
};

/** `1sec enforce policies` */
export const policies = async (context: CommandContext): Promise<number> => {
  const reply = await (await context.client()).call('policies');
  context.print(context.flag('json') ? JSON.stringify(reply, null, 2) : policyRows(reply.policies));
  return 0;
};

/** `1sec enforce leases` */
export const leases = async (context: CommandContext): Promise<number> => {
  const reply = await (await context.client()).call('leases', { query: { limit: context.number('limit') ?? 100 } });
  if (context.flag('json')) {
    context.print(JSON.stringify(reply, null, 2));
    return 0;
  }
  const now = context.clock.now();
  const left = (expiresAt: string | undefined): string => (expiresAt === undefined ? 'until undone' : formatDuration(Date.parse(expiresAt) - now));
  context.print(
    reply.leases.length === 0
      ? 'nothing is in force'
      : table(
          ['ID', 'ACTION', 'TARGET', 'MODULE', 'STATE', 'LEFT'],
          reply.leases.map((lease) => [shortId(lease.id), lease.action, lease.target, lease.module, lease.state, left(lease.expires_at)]),
        ),
  );
  return 0;
};
