import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { describeConfig } from '../../src/daemon/describe-config.ts';

let directory = '';
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'onesec-config-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const described = (text: string) => {
  const path = join(directory, 'config.yaml');
  writeFileSync(path, text);
  return describeConfig({ flag: path, variables: {} });
};

describe('the configuration as it is shown', () => {
  test('is complete and can be used as a configuration again', async () => {
    const first = await described('enforcement:\n  preset: balanced\n');
    expect(parse(first.yaml)).toMatchObject({ enforcement: { preset: 'balanced', dry_run: true }, logging: { level: 'info' } });
    expect(first.yaml.startsWith(`# ${join(directory, 'config.yaml')}\n`)).toBe(true);
    const again = await described(first.yaml);
    expect(again.config).toEqual(first.config);
  });

  test('without a file the defaults are shown, with where was looked', async () => {
    const { path, searched, yaml } = await describeConfig({ variables: { HOME: directory } });
    expect(path).toBeUndefined();
    expect(searched).toEqual(['/etc/1sec/config.yaml', `${directory}/.config/1sec/config.yaml`, `${directory}/.1sec/config.yaml`]);
    expect(yaml).toContain('# defaults; searched ');
  });

  test('secrets of sections that are not used yet are not shown, and the sections are named', async () => {
    const { yaml, config, unused } = await described(
      'cloud:\n  api_key: swordfish\nserver:\n  api_keys: [swordfish]\nalerts:\n  webhook_urls: [https://swordfish.example]\narchive: { path: /x }\n',
    );
    expect(yaml).not.toContain('swordfish');
    expect(JSON.stringify(config)).not.toContain('swordfish');
    expect([...unused].sort()).toEqual(['alerts.webhook_urls', 'archive', 'cloud', 'server.api_keys']);
  });

  test('parameters of a rule are shown only where they cannot be secrets', async () => {
    const { yaml } = await described(
      'enforcement:\n  policies:\n    auth_fortress:\n      actions:\n        - { action: webhook, params: { url: "https://swordfish.example" } }\n        - { action: block_ip, params: { duration: 1h } }\n',
    );
    expect(yaml).not.toContain('swordfish');
    expect(yaml).toContain('[set]');
    expect(yaml).toContain('duration: 1h');
  });

  test.each([
    ['a module that is none', 'modules:\n  auth_fortres:\n    enabled: true\n', /modules\.auth_fortres.*did you mean auth_fortress/s],
    ['a setting that a module does not take', 'modules:\n  auth_fortress:\n    settings:\n      colour: red\n', /modules\.auth_fortress\.settings/],
    ['a key that is none', 'enforcment: {}\n', /config\.yaml:1: enforcment.*did you mean enforcement/s],
    ['a value of another kind', '\n\nenforcement:\n  dry_run: maybe\n', /config\.yaml:4: enforcement\.dry_run: expected boolean, got "maybe"/],
    ['no YAML', 'a: [1\n', /config\.yaml:\d+: expected YAML/],
  ])('%s is an error with its place', async (_what, text, words) => {
    await expect(described(text)).rejects.toMatchObject({ code: 'SEC_CONFIG_INVALID', exitCode: 11, message: expect.stringMatching(words) });
  });

  test('modules of the interface that are not there yet are no error', async () => {
    await expect(described('modules:\n  llm_firewall:\n    enabled: true\n')).resolves.toBeDefined();
  });

  test('a log level of the environment wins, and a wrong one is an error', async () => {
    const path = join(directory, 'config.yaml');
    writeFileSync(path, 'logging: { level: warn }\n');
    expect((await describeConfig({ flag: path, variables: { ONESEC_LOG_LEVEL: 'error' } })).yaml).toContain('level: error');
    await expect(describeConfig({ flag: path, variables: { ONESEC_LOG_LEVEL: 'loud' } })).rejects.toMatchObject({
      code: 'SEC_CONFIG_INVALID',
      message: expect.stringContaining('ONESEC_LOG_LEVEL: expected debug, info, warn or error, got loud'),
    });
  });

  test('a named file that is not there is an error', async () => {
    await expect(describeConfig({ flag: join(directory, 'none.yaml'), variables: {} })).rejects.toMatchObject({ code: 'SEC_CONFIG_UNREADABLE', exitCode: 11 });
  });
});
