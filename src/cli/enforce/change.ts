import { SecError } from '../../domain/errors.ts';
import { shortId } from '../../domain/ids.ts';
import { PRESETS, type PresetName } from '../../domain/policy.ts';
import { suggestion } from '../../domain/suggestion.ts';
import type { RecordJson } from '../../protocol/schemas.ts';
import type { CommandContext } from '../command.ts';
import { policyRows } from './policy-rows.ts';

/** `1sec enforce undo ID|TARGET` */
export const undo = async (context: CommandContext, words: readonly string[]): Promise<number> => {
  const [id, ...rest] = words;
  if (id === undefined || rest.length > 0)
    throw new SecError('SEC_USAGE', 'undo: exactly one id of an action or lease, or one target: an address, an account, a path');
  const record = await (await context.client()).call('undo', { params: { id }, body: { reason: context.text('reason') ?? '' } });
  context.print(context.flag('json') ? JSON.stringify(record, null, 2) : [record, ...(record.also ?? [])].map(undoneLine).join('\n'));
  if (record.verification === 'failed') throw new SecError('SEC_VERIFY_FAILED', record.reason);
  return 0;
};

const undoneLine = (record: RecordJson): string => {
  const word = record.outcome === 'failure' ? 'not undone' : 'undone';
  return `${shortId(record.action_id ?? record.id)} ${word}: ${record.action ?? ''} ${record.target ?? ''} (${record.verification ?? ''}: ${record.reason})`;
};

/** `1sec enforce dry-run on|off` */
export const dryRun = async (context: CommandContext, words: readonly string[]): Promise<number> => {
  const [mode] = words;
  if (mode !== 'on' && mode !== 'off') throw new SecError('SEC_USAGE', `dry-run: expected on or off, got ${mode ?? 'nothing'}`);
  const reply = await (await context.client()).call('dryRun', { params: { mode }, body: { reason: context.text('reason') ?? '' } });
  context.print(
    context.flag('json')
      ? JSON.stringify(reply)
      : reply.dry_run
        ? 'dry run is on: nothing is done, the history says what would be'
        : 'LIVE: actions are taken from now on',
  );
  return 0;
};

/** `1sec enforce preset [NAME [--show|--dry-run]]` */
export const preset = async (context: CommandContext, words: readonly string[]): Promise<number> => {
  const [word] = words;
  if (word === undefined) {
    context.print(context.flag('json') ? JSON.stringify({ presets: PRESETS }) : PRESETS.join('\n'));
    return 0;
  }
  const name = PRESETS.find((known) => known === word) ?? unknownPreset(word);
  const preview = context.flag('show') || context.flag('dryRun');
  const reply = await (await context.client()).call('preset', { params: { name }, body: { preview, reason: context.text('reason') ?? '' } });
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
  return 0;
};

const unknownPreset = (word: string): PresetName => {
  const near = suggestion(word, PRESETS);
  throw new SecError('SEC_USAGE', `preset ${word}: expected ${PRESETS.join(', ')}${near === undefined ? '' : `; did you mean ${near}?`}`);
};
