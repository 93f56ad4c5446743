import type { CommandSpec } from './command.ts';
import { COMMANDS } from './commands.ts';

/** All commands, a line each. */
export const overview = (version: string): string =>
  [
    `1sec v${version}: watches this host, asks before it acts, verifies, undoes.`,
    '',
    'Usage: 1sec COMMAND [flags]      flags may stand anywhere; ids may be shortened to any unique prefix',
    '',
    ...COMMANDS.map((command) => `  ${command.name.padEnd(9)} ${command.summary}`),
    '',
    '1sec help COMMAND shows its flags. Exit codes: docs/reference/errors.md.',
    '',
  ].join('\n');

/** Usage and flags of one command. */
export const commandHelp = (command: CommandSpec): string =>
  [
    command.summary,
    '',
    ...command.usage.map((line, index) => `${index === 0 ? 'Usage:' : '      '} ${line}`),
    '',
    ...Object.entries(command.flags).map(([name, flag]) => `  --${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`).padEnd(12)} ${flag.summary}`),
    '',
  ].join('\n');

/** The known word that is nearest to a mistyped one, when it is near enough. */
export const suggestion = (word: string, known: readonly string[]): string | undefined => {
  const near = known
    .map((candidate) => ({ candidate, distance: candidate.startsWith(word) && word.length > 1 ? 0 : editDistance(word.slice(0, 40), candidate) }))
    .sort((a, b) => a.distance - b.distance)[0];
  return near !== undefined && near.distance <= Math.max(1, Math.floor(word.length / 3)) ? near.candidate : undefined;
};

// Levenshtein distance, two rows.
const editDistance = (a: string, b: string): number => {
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let row = 1; row <= a.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= b.length; column += 1) {
      const cost = a[row - 1] === b[column - 1] ? 0 : 1;
      current.push(Math.min((current[column - 1] ?? 0) + 1, (previous[column] ?? 0) + 1, (previous[column - 1] ?? 0) + cost));
    }
    previous = current;
  }
  return previous[b.length] ?? 0;
};
