import { codeOf, commandsInCode } from './interpreter-code.ts';
import { INTERPRETERS, programName, runsCode, SHELLS } from './programs.ts';
import { type RawCommand, type RawPipeline, readShell } from './shell-reader.ts';
import type { Command, Pipeline, Script, Via } from './shell-types.ts';
import { isDecoder, outputOf } from './static-output.ts';
import { innerOf, unwrap } from './unwrap.ts';
import { isScriptPath, writesOf } from './write-targets.ts';

const MAX_INPUT = 8192;
const MAX_DEPTH = 3;
const MAX_PIPELINES = 256;
const MAX_NESTED_CHARS = 32_768;

/** Everything a command line says, from shell text. Pure and bounded; never throws. */
export const scriptOfText = (text: string): Script => {
  const head = text.slice(0, MAX_INPUT);
  const build = startBuild(text.length > MAX_INPUT);
  addText(build, head, 'direct', 0);
  addFiles(build);
  return { text: head, pipelines: build.pipelines, isCut: build.isCut };
};

/** Everything an argument vector says: no quotes to read, only what it nests. `text` is what people are shown. */
export const scriptOfArgv = (argv: readonly string[], text: string): Script => {
  const build = startBuild(false);
  addPipeline(build, [commandOf(rawOf(argv))], 'direct', 0);
  addFiles(build);
  return { text: text.slice(0, MAX_INPUT), pipelines: build.pipelines, isCut: build.isCut };
};

type Build = {
  readonly pipelines: Pipeline[];
  isCut: boolean;
  chars: number;
  readonly variables: Map<string, string>;
  /** Text that the commands write, by file: many `echo … >> f` make one script. */
  readonly files: Map<string, string>;
};

const startBuild = (isCut: boolean): Build => ({ pipelines: [], isCut, chars: 0, variables: new Map(), files: new Map() });

const addText = (build: Build, text: string, via: Via, depth: number): void => {
  build.chars += text.length;
  if (depth > MAX_DEPTH || build.chars > MAX_NESTED_CHARS) {
    build.isCut = true;
    return;
  }
  const reading = readShell(text.slice(0, MAX_INPUT), build.variables);
  build.isCut ||= reading.isCut;
  for (const raw of reading.pipelines) addRaw(build, raw, via === 'direct' ? raw.via : via, depth);
};

const addRaw = (build: Build, raw: RawPipeline, via: Via, depth: number): void => {
  const commands = raw.commands.map((command) => commandOf(command));
  for (let index = 1; index < commands.length; index += 1) {
    const command = commands[index];
    if (command === undefined || command.input !== undefined) continue;
    const input = outputOf(raw.commands.slice(0, index));
    if (input !== undefined) commands[index] = { ...command, input };
  }
  addPipeline(build, commands, via, depth);
};

const addPipeline = (build: Build, commands: readonly Command[], via: Via, depth: number): void => {
  if (build.pipelines.length >= MAX_PIPELINES) {
    build.isCut = true;
    return;
  }
  build.pipelines.push({ commands, via });
  const isDecoded = commands.some((command) => isDecoder(command.program, command.args));
  for (const command of commands) addInner(build, command, isDecoded, depth);
};

const addInner = (build: Build, command: Command, isDecoded: boolean, depth: number): void => {
  const inner = innerOf(command.program, command.args);
  for (const one of inner) {
    if (one.script !== undefined) addText(build, one.script, one.via, depth + 1);
    if (one.argv !== undefined && depth < MAX_DEPTH) addPipeline(build, [commandOf(rawOf(one.argv))], one.via, depth + 1);
  }
  const code = codeOf(command);
  if (code !== undefined) for (const script of commandsInCode(code)) addText(build, script, 'code', depth + 1);
  collectWritten(build, command);
  if (command.input === undefined || command.input === '') return;
  if (SHELLS.has(command.program) && inner.length === 0) addText(build, command.input, isDecoded ? 'decoded' : 'piped', depth + 1);
  else if (command.program === 'at' || command.program === 'batch' || command.program === 'crontab')
    addText(build, withoutSchedule(command.input), 'schedule', depth + 1);
  else if (command.program === 'xargs' || (runsCode(command.program) && command.args.length === 0)) {
    for (const script of commandsInCode(command.input)) addText(build, script, 'code', depth + 1);
  }
};

const MAX_FILES = 32;

const collectWritten = (build: Build, command: Command): void => {
  const isLiteral = command.program === 'echo' || command.program === 'printf';
  const text = isLiteral
    ? outputOf([rawOf([command.program, ...command.args])])
    : command.program === 'cat' || command.program === 'tee'
      ? command.input
      : undefined;
  if (text === undefined || text === '') return;
  for (const { path, how } of writesOf(command)) {
    if ((how !== 'append' && how !== 'replace') || (build.files.size >= MAX_FILES && !build.files.has(path))) continue;
    const before = how === 'append' ? (build.files.get(path) ?? '') : '';
    build.files.set(path, `${before}${text}\n`.slice(0, MAX_INPUT));
  }
};

// What was written counts when it is a script by its place or name, or when something runs it afterwards.
const addFiles = (build: Build): void => {
  for (const [path, content] of [...build.files]) {
    const runner = interpreterOf(build, path);
    if (runner !== undefined && INTERPRETERS.has(runner)) addPipeline(build, [commandOf(rawOf([runner, '-c', content]))], 'written', 1);
    else if (runner !== undefined || isScriptPath(path)) addText(build, withoutSchedule(content), 'written', 1);
  }
};

const interpreterOf = (build: Build, path: string): string | undefined => {
  const byName = CODE_FILES.get(path.slice(path.lastIndexOf('.') + 1));
  if (byName !== undefined) return byName;
  for (const { commands } of build.pipelines) {
    const runner = commands.find((command) => command.path === path || (runsCode(command.program) && command.args.includes(path)));
    if (runner !== undefined) return runner.program;
  }
  return undefined;
};

const CODE_FILES: ReadonlyMap<string, string> = new Map([
  ['py', 'python'],
  ['pl', 'perl'],
  ['rb', 'ruby'],
  ['lua', 'lua'],
]);

// `* * * * * root cmd`, `@reboot cmd`, `ExecStart=cmd`: only the command of each line.
const SCHEDULE = /^[ \t]{0,8}(?:(?:[\d*/,-]{1,20}[ \t]{1,8}){5}|@[a-z]{4,8}[ \t]{1,8}|Exec[A-Z]\w{3,8}=[-@+!:]{0,3})/;
const withoutSchedule = (text: string): string =>
  text
    .split('\n', 200)
    .map((line) => line.replace(SCHEDULE, '').replace(/^root\s+/, ''))
    .join('\n');

const rawOf = (argv: readonly string[]): RawCommand => ({
  words: argv.slice(0, 512).map((value) => ({ value: value.slice(0, 4096), isObfuscated: false, feeds: [] })),
  assigns: [],
  redirects: [],
  isInLoop: false,
});

const commandOf = (raw: RawCommand): Command => {
  const words = raw.words.map((word) => word.value);
  const { argv, wrappers, assigns } = unwrap(words);
  const path = argv[0] ?? '';
  const args = argv.slice(1);
  const head = raw.words[words.length - argv.length];
  return {
    program: programName(unglob(path)),
    path,
    args,
    text: boundedJoin(args),
    assigns: [...raw.assigns, ...assigns],
    redirects: raw.redirects,
    wrappers,
    wrapperText: wrappers.length === 0 ? '' : boundedJoin(words.slice(0, words.length - argv.length)),
    isInLoop: raw.isInLoop,
    isObfuscated:
      head?.isObfuscated === true || isGlobbed(path) || raw.words.some((word, index) => index > 0 && word.isObfuscated && word.value.startsWith('/')),
    feeds: raw.words.flatMap((word) => word.feeds),
    input: raw.input,
  };
};

const boundedJoin = (args: readonly string[]): string => {
  let text = '';
  for (const arg of args) {
    if (text.length > 4096) break;
    text += text === '' ? arg : ` ${arg}`;
  }
  return text.slice(0, 4096);
};

const isGlobbed = (path: string): boolean => path.startsWith('/') && /[?*[]/.test(path);

// `/???/b??h`: which well-known program of that length it would hit.
const GLOB_TARGETS = ['cat', 'bash', 'sh', 'nc', 'wget', 'curl', 'python', 'python3', 'perl', 'base64', 'head', 'tail', 'less', 'more'];
const unglob = (path: string): string => {
  if (!isGlobbed(path)) return path;
  const name = path.slice(path.lastIndexOf('/') + 1).replace(/\[(\w)[^\]]{0,8}\]/g, '$1');
  return (
    GLOB_TARGETS.find((target) => target.length === name.length && [...name].every((char, index) => char === '?' || char === '*' || char === target[index])) ??
    name
  );
};
