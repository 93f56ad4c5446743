import type { Command } from './shell-types.ts';

/** A file that a command changes, and how. */
export type Write = { readonly path: string; readonly how: 'append' | 'replace' | 'edit' | 'delete' | 'link' | 'copy' };

/** Files a command writes, changes or deletes, by what the command is: redirections, `tee`, `cp`, `sed -i`, `dd of=`, `rm` … At most 32. */
export const writesOf = (command: Command): readonly Write[] => {
  const found: Write[] = [];
  for (const { op, target } of command.redirects) {
    if (op === '>' || op === '>>' || op === '&>' || op === '<>' || op === '>&') {
      if (target.includes('/') || /[A-Za-z]/.test(target)) found.push({ path: target, how: op === '>>' ? 'append' : 'replace' });
    }
  }
  const operands = command.args.filter((arg) => !arg.startsWith('-') && arg !== '');
  switch (command.program) {
    case 'tee':
    case 'sponge':
      return [...found, ...paths(operands, command.args.some((arg) => /^-[a-z]*a|^--append/.test(arg)) ? 'append' : 'replace')];
    case 'mv':
      return [...found, ...paths(operands.slice(0, -1), 'delete'), ...paths(operands.slice(-1), 'copy')];
    case 'cp':
    case 'install':
    case 'rsync':
    case 'scp': {
      const folder = valueAfter(command.args, '-t');
      return [...found, ...paths(folder === undefined ? operands.slice(-1) : [folder], 'copy')];
    }
    case 'ln': {
      const link = operands.length > 1 ? operands.at(-1) : undefined;
      return link === undefined ? found : [...found, { path: link, how: 'link' }];
    }
    case 'sed':
    case 'perl':
    case 'ruby':
      return command.args.some((arg) => /^-[a-zA-Z]*i|^--in-place/.test(arg)) ? [...found, ...paths(operands.slice(-4), 'edit')] : found;
    case 'dd': {
      const of = command.args.find((arg) => arg.startsWith('of='));
      return of === undefined ? found : [...found, { path: of.slice(3), how: 'replace' }];
    }
    case 'ed':
    case 'ex':
      return [...found, ...paths(operands, 'edit')];
    case 'rm':
    case 'unlink':
    case 'shred':
    case 'srm':
    case 'wipe':
    case 'truncate':
      return [...found, ...paths(operands, 'delete')];
    case 'curl':
    case 'wget':
    case 'fetch':
    case 'aria2c': {
      const out =
        valueAfter(command.args, '-o') ??
        valueAfter(command.args, '-O') ??
        valueAfter(command.args, '--output') ??
        valueAfter(command.args, '--output-document');
      return out === undefined || out === '-' ? found : [...found, { path: out, how: 'replace' }];
    }
    default:
      return found;
  }
};

/** True when text written there would be run later: a script, or a place that is read at login or boot. */
export const isScriptPath = (path: string): boolean => SCRIPT_TARGET.test(path);

const SCRIPT_TARGET =
  /\.(?:sh|bash|py|pl|rb|service|timer|php|jsp)$|\/cron|\/init\.d\/|\/rc\.local|profile|rc$|\/profile\.d\/|_log(?:in|out)$|\/hooks\/|update-motd|autostart|\/tmp\/|\/shm\//;

const paths = (operands: readonly string[], how: Write['how']): readonly Write[] => operands.slice(0, 32).map((path) => ({ path, how }));

/** The value of an option, attached (`-ofile`, `--output=file`) or in the next word. */
export const valueAfter = (args: readonly string[], option: string): string | undefined => {
  for (let at = 0; at < args.length; at += 1) {
    const word = args[at] ?? '';
    if (word === option) return args[at + 1];
    if (option.startsWith('--') && word.startsWith(`${option}=`)) return word.slice(option.length + 1);
    if (!option.startsWith('--') && /^-[a-zA-Z]{2,6}$/.test(word) && word.endsWith(option.slice(1))) return args[at + 1];
    if (!option.startsWith('--') && word.startsWith(option) && /[/.]/.test(word.slice(option.length))) return word.slice(option.length);
  }
  return undefined;
};
