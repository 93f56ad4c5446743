import { parseDurationMs } from '../../domain/duration.ts';
import { SecError } from '../../domain/errors.ts';
import { shortId } from '../../domain/ids.ts';
import { toSafe } from '../../domain/safe-text.ts';
import type { RecordJson, UndoneMatchingJson } from '../../protocol/schemas.ts';
import type { CommandContext } from '../command.ts';
import { presetNamed } from './preset-named.ts';

/** `1sec enforce undo ID|TARGET`, or all that fits `--since`, `--module` and `--preset` */
export const undo = async (context: CommandContext, words: readonly string[]): Promise<number> => {
  const [id, ...rest] = words;
  const filter = filterOf(context);
  if (id !== undefined && rest.length === 0 && filter === undefined && !context.flag('dryRun')) return undoOne(context, id);
  if (id === undefined && filter !== undefined) return undoAll(context, filter);
  throw new SecError(
    'SEC_USAGE',
    'undo: exactly one id of an action or lease, or one target: an address, an account, a path; or --since, --module, --preset, with or without --dry-run',
  );
};

type Filter = { readonly since_seconds?: number; readonly module?: string; readonly preset?: string };

const filterOf = (context: CommandContext): Filter | undefined => {
  const [since, module, preset] = [context.text('since'), context.text('module'), context.text('preset')];
  if ((since ?? module ?? preset) === undefined) return undefined;
  return {
    ...(since === undefined ? {} : { since_seconds: secondsOf(since) }),
    ...(module === undefined ? {} : { module }),
    ...(preset === undefined ? {} : { preset: presetNamed(preset) }),
  };
};

const secondsOf = (text: string): number => {
  const ms = parseDurationMs(text);
  if (ms === undefined || ms < 1000 || ms > MAX_SINCE_MS) throw new SecError('SEC_USAGE', `--since: expected 1s to 366d, got ${toSafe(text, 40)}`);
  return Math.ceil(ms / 1000);
};

const MAX_SINCE_MS = 366 * 86_400_000;

const undoOne = async (context: CommandContext, id: string): Promise<number> => {
  const record = await (await context.client()).call('undo', { params: { id }, body: { reason: context.text('reason') ?? '' } });
  context.print(context.flag('json') ? JSON.stringify(record, null, 2) : [record, ...(record.also ?? [])].map(undoneLine).join('\n'));
  if (record.verification === 'failed') throw new SecError('SEC_VERIFY_FAILED', record.reason);
  return 0;
};

const undoAll = async (context: CommandContext, filter: Filter): Promise<number> => {
  const client = await context.client();
  const pages: UndoneMatchingJson[] = [];
  let after: string | undefined;
  do {
    const body = { ...filter, dry_run: context.flag('dryRun'), reason: context.text('reason') ?? '', ...(after === undefined ? {} : { after }) };
    const page = await client.call('undoMatching', { body });
    pages.push(page);
    // What was taken back is told even when a later page cannot be asked for.
    if (!context.flag('json')) for (const line of linesOf(page)) context.print(line);
    after = page.next;
  } while (after !== undefined);
  const [matching, undone, failed] = [pages.flatMap((page) => page.matching), pages.flatMap((page) => page.undone), pages.flatMap((page) => page.failed)];
  if (context.flag('json')) context.print(JSON.stringify({ dry_run: context.flag('dryRun'), matching, undone, failed }, null, 2));
  else if (matching.length === 0) context.print('nothing in force fits: nothing was undone');
  else if (context.flag('dryRun')) context.print(`${matching.length} in force would be undone; nothing was changed`);
  if (failed.length > 0) throw new SecError('SEC_VERIFY_FAILED', `${failed.length} could not be undone, ${undone.length} were`);
  return 0;
};

const linesOf = (page: UndoneMatchingJson): readonly string[] =>
  page.dry_run
    ? page.matching.map(
        (lease) => `${shortId(lease.action_id)} would be undone: ${lease.action} ${toSafe(lease.target, 200)} (${lease.module}, ${lease.created_at})`,
      )
    : [
        ...page.undone.map(undoneLine),
        ...page.failed.map(
          ({ lease_id, action, target, reason }) => `${shortId(lease_id)} not undone: ${action} ${toSafe(target, 200)} (${toSafe(reason, 500)})`,
        ),
      ];

const undoneLine = (record: RecordJson): string => {
  const word = record.outcome === 'failure' ? 'not undone' : 'undone';
  return `${shortId(record.action_id ?? record.id)} ${word}: ${record.action ?? ''} ${record.target ?? ''} (${record.verification ?? ''}: ${record.reason})`;
};
