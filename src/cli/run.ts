import meow, { type AnyFlag } from 'meow';
import { systemClock } from '../domain/clock.ts';
import { SecError, toSecError } from '../domain/errors.ts';
import { socketPathOf } from '../domain/paths.ts';
import { toSafe } from '../domain/safe-text.ts';
import { suggestion } from '../domain/suggestion.ts';
import type { CommandContext, CommandSpec, FlagSpec } from './command.ts';
import { COMMANDS, findCommand } from './commands.ts';
import { commandHelp, overview } from './help.ts';

/** Runs one command line and resolves with its exit code. Every failure is a line on standard error with code and hint. */
export const runCli = async (argv: readonly string[], version: string): Promise<number> => {
  // A closed pipe (`1sec alerts | head`) ends the command quietly.
  process.stdout.on('error', (problem: NodeJS.ErrnoException) => {
    if (problem.code === 'EPIPE') process.exit(0);
  });
  try {
    return await dispatch(argv, version);
  } catch (thrown) {
    const problem = toSecError(thrown);
    if (argv.includes('--json')) process.stderr.write(`${JSON.stringify({ error: problem.message, code: problem.code, hint: problem.hint })}\n`);
    else process.stderr.write(`error: ${problem.message}\n  code: ${problem.code}\n  hint: ${problem.hint}\n`);
    if (problem.code === 'SEC_INTERNAL' && process.env['ONESEC_DEBUG'] === '1') process.stderr.write(`${String((thrown as Error).stack)}\n`);
    return problem.exitCode;
  }
};

const dispatch = async (argv: readonly string[], version: string): Promise<number> => {
  const words = argv.filter((word) => !word.startsWith('-'));
  const name = words[0];
  const wantsHelp = argv.includes('--help') || argv.includes('-h');
  if (name === undefined || name === 'help') {
    const topic = words[1] === undefined ? undefined : (findCommand(words[1]) ?? unknown(words[1]));
    process.stdout.write(topic === undefined ? overview(version) : commandHelp(topic));
    return 0;
  }
  const command = findCommand(name) ?? unknown(name);
  if (wantsHelp) {
    process.stdout.write(commandHelp(command));
    return 0;
  }
  const context = parse(command, name, argv, version);
  return (await command.load()).run(context);
};

const unknown = (name: string): never => {
  const near = suggestion(
    name,
    COMMANDS.map((command) => command.name),
  );
  throw new SecError('SEC_USAGE', `unknown command ${toSafe(name, 40)}${near === undefined ? '' : `; did you mean ${near}?`}`);
};

const parse = (command: CommandSpec, name: string, argv: readonly string[], version: string): CommandContext => {
  const at = argv.indexOf(name);
  const rest = [...argv.slice(0, at), ...argv.slice(at + 1)];
  const specs = Object.fromEntries(Object.entries(command.flags).map(([key, spec]) => [key, meowFlag(spec)]));
  let parsed: { readonly input: readonly string[]; readonly flags: { readonly [key: string]: unknown } };
  try {
    parsed = meow({
      importMeta: import.meta,
      argv: rest,
      flags: specs,
      autoHelp: false,
      autoVersion: false,
      description: false,
      pkg: { name: '1sec', version },
      booleanDefault: undefined,
    });
  } catch (problem) {
    throw new SecError('SEC_USAGE', (problem as Error).message, { cause: problem });
  }
  checkFlags(command, rest);
  return contextOf(command, parsed.input, parsed.flags, version);
};

const meowFlag = (spec: FlagSpec): AnyFlag =>
  ({
    type: spec.type,
    ...(spec.default === undefined ? {} : { default: spec.default }),
    ...(spec.shortFlag === undefined ? {} : { shortFlag: spec.shortFlag }),
  }) as AnyFlag;

const kebab = (key: string): string => key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

/** Flags the command does not know are an error with a suggestion, wherever they stand. */
const checkFlags = (command: CommandSpec, argv: readonly string[]): void => {
  const known = new Set(Object.keys(command.flags).flatMap((key) => [kebab(key), `no-${kebab(key)}`, key]));
  const end = argv.indexOf('--');
  for (const word of end === -1 ? argv : argv.slice(0, end)) {
    if (!word.startsWith('-') || word === '-') continue;
    const flag = word.replace(/^-{1,2}/, '').split('=')[0] ?? '';
    if (known.has(flag)) continue;
    const near = suggestion(
      flag,
      [...known].filter((key) => !key.startsWith('no-')),
    );
    throw new SecError('SEC_USAGE', `unknown flag ${toSafe(word, 40)} of ${command.name}${near === undefined ? '' : `; did you mean --${near}?`}`);
  }
};

const contextOf = (command: CommandSpec, input: readonly string[], flags: { readonly [key: string]: unknown }, version: string): CommandContext => {
  const text = (key: string): string | undefined => (typeof flags[key] === 'string' && flags[key] !== '' ? flags[key] : undefined);
  const socketPath = (): string => text('socket') ?? socketPathOf(process.env, process.getuid?.() ?? 0);
  return {
    input,
    flag: (key) => flags[key] === true,
    text,
    number: (key) => {
      const value = flags[key];
      if (value === undefined) return undefined;
      if (typeof value !== 'number' || !Number.isInteger(value) || value < 1)
        throw new SecError('SEC_USAGE', `--${kebab(key)} of ${command.name}: expected a whole number from 1 on`);
      return value;
    },
    version,
    clock: systemClock,
    environment: process.env,
    stdin: process.stdin,
    stdout: process.stdout,
    stderr: process.stderr,
    socketPath,
    client: async (kind = 'cli') => (await import('../client/client.ts')).createClient({ socketPath: socketPath(), clock: systemClock, kind }),
    print: (line) => {
      process.stdout.write(`${line}\n`);
    },
  };
};
