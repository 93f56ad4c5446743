import type { Key } from 'ink';
import { describe, expect, test } from 'vitest';
import { keysOf } from '../../src/tui/key-names.ts';

const noKey: Key = {
  upArrow: false,
  downArrow: false,
  leftArrow: false,
  rightArrow: false,
  pageDown: false,
  pageUp: false,
  home: false,
  end: false,
  return: false,
  escape: false,
  ctrl: false,
  shift: false,
  tab: false,
  backspace: false,
  delete: false,
  meta: false,
  super: false,
  hyper: false,
  capsLock: false,
  numLock: false,
};
const names = (input: string, key: Partial<Key> = {}): readonly string[] => keysOf(input, { ...noKey, ...key }).presses.map((press) => press.name);

describe('keys', () => {
  test.each<readonly [string, string, Partial<Key>, readonly string[]]>([
    ['a letter', 'j', {}, ['j']],
    ['a capital', 'G', { shift: true }, ['G']],
    ['several letters of a slow link', 'jjj', {}, ['j', 'j', 'j']],
    ['letters and Enter in one read', 'ab\r', {}, ['a', 'b', 'enter']],
    ['Ctrl with a letter', 'd', { ctrl: true }, ['ctrl+d']],
    ['two control characters in one read', '\u0004\u0004', {}, ['ctrl+d', 'ctrl+d']],
    ['an arrow', '', { upArrow: true }, ['up']],
    ['Shift-Tab', '', { tab: true, shift: true }, ['shift+tab']],
    ['Backspace as Delete', '', { delete: true }, ['backspace']],
    ['a blank', ' ', {}, ['space']],
    ['a line feed as Enter', '\n', {}, ['enter']],
    ['Alt with a letter does nothing', 'y', { meta: true }, []],
    ['a function key does nothing', '', {}, []],
    ['a release does nothing', 'y', { eventType: 'release' }, []],
  ])('%s', (_name, input, key, expected) => {
    expect(names(input, key)).toEqual(expected);
  });

  test('several characters in one read are marked as such', () => {
    expect(keysOf('y', noKey).isChunk).toBe(false);
    expect(keysOf('yy', noKey).isChunk).toBe(true);
  });

  test('a repeat is marked where the terminal tells', () => {
    expect(keysOf('y', { ...noKey, eventType: 'repeat' }).presses[0]?.isRepeat).toBe(true);
  });

  test('a flood is bounded', () => {
    expect(names('j'.repeat(100_000)).length).toBe(64);
  });
});
