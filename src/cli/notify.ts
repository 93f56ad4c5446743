import { SecError } from '../domain/errors.ts';
import { shortId } from '../domain/ids.ts';
import { toSafe } from '../domain/safe-text.ts';
import { suggestion } from '../domain/suggestion.ts';
import type { CommandContext } from './command.ts';
import { shortTime, table } from './table.ts';

const VERBS = ['list', 'test', 'dead-letters', 'retry'];

/** `1sec notify list | test NAME | dead-letters | retry ID` */
export const run = async (context: CommandContext): Promise<number> => {
  const [verb = 'list', name, extra] = context.input;
  if (extra !== undefined) throw new SecError('SEC_USAGE', `notify ${toSafe(verb, 40)}: one word too many: ${toSafe(extra, 40)}`);
  if (verb === 'list' && name === undefined) return list(context);
  if (verb === 'dead-letters' && name === undefined) return deadLetters(context);
  if (verb === 'test') return test(context, wordOf(name, 'test: the name of an endpoint is missing'));
  if (verb === 'retry') return retry(context, wordOf(name, 'retry: the id of a dead letter is missing'));
  if (VERBS.includes(verb)) throw new SecError('SEC_USAGE', `notify ${verb}: one word too many: ${toSafe(name ?? '', 40)}`);
  const near = suggestion(verb, VERBS);
  throw new SecError('SEC_USAGE', `notify ${toSafe(verb, 40)}: expected ${VERBS.join(', ')}${near === undefined ? '' : `; did you mean ${near}?`}`);
};

const wordOf = (word: string | undefined, problem: string): string => {
  if (word === undefined) throw new SecError('SEC_USAGE', `notify ${problem}`);
  return word;
};

const list = async (context: CommandContext): Promise<number> => {
  const reply = await (await context.client()).call('notifyEndpoints');
  if (context.flag('json')) {
    context.print(JSON.stringify(reply, null, 2));
    return 0;
  }
  const now = context.clock.now();
  context.print(
    reply.endpoints.length === 0
      ? 'no endpoint is configured (section notifications)'
      : table(
          ['NAME', 'TYPE', 'FROM', 'STATE', 'WAITING', 'DELIVERED', 'DEAD', 'NEXT TRY', 'DETAIL'],
          reply.endpoints.map((endpoint) => [
            endpoint.name,
            endpoint.type,
            endpoint.min_severity,
            endpoint.state,
            String(endpoint.waiting),
            String(endpoint.delivered),
            String(endpoint.dead),
            endpoint.next_attempt === undefined ? '' : shortTime(endpoint.next_attempt, now),
            endpoint.detail,
          ]),
        ),
  );
  return 0;
};

const test = async (context: CommandContext, name: string): Promise<number> => {
  const reply = await (await context.client()).call('notifyTest', { params: { name } });
  if (context.flag('json')) context.print(JSON.stringify(reply, null, 2));
  if (!reply.delivered) throw new SecError('SEC_UNDELIVERED', `${reply.name}: ${reply.detail}`);
  if (!context.flag('json')) context.print(`${reply.name} ${reply.detail}`);
  return 0;
};

const deadLetters = async (context: CommandContext): Promise<number> => {
  const reply = await (await context.client()).call('notifyDeadLetters', { query: { limit: context.number('limit') ?? 100 } });
  if (context.flag('json')) {
    context.print(JSON.stringify(reply, null, 2));
    return 0;
  }
  const now = context.clock.now();
  context.print(
    reply.dead_letters.length === 0
      ? 'nothing was given up'
      : table(
          ['ID', 'ENDPOINT', 'QUEUED', 'GIVEN UP', 'ATTEMPTS', 'ALERTS', 'WHY'],
          reply.dead_letters.map((letter) => [
            shortId(letter.id),
            letter.endpoint,
            shortTime(letter.queued_at, now),
            shortTime(letter.failed_at, now),
            String(letter.attempts),
            String(letter.alerts.length),
            letter.reason,
          ]),
        ),
  );
  return 0;
};

const retry = async (context: CommandContext, id: string): Promise<number> => {
  const letter = await (await context.client()).call('notifyRetry', { params: { id } });
  context.print(context.flag('json') ? JSON.stringify(letter, null, 2) : `${shortId(letter.id)} is queued again for ${letter.endpoint}`);
  return 0;
};
