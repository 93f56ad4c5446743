import { describe, expect, test } from 'vitest';
import { needsLinearMode, settingsFrom } from '../../src/tui/environment.ts';

const settings = (environment: Parameters<typeof settingsFrom>[0]['environment'], more: { readonly theme?: string; readonly ascii?: boolean } = {}) =>
  settingsFrom({ version: '1', environment, ...more });

describe('environment', () => {
  test.each([
    [{ LANG: 'de_DE.UTF-8' }, false],
    [{ LANG: 'C.utf8' }, false],
    [{ LANG: 'de_DE.UTF-8', LC_ALL: 'C' }, true],
    [{ LC_ALL: '', LC_CTYPE: 'en_US.UTF-8' }, false],
    [{ LANG: 'de_DE.ISO-8859-1' }, true],
    [{}, true],
  ])('%j means ASCII: %s', (environment, isAscii) => {
    expect(settings(environment).isAscii).toBe(isAscii);
  });

  test('ASCII can be asked for', () => {
    expect(settings({ LANG: 'C.UTF-8' }, { ascii: true }).isAscii).toBe(true);
  });

  test.each([
    [{ NO_COLOR: '1' }, 'cvd', 'mono'],
    [{ NO_COLOR: '' }, 'cvd', 'cvd'],
    [{ FORCE_COLOR: '0' }, undefined, 'mono'],
    [{}, 'no-such-theme', 'auto'],
    [{}, undefined, 'auto'],
  ])('%j with theme %s is %s', (environment, theme, expected) => {
    expect(settings(environment, theme === undefined ? {} : { theme }).theme).toBe(expected);
  });

  test('knows the address it is connected from, canonical', () => {
    expect(settings({ SSH_CONNECTION: '::ffff:198.51.100.9 50112 192.0.2.1 22' }).ownAddress).toBe('198.51.100.9');
    expect(settings({ SSH_CONNECTION: 'UNKNOWN 0' }).ownAddress).toBeUndefined();
    expect(settings({}).ownAddress).toBeUndefined();
  });

  test.each([
    [{}, true, false, false],
    [{}, false, false, true],
    [{}, true, true, true],
    [{ TERM: 'dumb' }, true, false, true],
    [{ ACCESSIBLE: '1' }, true, false, true],
    [{ ACCESSIBLE: '0' }, true, false, false],
    [{ INK_SCREEN_READER: 'true' }, true, false, true],
  ])('%j, terminal %s, asked %s: lines only %s', (environment, isTerminal, isAccessible, expected) => {
    expect(needsLinearMode(environment, isTerminal, isAccessible)).toBe(expected);
  });
});
