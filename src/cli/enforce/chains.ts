import { SecError } from '../../domain/errors.ts';
import { shortId } from '../../domain/ids.ts';
import { toSafe } from '../../domain/safe-text.ts';
import type { ChainRunJson } from '../../protocol/schemas.ts';
import type { CommandContext } from '../command.ts';
import { shortTime, table } from '../table.ts';

const VERBS = ['list', 'records', 'show', 'undo'];

/** `1sec enforce chains [list | records | show ID | undo ID]` */
export const chains = async (context: CommandContext, words: readonly string[]): Promise<number> => {
  const [verb = 'list', id, ...rest] = words;
  if (!VERBS.includes(verb)) throw new SecError('SEC_USAGE', `chains ${toSafe(verb, 40)}: expected ${VERBS.join(', ')}`);
  const takesId = verb === 'show' || verb === 'undo';
  if (takesId && id === undefined) throw new SecError('SEC_USAGE', `chains ${verb}: an id is missing`);
  if (rest.length > 0 || (!takesId && id !== undefined)) throw new SecError('SEC_USAGE', `chains ${verb}: one word too many`);
  if (verb === 'list') return list(context);
  if (verb === 'records') return records(context);
  return one(context, verb, id ?? '');
};

const list = async (context: CommandContext): Promise<number> => {
  const reply = await (await context.client()).call('chains');
  if (context.flag('json')) {
    context.print(JSON.stringify(reply, null, 2));
    return 0;
  }
  if (reply.chains.length === 0) context.print('no chain is configured (section chains)');
  for (const chain of reply.chains) {
    const types = chain.trigger.types.length === 0 ? '' : ` ${chain.trigger.types.join(', ')}`;
    context.print(`${chain.name}${chain.description === '' ? '' : `: ${chain.description}`}`);
    context.print(`  when ${chain.trigger.module}${types} from ${chain.trigger.min_severity} on; begins with ${chain.entry_point}`);
    context.print(
      table(
        ['  STEP', 'ACTION', 'ON SUCCESS', 'ON FAILURE', 'RETRIES', 'TIMEOUT'],
        chain.steps.map((step) => [
          `  ${step.name}`,
          step.action,
          step.on_success ?? 'end',
          step.on_failure ?? 'end',
          String(step.max_retries),
          `${step.timeout_seconds}s`,
        ]),
      ),
    );
  }
  context.print(`${reply.live} under way, ${reply.started} begun since the start, ${reply.held_back} held back, ${reply.dropped} dropped`);
  return 0;
};

const records = async (context: CommandContext): Promise<number> => {
  const reply = await (await context.client()).call('chainRecords', { query: { limit: context.number('limit') ?? 20 } });
  if (context.flag('json')) {
    context.print(JSON.stringify(reply, null, 2));
    return 0;
  }
  const now = context.clock.now();
  context.print(
    reply.records.length === 0
      ? 'no chain has run yet'
      : table(
          ['ID', 'BEGAN', 'CHAIN', 'STATUS', 'STEPS', 'BECAUSE OF'],
          reply.records.map((run) => [
            shortId(run.id),
            shortTime(run.started_at, now),
            run.chain,
            run.status,
            run.steps.map((step) => `${step.name} ${step.status}`).join(', '),
            `${run.module}/${run.alert_type}`,
          ]),
        ),
  );
  return 0;
};

const one = async (context: CommandContext, verb: string, id: string): Promise<number> => {
  const client = await context.client();
  const run =
    verb === 'undo'
      ? await client.call('undoChain', { params: { id }, body: { reason: context.text('reason') ?? '' } })
      : await client.call('chainRecord', { params: { id } });
  context.print(context.flag('json') ? JSON.stringify(run, null, 2) : textOf(run, context.clock.now()));
  if (verb === 'undo' && run.steps.some(({ status }) => status === 'succeeded')) throw new SecError('SEC_VERIFY_FAILED', 'not every step was taken back yet');
  return 0;
};

const textOf = (run: ChainRunJson, now: number): string =>
  [
    `${shortId(run.id)} ${run.chain} ${run.status}${run.reason === undefined ? '' : `: ${run.reason}`}`,
    `because of ${run.module}/${run.alert_type} (alert ${shortId(run.alert_id)}), began ${shortTime(run.started_at, now)}`,
    table(
      ['STEP', 'ACTION', 'TARGET', 'STATUS', 'ATTEMPTS', 'NEXT', 'WHAT CAME OF IT'],
      run.steps.map((step) => [step.name, step.action, step.target, step.status, String(step.attempts), step.next_step ?? 'end', step.detail ?? '']),
    ),
  ].join('\n');
