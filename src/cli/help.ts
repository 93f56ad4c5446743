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
