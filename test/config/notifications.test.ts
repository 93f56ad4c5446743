import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { endpointSummaries, resolveEndpoints } from '../../src/config/endpoints.ts';
import { buildEnforcementPolicy } from '../../src/config/enforcement.ts';
import { loadPreset } from '../../src/config/presets.ts';
import { type Config, configSchema } from '../../src/config/schema.ts';
import { parseYaml } from '../../src/config/yaml-file.ts';
import { messageOf } from '../../src/domain/errors.ts';

const read = (text: string): Config => parseYaml(text, 'config.yaml', configSchema);
const problemOf = (text: string): string => {
  try {
    read(text);
  } catch (problem) {
    return messageOf(problem);
  }
  throw new Error('it was accepted');
};
const rule = (params: string): string => `enforcement:\n  policies:\n    auth_fortress:\n      actions:\n        - { action: webhook, params: ${params} }\n`;
const OPS = 'notifications:\n  endpoints:\n    ops: { type: slack, url: "https://hooks.example/x" }\n';

describe('a rule that could never work is an error when the file is read, with its line', () => {
  test.each([
    [rule('{ url: "" }'), 'config.yaml:5: enforcement.policies.auth_fortress.actions.0.params.url: expected the address of the webhook'],
    [rule('{}'), 'config.yaml:5: enforcement.policies.auth_fortress.actions.0.params.url: expected the address of the webhook'],
    [rule('{ url: "" }') + OPS, 'params.url: expected the address of the webhook'],
    [rule('{ endpoint: opps }') + OPS, 'params.endpoint: expected ops, got "opps"'],
    [rule('{ url: "http://hooks.example/x" }'), 'params.url: expected https; http only with allow_private: true, got a value that is not shown'],
    [rule('{ url: "https://169.254.169.254/x" }'), 'params.url: expected an address of the public internet'],
    [rule('{ url: "https://[::ffff:7f00:1]/x" }'), 'params.url: expected an address of the public internet'],
    [rule('{ url: "https://localhost/x" }'), 'params.url: expected an address of the public internet'],
    [rule('{ url: "https://0x7f.1/x" }'), 'params.url: expected an address of the public internet'],
    [rule('{ url: "file:///etc/passwd" }').replace('file:///', 'ftp:///'), 'params.url: expected an https URL'],
    [rule('{ url: "https://hooks.example/x", template: slak }'), 'params.template: expected slack'],
    [rule('{ url: "https://hooks.example/x", template: pd }'), 'params.routing_key: expected the routing key'],
    [rule('{ url: "https://hooks.example/x", template: tg }'), 'params.chat_id: expected the chat'],
    ['notifications:\n  endpoints:\n    ops: { type: slack }\n', 'config.yaml:3: notifications.endpoints.ops.url: expected the address of the endpoint'],
    ['notifications:\n  endpoints:\n    ops: { type: slak, url: "https://hooks.example/x" }\n', 'notifications.endpoints.ops.type: expected slack, discord'],
    ['notifications:\n  endpoints:\n    ops: { type: slack, url: "https://u:p@hooks.example/x" }\n', 'ops.url: expected a URL without user name and password'],
    ['notifications:\n  endpoints:\n    pager: { type: pagerduty }\n', 'pager.routing_key: expected the routing key'],
    ['notifications:\n  endpoints:\n    pager: { type: pagerduty, routing_key: k, digest: 60 }\n', 'pager.digest: expected nothing'],
    ['notifications:\n  endpoints:\n    ops: { type: slack, url: "https://hooks.example/x", min_severity: HIHG }\n', 'ops.min_severity: expected INFO, LOW'],
    ['notifications:\n  endpoints:\n    ops: { type: slack, url: "https://hooks.example/x", ur_l: x }\n', 'expected a known key, did you mean url?'],
    [
      'enforcement:\n  policies:\n    a:\n      actions:\n        - { action: command, params: {} }\n',
      'config.yaml:5: enforcement.policies.a.actions.0.params.argv: expected a list',
    ],
    [
      'enforcement:\n  policies:\n    a:\n      actions:\n        - { action: command, params: { argv: [notify, x] } }\n',
      'params.argv: expected a list: the program by its absolute path',
    ],
  ])('%j', (text, message) => {
    expect(problemOf(text)).toContain(message);
  });

  test('and no message shows a secret', () => {
    const words = problemOf(rule('{ url: "http://hooks.example/swordfish" }'));
    expect(words).not.toContain('swordfish');
  });
});

describe('rules and endpoints', () => {
  const policyOf = async (text: string) => buildEnforcementPolicy(read(text), await loadPreset('safe'), {});
  const webhooks = async (text: string, module = 'auth_fortress') =>
    (await policyOf(text)).policies[module]?.rules.filter(({ action }) => action === 'webhook') ?? [];

  test('webhook rules of a preset do nothing, and are not even there, without an endpoint', async () => {
    const policy = await policyOf('{}');
    expect(Object.values(policy.policies).flatMap(({ rules }) => rules.filter(({ action }) => action === 'webhook'))).toEqual([]);
  });

  test('with endpoints they go to all of them, from the severity on that somebody wants', async () => {
    expect(await webhooks(OPS)).toMatchObject([{ params: { endpoint: '*' }, minSeverity: 'HIGH' }]);
    expect(await webhooks(OPS.replace('type: slack', 'type: slack, min_severity: CRITICAL'))).toMatchObject([{ minSeverity: 'CRITICAL' }]);
  });

  test('an address in a rule becomes an endpoint, the same for the same address, and the policy carries no secret', async () => {
    const url = 'https://hooks.example/swordfish';
    const text = `${rule(`{ url: "${url}", template: slack, auth_token: bearer }`)}    injection_shield:\n      actions:\n        - { action: webhook, params: { url: "${url}", template: slack, auth_token: bearer } }\n`;
    const [endpoint, ...others] = endpointSummaries(read(text));
    expect(others).toEqual([]);
    expect(endpoint).toMatchObject({ name: expect.stringMatching(/^policy-[0-9a-f]{8}$/), type: 'slack', minSeverity: 'INFO' });
    expect(await webhooks(text)).toMatchObject([{ params: { endpoint: endpoint?.name } }]);
    expect(await webhooks(text, 'injection_shield')).toMatchObject([{ params: { endpoint: endpoint?.name } }]);
    expect(JSON.stringify(await policyOf(text))).not.toMatch(/swordfish|bearer/);
    expect(await resolveEndpoints(read(text), {}, 'config.yaml')).toMatchObject([{ url, token: 'bearer' }]);
  });
});

describe('secrets by reference', () => {
  test('come from environment and files', async () => {
    const directory = await mkdtemp(join(tmpdir(), '1sec-secret-'));
    try {
      await writeFile(join(directory, 'url'), ' https://hooks.example/from-file \n');
      const config = read(
        `notifications:\n  endpoints:\n    a: { url_env: HOOK }\n    b: { url: "file:${directory}/url", secret: "env:KEY" }\n    c: { type: telegram, token: "env:BOT", chat_id: -100 }\n    d: { type: pagerduty, routing_key: "env:KEY" }\n`,
      );
      const found = await resolveEndpoints(config, { HOOK: 'https://hooks.example/from-env', KEY: 'k', BOT: '1:x' }, 'config.yaml');
      expect(found.map(({ url, secret, routingKey, chatId, token }) => ({ url, secret, routingKey, chatId, token }))).toEqual([
        { url: 'https://hooks.example/from-env' },
        { url: 'https://hooks.example/from-file', secret: 'k' },
        { url: 'https://api.telegram.org/bot1:x/sendMessage', chatId: '-100' },
        { url: 'https://events.pagerduty.com/v2/enqueue', routingKey: 'k' },
      ]);
    } finally {
      await rm(directory, { recursive: true });
    }
  });

  test.each([
    ['a: { url_env: NOPE }', {}, 'config.yaml: endpoint a: url: expected a value in env:NOPE, got nothing'],
    ['a: { url: "file:/nonexistent/url" }', {}, 'config.yaml: endpoint a: url: ENOENT'],
    ['a: { url: "env:HOOK" }', { HOOK: 'http://127.0.0.1/swordfish' }, 'config.yaml: endpoint a: url: expected https'],
  ])('%s fails in words that show no secret', async (endpoint, variables, message) => {
    const problem = await resolveEndpoints(read(`notifications:\n  endpoints:\n    ${endpoint}\n`), variables, 'config.yaml').catch(messageOf);
    expect(problem).toContain(message);
    expect(problem).not.toContain('swordfish');
  });
});
