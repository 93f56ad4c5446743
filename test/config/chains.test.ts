import { describe, expect, test } from 'vitest';
import { buildChains } from '../../src/config/chains.ts';
import { configSchema } from '../../src/config/schema.ts';

const step = (name: string, more: object = {}) => ({ name, action: 'log_only', ...more });
const read = (steps: readonly object[], more: object = {}) =>
  configSchema.safeParse({
    notifications: { endpoints: { siem: { url: 'https://siem.example.org/hook' } } },
    chains: [{ name: 'lockdown', steps, ...more }],
  });
const problemsOf = (...input: Parameters<typeof read>): readonly string[] =>
  (read(...input).error?.issues ?? []).map(({ path, message }) => `${path.join('.')}: ${message}`);

describe('action chains of the configuration', () => {
  test('are read with their defaults', () => {
    const config = configSchema.parse({
      chains: [
        { name: 'lockdown', steps: [step('block', { action: 'block_ip', params: { duration: '1h' }, on_success: 'tell', timeout: '5s' }), step('tell')] },
      ],
    });
    expect(buildChains(config)).toEqual([
      {
        name: 'lockdown',
        description: '',
        trigger: { module: '*', types: [], minSeverity: 'HIGH' },
        entryPoint: 'block',
        steps: [
          { name: 'block', action: 'block_ip', params: { duration: '1h' }, onSuccess: 'tell', onFailure: undefined, maxRetries: 0, timeoutMs: 5000 },
          { name: 'tell', action: 'log_only', params: {}, onSuccess: undefined, onFailure: undefined, maxRetries: 0, timeoutMs: 30_000 },
        ],
      },
    ]);
  });

  test('a webhook step without an endpoint tells all of them', () => {
    const config = read([step('tell', { action: 'webhook' })]);
    expect(config.data === undefined ? [] : buildChains(config.data)[0]?.steps[0]?.params).toEqual({ endpoint: '*' });
  });

  test.each([
    [
      'a way to nowhere',
      [step('block', { on_success: 'notify' }), step('notfy')],
      ['chains.0.steps.0.on_success: no step is called notify; did you mean notfy?'],
    ],
    ['a circle', [step('a', { on_success: 'b' }), step('b', { on_failure: 'a' })], ['chains.0.steps: expected no circle: a → b → a']],
    ['a step that leads to itself', [step('a', { on_failure: 'a' })], ['chains.0.steps: expected no circle: a → a']],
    ['a step that nothing leads to', [step('a'), step('b')], ['chains.0.steps.1.name: nothing leads to b from a']],
    ['two steps of one name', [step('a', { on_success: 'a' }), step('a')], ['chains.0.steps.1.name: another step is called a']],
    [
      'a command without a program',
      [step('a', { action: 'command' })],
      ['chains.0.steps.0.params.argv: expected a list: the program by its absolute path, then its arguments'],
    ],
    [
      'a webhook with an address of its own',
      [step('a', { action: 'webhook', params: { url: 'https://hooks.example.org/x' } })],
      ['chains.0.steps.0.params.url: expected the name of an endpoint of section notifications instead'],
    ],
    ['an endpoint that does not exist', [step('a', { action: 'webhook', params: { endpoint: 'pager' } })], ['chains.0.steps.0.params.endpoint: expected siem']],
  ])('refused when it is read: %s', (_what, steps, problems) => {
    expect(problemsOf(steps)).toEqual(problems);
  });

  test('refused: an entry point that is no step, a step that wants to skip the approval, no step at all', () => {
    expect(problemsOf([step('a')], { entry_point: 'b' })).toEqual(['chains.0.entry_point: no step is called b; did you mean a?']);
    expect(problemsOf([step('a', { skip_approval: true })])[0]).toContain('skip_approval');
    expect(read([]).success).toBe(false);
  });

  test('two chains of one name are refused', () => {
    const parsed = configSchema.safeParse({
      chains: [
        { name: 'a', steps: [step('x')] },
        { name: 'a', steps: [step('x')] },
      ],
    });
    expect(parsed.error?.issues.map(({ path }) => path.join('.'))).toEqual(['chains.1.name']);
  });

  test('thirty-two steps with two ways each are judged at once', () => {
    const steps = Array.from({ length: 32 }, (_, at) => step(`s${at}`, at > 30 ? {} : { on_success: `s${at + 1}`, on_failure: `s${Math.min(31, at + 2)}` }));
    expect(read(steps).success).toBe(true);
  });
});
