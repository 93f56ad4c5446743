import { type Binding, CONTEXTS, KEYMAP, keyLabel } from './keymap.ts';

const GROUP_TITLES: readonly { readonly group: Binding['group']; readonly title: string }[] = [
  { group: 'act', title: 'Act' },
  { group: 'look', title: 'Look' },
  { group: 'move', title: 'Move' },
  { group: 'copy', title: 'Copy' },
  { group: 'type', title: 'Type' },
  { group: 'screen', title: 'Screen' },
];

/** `docs/reference/keys.md`, whole, from the keymap. A test compares the file with this. */
export const keysMarkdown = (): string =>
  [
    '# Keys of the terminal UI',
    '',
    'Generated from `src/tui/keymap.ts`; do not edit. `?` shows the keys of the current view, and why one does nothing just now.',
    ...GROUP_TITLES.flatMap(({ group, title }) => [
      '',
      `## ${title}`,
      '',
      '| Keys | What it does | Where | Action |',
      '|---|---|---|---|',
      ...KEYMAP.filter((binding) => binding.group === group).map(row),
    ]),
    '',
  ].join('\n');

const row = (binding: Binding): string =>
  `| ${binding.keys.map((key) => `\`${keyLabel(key)}\``).join(' ')} | ${escapeCell(binding.tooltip)} | ${placesOf(binding)} | \`${binding.id}\` |`;

const placesOf = (binding: Binding): string => (binding.contexts.length === CONTEXTS.length ? 'everywhere' : binding.contexts.join(', '));

const escapeCell = (text: string): string => text.replaceAll('|', '\\|');
