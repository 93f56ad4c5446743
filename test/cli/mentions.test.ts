import { globSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { findCommand } from '../../src/cli/commands.ts';

// `1sec word` in a hint, a help text or a page is a promise that the word does something.
const FORM = /(?<![/\w.-])1sec ((?:[a-z][a-z-]+)(?: [a-z][a-z-]*){0,2})/g;
const VERBS: { readonly [command: string]: readonly string[] } = {
  enforce: ['status', 'policies', 'leases', 'history', 'approvals', 'undo', 'rollback', 'dry-run', 'preset', 'cleanup'],
  alerts: ['get', 'ack', 'acknowledge', 'resolve', 'false-positive'],
};
const pages = globSync(['src/**/*.{ts,tsx}', 'machines/*.ts', '*.md', 'docs/**/*.md', 'packaging/**/*', 'scripts/*.sh']).filter((path) => /\.\w+$/.test(path));

test('every command that is named somewhere is one', () => {
  const mentions = pages.flatMap((path) => [...readFileSync(path, 'utf8').matchAll(FORM)].map(([, words = '']) => ({ path, words: words.split(' ') })));
  expect(mentions.length).toBeGreaterThan(40);
  const wrong = mentions.filter(({ words: [command = '', verb] }) => {
    if (command === 'help' || command === 'version') return false;
    if (findCommand(command) === undefined) return true;
    const verbs = VERBS[command];
    // A lower-case word behind a command that has verbs may also be prose: only what looks like a mistyped verb is wrong.
    return verbs !== undefined && verb !== undefined && ['approve', 'reject', 'approval', 'pending'].includes(verb);
  });
  expect(wrong.map(({ path, words }) => `${path}: 1sec ${words.join(' ')}`)).toEqual([]);
});
