import type { z } from 'zod';
import { toSafe } from '../domain/safe-text.ts';
import { suggestion } from '../domain/suggestion.ts';
import type { ChainConfig } from './chain-schema.ts';
import { problemsOf } from './rule-checks.ts';

type Checked = { readonly chains: readonly ChainConfig[]; readonly notifications: { readonly endpoints: { readonly [name: string]: unknown } } };
type Problem = readonly [path: readonly (string | number)[], message: string];

/** What makes a chain impossible: said when the file is read, with its place, never by a run that gets stuck. */
export const checkChains = (config: Checked, context: z.core.$RefinementCtx): void => {
  const endpoints = Object.keys(config.notifications.endpoints);
  const seen = new Set<string>();
  for (const [index, chain] of config.chains.entries()) {
    const twice: readonly Problem[] = seen.has(chain.name) ? [[['name'], `another chain is called ${chain.name}`]] : [];
    seen.add(chain.name);
    for (const [path, message] of [...twice, ...chainProblems(chain), ...stepProblems(chain, endpoints)])
      context.addIssue({ code: 'custom', path: ['chains', index, ...path], message, input: config });
  }
};

/** Problems of the shape of one chain: names, ways, circles, steps that nothing leads to. Empty: every run comes to an end. */
export const chainProblems = (chain: ChainConfig): readonly Problem[] => {
  const names = chain.steps.map((step) => step.name);
  const unknown = (name: string): string => {
    const near = suggestion(name, names);
    return `no step is called ${toSafe(name, 64)}${near === undefined ? '' : `; did you mean ${near}?`}`;
  };
  const problems: Problem[] = [];
  for (const [index, step] of chain.steps.entries()) {
    if (names.indexOf(step.name) !== index) problems.push([['steps', index, 'name'], `another step is called ${step.name}`]);
    if (step.on_success !== undefined && !names.includes(step.on_success)) problems.push([['steps', index, 'on_success'], unknown(step.on_success)]);
    if (step.on_failure !== undefined && !names.includes(step.on_failure)) problems.push([['steps', index, 'on_failure'], unknown(step.on_failure)]);
  }
  const first = chain.entry_point ?? names[0] ?? '';
  if (!names.includes(first)) problems.push([['entry_point'], unknown(first)]);
  if (problems.length > 0) return problems;
  const circle = circleFrom(chain, first, []);
  if (circle !== undefined) return [[['steps'], `expected no circle: ${circle.join(' → ')}`]];
  const reached = reachable(chain, first);
  return chain.steps.flatMap((step, index): readonly Problem[] =>
    reached.has(step.name) ? [] : [[['steps', index, 'name'], `nothing leads to ${step.name} from ${first}`]],
  );
};

const stepProblems = (chain: ChainConfig, endpoints: readonly string[]): readonly Problem[] =>
  chain.steps.flatMap((step, index) => [
    ...problemsOf(step, endpoints).map(([name, message]): Problem => [['steps', index, 'params', name], message]),
    ...(step.action === 'webhook' && step.params['url'] !== undefined
      ? [[['steps', index, 'params', 'url'], 'expected the name of an endpoint of section notifications instead'] satisfies Problem]
      : []),
  ]);

const waysOf = (chain: ChainConfig, name: string): readonly string[] => {
  const step = chain.steps.find((one) => one.name === name);
  return [step?.on_success, step?.on_failure].filter((way) => way !== undefined);
};

const reachable = (chain: ChainConfig, first: string): ReadonlySet<string> => {
  const reached = new Set([first]);
  for (const name of reached) for (const way of waysOf(chain, name)) reached.add(way);
  return reached;
};

/** A way that comes back to where it was. Steps found to lead nowhere in circles are not looked at twice. */
const circleFrom = (chain: ChainConfig, name: string, path: readonly string[], harmless: Set<string> = new Set()): readonly string[] | undefined => {
  if (path.includes(name)) return [...path.slice(path.indexOf(name)), name];
  if (harmless.has(name)) return undefined;
  for (const way of waysOf(chain, name)) {
    const circle = circleFrom(chain, way, [...path, name], harmless);
    if (circle !== undefined) return circle;
  }
  harmless.add(name);
  return undefined;
};
