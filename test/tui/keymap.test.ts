import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { bindingFor, CONTEXTS, KEYMAP } from '../../src/tui/keymap.ts';
import { keysMarkdown } from '../../src/tui/keys-markdown.ts';

describe('keymap', () => {
  test.each(CONTEXTS)('no key means two things in %s', (context) => {
    const keys = KEYMAP.filter((binding) => binding.contexts.includes(context)).flatMap((binding) => binding.keys);
    expect(keys.length).toBeGreaterThan(0);
    expect(keys.filter((key, index) => keys.indexOf(key) !== index)).toEqual([]);
  });

  test('every action has one row', () => {
    const ids = KEYMAP.map((binding) => binding.id);
    expect(new Set(ids).size).toBe(ids.length);
  });

  test('no key that terminals cannot send or that tmux and flow control take', () => {
    const banned = ['ctrl+a', 'ctrl+s', 'ctrl+q', 'ctrl+h', 'ctrl+i', 'ctrl+m', 'ctrl+['];
    expect(KEYMAP.flatMap((binding) => binding.keys).filter((key) => banned.includes(key) || /^f\d/.test(key))).toEqual([]);
  });

  test('page keys only scroll', () => {
    for (const key of ['ctrl+d', 'ctrl+u', 'ctrl+f', 'ctrl+b']) {
      for (const binding of KEYMAP.filter((one) => one.keys.includes(key))) expect(['move', 'type']).toContain(binding.group);
    }
  });

  test('the key that opens a question never answers it, and Enter never confirms', () => {
    const confirm = bindingFor('dialog', 'y');
    expect(confirm?.id).toBe('dialog.confirm');
    for (const id of ['approval.approve', 'approval.reject', 'lease.undo']) {
      expect(KEYMAP.find((binding) => binding.id === id)?.keys).not.toContain('y');
    }
    expect(bindingFor('dialog', 'enter')?.id).toBe('dialog.cancel');
    expect(bindingFor('dialog', 'esc')?.id).toBe('dialog.cancel');
  });

  test('everything that acts can say why it cannot', () => {
    const acting = KEYMAP.filter((binding) => binding.group === 'act' && !binding.contexts.includes('dialog'));
    expect(acting.length).toBeGreaterThan(3);
    expect(acting.filter((binding) => binding.disabledReason === undefined)).toEqual([]);
  });

  test('where Esc goes back, a letter does too', () => {
    for (const context of CONTEXTS) {
      if (bindingFor(context, 'esc') === undefined || context === 'filter' || context === 'reason') continue;
      expect(bindingFor(context, 'q'), context).toBeDefined();
    }
  });

  test('a screen too small to show a question takes no answer', () => {
    const keys = KEYMAP.filter((binding) => binding.contexts.includes('too-small')).map((binding) => binding.id);
    expect(keys.sort()).toEqual(['app.quit', 'app.quit-now', 'app.redraw', 'app.suspend']);
  });

  test('docs/reference/keys.md is what the keymap says', () => {
    expect(readFileSync('docs/reference/keys.md', 'utf8')).toBe(keysMarkdown());
  });
});
