import { programName } from './programs.ts';
import { decodeBase64, decodeHex, translate, unescapeText } from './shell-escapes.ts';
import type { RawCommand } from './shell-reader.ts';

/**
 * The text a pipeline would print, when that can be known without running it: literals through `echo`, `printf`, `cat`,
 * base64, hexadecimal, `rev` and `tr`. Undefined when anything in it is not known.
 */
export const outputOf = (commands: readonly RawCommand[]): string | undefined => {
  let text: string | undefined;
  for (const [index, command] of commands.entries()) {
    text = stepOf(command, index === 0 ? command.input : (command.input ?? text));
    if (text === undefined) return undefined;
  }
  return text;
};

/** Names of the programs of a pipeline; a base64 or hexadecimal decoder is named `decode`. */
export const producersOf = (commands: readonly RawCommand[]): readonly string[] => commands.map(producerOf).filter((name) => name !== '');

/** True for a command that turns encoded text back into what it was. */
export const isDecoder = (program: string, args: readonly string[]): boolean => {
  if (program === 'base64' || program === 'base32' || program === 'b64decode' || program === 'basenc') {
    return program === 'b64decode' || args.some((arg) => /^(?:-[a-z]*[dD]|--decode)/.test(arg));
  }
  if (program === 'xxd') return args.some((arg) => /^-[a-z]*r/.test(arg));
  if (program === 'openssl') return args.includes('-d') && args.some((arg) => /^(?:-?base64|-a|-A|enc)$/.test(arg));
  return (
    program === 'uudecode' ||
    (program === 'python' && args.some((arg) => arg === 'base64')) ||
    (program === 'perl' && args.some((arg) => arg.includes('decode_base64')))
  );
};

const producerOf = (command: RawCommand): string => {
  const { program, args } = headOf(command);
  return isDecoder(program, args) ? 'decode' : program;
};

const headOf = (command: RawCommand): { readonly program: string; readonly args: readonly string[] } => {
  const words = command.words.map((word) => word.value);
  const start = words[0] === 'sudo' || words[0] === 'command' ? 1 : 0;
  return { program: programName(words[start] ?? ''), args: words.slice(start + 1) };
};

const stepOf = (command: RawCommand, input: string | undefined): string | undefined => {
  const { program, args } = headOf(command);
  if (program === 'echo') return echoOf(args);
  if (program === 'printf') return printfOf(args);
  if ((program === 'which' || (program === 'type' && args[0] === '-P')) && args.length > 0) return args.at(-1);
  if (program === 'mktemp') return '/tmp/tmp.XXXXXXXXXX';
  if (command.words[0]?.value === 'command' && (program === '-v' || program === '-V')) return args[0];
  if (input === undefined) return undefined;
  if (isDecoder(program, args)) return program === 'xxd' ? decodeHex(input) : decodeBase64(input);
  if (program === 'cat' && args.every((arg) => arg.startsWith('-'))) return input;
  if (program === 'tee') return input;
  if (program === 'rev')
    return input
      .split('\n')
      .map((line) => [...line].reverse().join(''))
      .join('\n');
  if (program === 'tr' && args[0] === '-d' && args[1] !== undefined) return removeAll(input, unescapeText(args[1]));
  if (program === 'tr' && args.length === 2) return translate(input, unescapeText(args[0] ?? ''), unescapeText(args[1] ?? ''));
  return undefined;
};

const echoOf = (args: readonly string[]): string | undefined => {
  let start = 0;
  let isEscaped = false;
  while (/^-[neE]{1,3}$/.test(args[start] ?? '')) {
    isEscaped ||= args[start]?.includes('e') === true;
    start += 1;
  }
  const text = args.slice(start).join(' ');
  return isEscaped ? unescapeText(text) : text;
};

const printfOf = (args: readonly string[]): string | undefined => {
  const [format = '', ...values] = args;
  let next = 0;
  const text = unescapeText(format).replace(/%[sbdqx%]/g, (mark) => {
    if (mark === '%%') return '%';
    const value = values[next] ?? '';
    next += 1;
    return mark === '%b' ? unescapeText(value) : value;
  });
  return text;
};

const removeAll = (text: string, set: string): string => {
  const removed = new Set(set === '[:space:]' ? ' \t\n' : set);
  let out = '';
  for (const character of text) if (!removed.has(character)) out += character;
  return out;
};
