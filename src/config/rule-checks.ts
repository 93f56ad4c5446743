import type { z } from 'zod';
import { parseArgv } from '../domain/argv.ts';
import { isReference } from './notify-schema.ts';
import type { Params } from './rule-endpoints.ts';
import { templateOf } from './rule-endpoints.ts';
import { urlProblem } from './url-problem.ts';

type Rule = { readonly action: string; readonly params: Params };
type Checked = {
  readonly enforcement: { readonly policies: { readonly [id: string]: { readonly actions?: readonly Rule[] | undefined } } };
  readonly notifications: { readonly endpoints: { readonly [name: string]: unknown } };
};

/** What a user's `webhook` and `command` rules need: said when the file is read, never by a rule that fails later. */
export const checkRules = (config: Checked, context: z.core.$RefinementCtx): void => {
  for (const [id, policy] of Object.entries(config.enforcement.policies)) {
    for (const [index, rule] of (policy.actions ?? []).entries()) {
      for (const [name, message] of problemsOf(rule, Object.keys(config.notifications.endpoints)))
        context.addIssue({ code: 'custom', path: ['enforcement', 'policies', id, 'actions', index, 'params', name], message, input: config });
    }
  }
};

/** What the parameters of an action lack, by parameter. */
export const problemsOf = ({ action, params }: Rule, endpoints: readonly string[]): readonly (readonly [string, string])[] => {
  if (action === 'webhook') return webhookProblems(params, endpoints);
  if (action === 'command') return commandProblem(params['argv']);
  return [];
};

const webhookProblems = (params: Params, endpoints: readonly string[]): readonly (readonly [string, string])[] => {
  const { url, endpoint, template } = params;
  const problems: (readonly [string, string])[] = [];
  if (endpoint !== undefined && !endpoints.includes(endpoint))
    problems.push(['endpoint', `expected ${endpoints.join(', ') || 'a name of notifications.endpoints'}`]);
  if (endpoint !== undefined && url !== undefined) problems.push(['url', 'expected either url or endpoint']);
  if (url === '' || (url === undefined && endpoint === undefined && endpoints.length === 0))
    problems.push(['url', 'expected the address of the webhook, an endpoint, or notifications.endpoints']);
  if (url !== undefined && url !== '' && !isReference(url)) {
    const problem = urlProblem(url, params['allow_private'] === 'true');
    if (problem !== undefined) problems.push(['url', problem]);
  }
  const type = templateOf(template);
  if (type === undefined) problems.push(['template', 'expected slack, discord, telegram, pagerduty, teams, ntfy or generic']);
  if (url !== undefined && type === 'telegram' && params['chat_id'] === undefined) problems.push(['chat_id', 'expected the chat to write to']);
  if (url !== undefined && type === 'pagerduty' && (params['routing_key'] ?? params['auth_token']) === undefined)
    problems.push(['routing_key', 'expected the routing key of the service']);
  return problems;
};

const commandProblem = (argv: string | undefined): readonly (readonly [string, string])[] =>
  parseArgv(argv ?? '') === undefined ? [['argv', 'expected a list: the program by its absolute path, then its arguments']] : [];
