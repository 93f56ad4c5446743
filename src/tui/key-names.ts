import type { Key } from 'ink';

/** One key press by name: `j`, `G`, `ctrl+d`, `enter`, `shift+tab`. `isText` is false for keys that type nothing. */
export type KeyPress = { readonly name: string; readonly isText: boolean; readonly isRepeat: boolean };

/** What the terminal sent in one go. More than one press at once came from a slow link or from a paste without brackets. */
export type KeyBatch = { readonly presses: readonly KeyPress[]; readonly isChunk: boolean };

const MAX_PRESSES = 64;

/** Ink's input event as key presses. Several characters in one event are taken apart, so that `jjj` moves three rows. Releases give none. */
export const keysOf = (input: string, key: Key): KeyBatch => {
  if (key.eventType === 'release') return NOTHING;
  const isRepeat = key.eventType === 'repeat';
  const special = specialName(key);
  if (special !== undefined) return { presses: [{ name: special, isText: false, isRepeat }], isChunk: false };
  if (key.ctrl) {
    // Enter as Ctrl-J and Tab as Ctrl-I reach some terminals' programs this way.
    const name = input.length === 1 ? `ctrl+${input.toLowerCase()}` : '';
    return name === '' ? NOTHING : { presses: [{ name, isText: false, isRepeat }], isChunk: false };
  }
  if (key.meta || key.super || key.hyper) return NOTHING;
  const presses = [...input].slice(0, MAX_PRESSES).flatMap((character) => characterPress(character, isRepeat));
  return { presses, isChunk: presses.length > 1 };
};

const NOTHING: KeyBatch = { presses: [], isChunk: false };

const specialName = (key: Key): string | undefined => {
  if (key.upArrow) return 'up';
  if (key.downArrow) return 'down';
  if (key.leftArrow) return 'left';
  if (key.rightArrow) return 'right';
  if (key.pageDown) return 'pagedown';
  if (key.pageUp) return 'pageup';
  if (key.home) return 'home';
  if (key.end) return 'end';
  if (key.return) return 'enter';
  if (key.escape) return 'esc';
  if (key.tab) return key.shift ? 'shift+tab' : 'tab';
  if (key.backspace || key.delete) return 'backspace';
  return undefined;
};

const characterPress = (character: string, isRepeat: boolean): readonly KeyPress[] => {
  if (character === '\r' || character === '\n') return [{ name: 'enter', isText: false, isRepeat }];
  if (character === '\t') return [{ name: 'tab', isText: false, isRepeat }];
  if (character === ' ') return [{ name: 'space', isText: true, isRepeat }];
  const code = character.codePointAt(0) ?? 0;
  if (code < 0x20) return [{ name: `ctrl+${String.fromCodePoint(code + 96)}`, isText: false, isRepeat }];
  return code === 0x7f || (code >= 0x80 && code < 0xa0) ? [] : [{ name: character, isText: true, isRepeat }];
};
