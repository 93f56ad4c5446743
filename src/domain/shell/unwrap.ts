import { programName, SHELLS } from './programs.ts';
import type { Via } from './shell-types.ts';

/** What is left of an argument vector when `sudo`, `env`, `nohup` and their like are taken off. */
export type Unwrapped = {
  readonly argv: readonly string[];
  readonly wrappers: readonly string[];
  readonly assigns: readonly (readonly [string, string])[];
};

/** Takes wrappers off, at most 8. What remains starts with the program that really runs. */
export const unwrap = (argv: readonly string[]): Unwrapped => {
  const wrappers: string[] = [];
  const assigns: (readonly [string, string])[] = [];
  let rest = argv;
  for (let round = 0; round < 8 && rest.length > 1; round += 1) {
    const name = programName(rest[0] ?? '');
    const options = WRAPPERS.get(name);
    if (options === undefined) break;
    const start = skipOptions(rest, name, options, assigns);
    if (start >= rest.length) break;
    wrappers.push(name);
    rest = rest.slice(start);
  }
  return { argv: rest, wrappers, assigns };
};

type WrapperOptions = {
  /** Short options (letters) that take a value in the next word. */
  readonly valued: string;
  /** Words of its own before the program: the duration of `timeout`. */
  readonly positional: number;
};

const wrapper = (valued = '', positional = 0): WrapperOptions => ({ valued, positional });

const WRAPPERS: ReadonlyMap<string, WrapperOptions> = new Map([
  ['sudo', wrapper('ugpCrtUDRTha')],
  ['doas', wrapper('uC')],
  ['pkexec', wrapper()],
  ['env', wrapper('uCS')],
  ['nohup', wrapper()],
  ['setsid', wrapper()],
  ['nice', wrapper('n')],
  ['ionice', wrapper('cnpPu')],
  ['chrt', wrapper('', 1)],
  ['taskset', wrapper('', 1)],
  ['timeout', wrapper('ks', 1)],
  ['gtimeout', wrapper('ks', 1)],
  ['stdbuf', wrapper('ioe')],
  ['time', wrapper('fo')],
  ['exec', wrapper('a')],
  ['command', wrapper()],
  ['builtin', wrapper()],
  ['xargs', wrapper('aEdILnPs')],
  ['busybox', wrapper()],
  ['toybox', wrapper()],
  ['unbuffer', wrapper()],
  ['rlwrap', wrapper('a')],
  ['torsocks', wrapper()],
  ['torify', wrapper()],
  ['proxychains', wrapper('f')],
  ['proxychains4', wrapper('f')],
  ['chronic', wrapper()],
  ['strace', wrapper('oepEsSuP')],
  ['ltrace', wrapper('oepnsu')],
  ['watch', wrapper('n')],
  ['systemd-run', wrapper('pEuHM')],
  ['runuser', wrapper('ugG')],
  ['sg', wrapper('', 1)],
  ['nsenter', wrapper('tSG')],
  ['chroot', wrapper('', 1)],
  ['unshare', wrapper('SGRw')],
  ['linux64', wrapper()],
  ['linux32', wrapper()],
  ['setarch', wrapper('', 1)],
  ['logsave', wrapper('', 1)],
  ['start-stop-daemon', wrapper()],
]);

const ASSIGNMENT = /^([A-Za-z_][A-Za-z0-9_]{0,63})=/;
const LONG_VALUED: ReadonlySet<string> = new Set([
  '--user',
  '--group',
  '--host',
  '--prompt',
  '--close-from',
  '--unset',
  '--chdir',
  '--kill-after',
  '--signal',
  '--unit',
  '--property',
  '--on-calendar',
  '--adjustment',
  '--target',
  '--max-args',
  '--max-procs',
  '--interval',
  '--uid',
  '--gid',
  '--slice',
  '--description',
  '--setenv',
]);

const skipOptions = (argv: readonly string[], name: string, options: WrapperOptions, assigns: (readonly [string, string])[]): number => {
  let at = 1;
  let positional = options.positional;
  while (at < argv.length) {
    const word = argv[at] ?? '';
    const assignment = name === 'env' || name === 'sudo' || name === 'doas' ? ASSIGNMENT.exec(word) : null;
    if (assignment !== null) {
      if (assigns.length < 16) assigns.push([assignment[1] ?? '', word.slice(word.indexOf('=') + 1)]);
      at += 1;
    } else if (word === '--') {
      return at + 1;
    } else if (word.startsWith('--')) {
      at += LONG_VALUED.has(word) ? 2 : 1;
    } else if (word.startsWith('-') && word.length > 1) {
      at += options.valued.includes(word.slice(-1)) && isBundleOrSingle(word, options) ? 2 : 1;
    } else if (positional > 0) {
      positional -= 1;
      at += 1;
    } else {
      return at;
    }
  }
  return at;
};

// `-n 5` takes the next word, `-n5` and `-oL` do not.
const isBundleOrSingle = (word: string, options: WrapperOptions): boolean =>
  word.length === 2 || ![...word.slice(1, -1)].some((letter) => options.valued.includes(letter));

/** Shell text or an argument vector that a command was told to run. */
export type Inner = { readonly via: Via; readonly script?: string | undefined; readonly argv?: readonly string[] | undefined };

/** Commands inside a command: `sh -c '…'`, `eval`, `su -c`, `find -exec`, `docker exec`, `trap`, `script -c`. */
export const innerOf = (program: string, args: readonly string[]): readonly Inner[] => {
  if (SHELLS.has(program)) return shellArgument(args);
  switch (program) {
    case 'eval':
      return args.length === 0 ? [] : [{ via: 'shell', script: args.join(' ') }];
    case 'su':
    case 'runuser':
    case 'script':
    case 'flock':
    case 'sg':
      return optionScript(args);
    case 'trap':
      return args.length > 1 && !['-', '-l', '-p', ''].includes(args[0] ?? '') ? [{ via: 'trap', script: args[0] }] : [];
    case 'ssh':
      return remoteScript(args);
    case 'watch':
    case 'parallel':
    case 'ssh-agent':
      return args.length === 0 ? [] : [{ via: 'shell', script: args.filter((arg) => !arg.startsWith('-')).join(' ') }];
    case 'find':
    case 'fd':
      return execArguments(args);
    case 'docker':
    case 'podman':
    case 'nerdctl':
    case 'kubectl':
    case 'oc':
    case 'crictl':
      return containerArguments(args);
    default:
      return [];
  }
};

/** The script of `bash -lc '…'`, if there is one. */
export const scriptArgument = (args: readonly string[]): string | undefined => {
  for (let at = 0; at < args.length; at += 1) {
    const word = args[at] ?? '';
    if (!/^[-+]/.test(word) || word === '-' || word === '--') return undefined;
    if (/^-[a-zA-Z]*c$/.test(word) || word === '--command') return args.slice(at + 1).find((arg) => !/^[-+][a-zA-Z]+$/.test(arg));
    if (word === '-o' || word === '+o' || word === '-O' || word === '--rcfile' || word === '--init-file') at += 1;
  }
  return undefined;
};

const shellArgument = (args: readonly string[]): readonly Inner[] => {
  const script = scriptArgument(args);
  return script === undefined ? [] : [{ via: 'shell', script }];
};

const optionScript = (args: readonly string[]): readonly Inner[] => {
  const at = args.findIndex((arg) => /^-[a-z]*c$/.test(arg) || arg === '--command');
  const long = args.find((arg) => arg.startsWith('--command='));
  if (long !== undefined) return [{ via: 'shell', script: long.slice('--command='.length) }];
  const script = at === -1 ? undefined : args[at + 1];
  return script === undefined ? [] : [{ via: 'shell', script }];
};

// `ssh -o X host 'command'`: what is run over there is judged as if it were run here.
const remoteScript = (args: readonly string[]): readonly Inner[] => {
  let at = 0;
  while (at < args.length && (args[at] ?? '').startsWith('-')) at += /^-[bcDEeFIiJLlmOopQRSWw]$/.test(args[at] ?? '') ? 2 : 1;
  const script = args.slice(at + 1).join(' ');
  return script === '' ? [] : [{ via: 'shell', script }];
};

const execArguments = (args: readonly string[]): readonly Inner[] => {
  const found: Inner[] = [];
  for (let at = 0; at < args.length && found.length < 4; at += 1) {
    if (!/^(?:-exec|-execdir|-ok|-okdir|-x|-X|--exec)$/.test(args[at] ?? '')) continue;
    const end = args.findIndex((arg, index) => index > at && (arg === ';' || arg === '+'));
    const argv = args.slice(at + 1, end === -1 ? undefined : end);
    if (argv.length > 0) found.push({ via: 'shell', argv });
  }
  return found;
};

const containerArguments = (args: readonly string[]): readonly Inner[] => {
  const dashes = args.indexOf('--');
  if (dashes !== -1 && args.length > dashes + 1) return [{ via: 'shell', argv: args.slice(dashes + 1) }];
  if (!args.includes('exec') && !args.includes('run')) return [];
  const shell = args.findIndex((arg) => SHELLS.has(programName(arg)));
  return shell === -1 ? [] : [{ via: 'shell', argv: args.slice(shell) }];
};
