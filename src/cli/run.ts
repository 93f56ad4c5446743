import meow, { type AnyFlag } from 'meow';
import { systemClock } from '../domain/clock.ts';
import { SecError, toSecError } from '../domain/errors.ts';
import { socketPathOf } from '../domain/paths.ts';
import { toSafe } from '../domain/safe-text.ts';
import { suggestion } from '../domain/suggestion.ts';
import type { CommandContext, CommandSpec, FlagSpec } from './command.ts';
import { COMMANDS, findCommand } from './commands.ts';
import { commandHelp, overview } from './help.ts';

/** What a command line may do to the process it runs in. */
export type ProcessEnd = {
  /** Ends it now. */
  readonly exit: (code: number) => void;
  /** Ends it after so many ms, with the exit code it has then, should something still keep it alive. */
  readonly exitWithin: (ms: number) => void;
};

/** Runs one command line and resolves with its exit code. Every failure is a line on standard error with code and hint. */
export const runCli = async (argv: readonly string[], version: string, end: ProcessEnd): Promise<number> => {
  // Nobody reads what went wrong: the exit code still says it.
  process.stderr.on('error', () => undefined);
  // A closed pipe (`1sec alerts | head`) ends the command quietly.
  process.stdout.on('error', (problem: NodeJS.ErrnoException) => {
    if (problem.code === 'EPIPE') end.exit(0);
  });
  try {
    return await dispatch(argv, version, end);
  } catch (thrown) {
    const problem = toSecError(thrown);
    if (argv.includes('--json')) process.stderr.write(`${JSON.stringify({ error: problem.message, code: problem.code, hint: problem.hint })}\n`);
    else process.stderr.write(`error: ${problem.message}\n  code: ${problem.code}\n  hint: ${problem.hint}\n`);
    if (problem.code === 'SEC_INTERNAL' && process.env['ONESEC_DEBUG'] === '1') process.stderr.write(`${String((thrown as Error).stack)}\n`);
    return problem.exitCode;
  }
};

const dispatch = async (argv: readonly string[], version: string, end: ProcessEnd): Promise<number> => {
  const { words, flags } = readWords(argv);
  const [first, second] = words;
  if (first === undefined || first.text === 'help') {
    const topic = second === undefined ? undefined : (findCommand(second.text) ?? unknown(second.text));
    process.stdout.write(topic === undefined ? overview(version) : commandHelp(topic));
    return 0;
  }
  const command = findCommand(first.text) ?? unknown(first.text);
  if (flags.includes('--help') || flags.includes('-h')) {
    process.stdout.write(commandHelp(command));
    return 0;
  }
  const context = parse(command, [...argv.slice(0, first.at), ...argv.slice(first.at + 1)], version, end);
  return (await command.load()).run(context);
};

const unknown = (name: string): never => {
  const near = suggestion(
    name,
    COMMANDS.map((command) => command.name),
  );
  throw new SecError('SEC_USAGE', `unknown command ${toSafe(name, 40)}${near === undefined ? '' : `; did you mean ${near}?`}`);
};

const parse = (command: CommandSpec, rest: readonly string[], version: string, end: ProcessEnd): CommandContext => {
  checkFlags(command, rest);
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
  const [extra] = parsed.input.slice(command.maxWords ?? Number.POSITIVE_INFINITY);
  if (extra !== undefined) throw new SecError('SEC_USAGE', `${command.name}: one word too many: ${toSafe(extra, 40)}`);
  return contextOf(command, parsed.input, parsed.flags, version, end);
};

const meowFlag = (spec: FlagSpec): AnyFlag =>
  ({
    type: spec.type,
    ...(spec.default === undefined ? {} : { default: spec.default }),
    ...(spec.shortFlag === undefined ? {} : { shortFlag: spec.shortFlag }),
  }) as AnyFlag;

/** A flag is known by its name in kebab and in camel case. */
const namesOf = (key: string): readonly string[] => [...new Set([kebab(key), key])];

type Words = {
  /** What is not a flag and not a flag's value, and where it stands. */
  readonly words: readonly { readonly text: string; readonly at: number }[];
  /** Flags in front of `--`, a separate value joined as `--flag=value`. */
  readonly flags: readonly string[];
};

/** Tells flags, their values and words apart before it is known which command is meant; a flag takes a value in all commands or in none. */
const readWords = (argv: readonly string[]): Words => {
  const end = argv.includes('--') ? argv.indexOf('--') : argv.length;
  const words: { readonly text: string; readonly at: number }[] = [];
  const flags: string[] = [];
  for (let at = 0; at < end; at += 1) {
    const word = argv[at] ?? '';
    const next = argv[at + 1];
    if (!word.startsWith('-') || word === '-') words.push({ text: word, at });
    else if (word.includes('=') || !VALUE_FLAGS.has(nameAndValue(word)[0]) || next === undefined || at + 1 >= end || isFlag(next)) flags.push(word);
    else {
      flags.push(`${word}=${next}`);
      at += 1;
    }
  }
  return { words, flags };
};

const isFlag = (word: string): boolean => word.startsWith('-') && word !== '-';

const nameAndValue = (word: string): readonly [string, string | undefined] => {
  const text = word.replace(/^-{1,2}/, '');
  const at = text.indexOf('=');
  return at === -1 ? [text, undefined] : [text.slice(0, at), text.slice(at + 1)];
};

const kebab = (key: string): string => key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

const VALUE_FLAGS: ReadonlySet<string> = new Set(
  COMMANDS.flatMap((command) => Object.entries(command.flags)).flatMap(([key, spec]) => (spec.type === 'boolean' ? [] : namesOf(key))),
);

/** Flags the command does not know, and values that are missing, are errors wherever they stand. */
const checkFlags = (command: CommandSpec, argv: readonly string[]): void => {
  const known = new Map(Object.entries(command.flags).flatMap(([key, spec]) => namesOf(key).map((name): [string, FlagSpec] => [name, spec])));
  const { flags } = readWords(argv);
  for (const word of flags) {
    const [name = '', value] = nameAndValue(word);
    const spec = known.get(name) ?? known.get(name.replace(/^no-/, ''));
    if (spec === undefined) {
      const near = suggestion(name, [...known.keys()]);
      throw new SecError('SEC_USAGE', `unknown flag ${toSafe(word, 40)} of ${command.name}${near === undefined ? '' : `; did you mean --${near}?`}`);
    }
    if (spec.type !== 'boolean' && (value ?? '') === '' && spec.default !== '')
      throw new SecError('SEC_USAGE', `--${name} of ${command.name}: a value is missing`);
  }
};

const contextOf = (
  command: CommandSpec,
  input: readonly string[],
  flags: { readonly [key: string]: unknown },
  version: string,
  { exitWithin }: ProcessEnd,
): CommandContext => {
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
    exitWithin,
    client: async (kind = 'cli') => (await import('../client/client.ts')).createClient({ socketPath: socketPath(), clock: systemClock, kind }),
    print: (line) => {
      process.stdout.write(`${line}\n`);
    },
  };
};
