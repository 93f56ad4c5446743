import { formatDuration, parseDurationMs } from '../../domain/duration.ts';
import { SecError } from '../../domain/errors.ts';
import { PRESETS } from '../../domain/policy.ts';
import { toSafe } from '../../domain/safe-text.ts';
import type { PendingRollbackJson } from '../../protocol/schemas.ts';
import type { CommandContext } from '../command.ts';
import { policyRows } from './policy-rows.ts';
import { presetNamed } from './preset-named.ts';

/** `1sec enforce dry-run on|off` */
export const dryRun = async (context: CommandContext, words: readonly string[]): Promise<number> => {
  const [mode] = words;
  if (mode !== 'on' && mode !== 'off') throw new SecError('SEC_USAGE', `dry-run: expected on or off, got ${mode ?? 'nothing'}`);
  const reply = await (await context.client()).call('dryRun', { params: { mode }, body: { reason: context.text('reason') ?? '', ...commitOf(context) } });
  context.print(
    context.flag('json')
      ? JSON.stringify(reply)
      : reply.dry_run
        ? 'dry run is on: nothing is done, the history says what would be'
        : 'LIVE: actions are taken from now on',
  );
  if (reply.pending_rollback !== undefined && !context.flag('json')) context.print(rollbackText(reply.pending_rollback));
  return 0;
};

/** `1sec enforce preset [NAME [--show|--dry-run]]` */
export const preset = async (context: CommandContext, words: readonly string[]): Promise<number> => {
  const [word] = words;
  if (word === undefined) {
    context.print(context.flag('json') ? JSON.stringify({ presets: PRESETS }) : PRESETS.join('\n'));
    return 0;
  }
  const name = presetNamed(word);
  const preview = context.flag('show') || context.flag('dryRun');
  const reply = await (await context.client()).call('preset', {
    params: { name },
    body: { preview, reason: context.text('reason') ?? '', ...commitOf(context) },
  });
  if (context.flag('json')) {
    context.print(JSON.stringify(reply, null, 2));
    return 0;
  }
  if (context.flag('show')) {
    context.print(policyRows(reply.policies));
    return 0;
  }
  for (const line of reply.diff) context.print(line);
  context.print(
    reply.applied
      ? `preset ${reply.preset} is in force (was ${reply.previous})`
      : `${reply.diff.length} differences between ${reply.previous} and ${reply.preset}; nothing was changed`,
  );
  if (!reply.applied && (reply.stronger ?? []).length > 0) context.print('it is stronger: applied, it goes back by itself unless it is confirmed');
  if (reply.pending_rollback !== undefined) context.print(rollbackText(reply.pending_rollback));
  return 0;
};

/** `1sec enforce confirm`: a command is a new connection each time, which is what the daemon asks for. */
export const confirm = async (context: CommandContext): Promise<number> => {
  const reply = await (await context.client()).call('confirm', { body: { reason: context.text('reason') ?? '' } });
  context.print(context.flag('json') ? JSON.stringify(reply) : `confirmed: ${reply.confirmed}; preset ${reply.preset}, ${reply.dry_run ? 'dry run' : 'LIVE'}`);
  return 0;
};

/** What comes back, and when. */
export const rollbackText = (pending: PendingRollbackJson): string =>
  `to preset ${pending.preset}, ${pending.dry_run ? 'dry run' : 'LIVE'} in ${formatDuration(pending.seconds_left * 1000)} unless you run \`1sec enforce confirm\``;

const commitOf = (context: CommandContext): { readonly confirm_within_seconds?: number; readonly no_rollback: boolean } => {
  const within = context.text('confirmWithin');
  if (!context.flag('rollback')) {
    if (within !== undefined) throw new SecError('SEC_USAGE', '--confirm-within or --no-rollback, not both');
    return { no_rollback: true };
  }
  if (within === undefined) return { no_rollback: false };
  const ms = parseDurationMs(within);
  if (ms === undefined || ms < 1000 || ms > 3_600_000) throw new SecError('SEC_USAGE', `--confirm-within: expected 1s to 1h, got ${toSafe(within, 40)}`);
  return { confirm_within_seconds: Math.round(ms / 1000), no_rollback: false };
};
