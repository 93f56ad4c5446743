import type { Command } from '../../../domain/shell/shell-types.ts';

/** What a command does with the files it reads. */
export type Read = { readonly path: string; readonly use: 'show' | 'copy' | 'send' | 'search' | 'archive' };

/** Files whose contents a command takes, by what the command is. Naming a file (`chmod`, `ssh -i`, `ls`) is not reading it. At most 48. */
export const readsOf = (command: Command): readonly Read[] => {
  const found: Read[] = command.redirects.filter((one) => one.op === '<' && one.target.includes('/')).map((one) => ({ path: one.target, use: 'show' }));
  const use = USES.get(command.program);
  if (use === undefined) return found;
  const operands = operandsOf(command);
  for (const operand of operands.slice(0, 48)) found.push({ path: operand, use });
  return found;
};

/** True for a program known to read the files it is given. */
export const readsFiles = (program: string): boolean => USES.has(program);

const operandsOf = (command: Command): readonly string[] => {
  const { program, args } = command;
  const operands = args.filter((arg) => arg !== '' && !arg.startsWith('-'));
  if (program === 'cp' || program === 'mv' || program === 'install' || program === 'ln') return operands.slice(0, -1);
  if (program === 'curl' || program === 'wget' || program === 'http') return args.flatMap(sentFile).concat(uploads(args));
  if (program === 'scp' || program === 'rsync')
    return /^[^/]+:/.test(operands.at(-1) ?? '') ? operands.slice(0, -1).filter((operand) => !/^[^/]+:/.test(operand)) : [];
  if (program === 'dd') return args.filter((arg) => arg.startsWith('if=')).map((arg) => arg.slice(3));
  if (program === 'openssl') return after(args, ['-in']);
  if (program === 'grep' || program === 'rg' || program === 'ag' || program === 'sed' || program === 'awk') return operands.slice(1);
  if (program === 'tar' || program === 'zip' || program === '7z' || program === '7za' || program === 'rar' || program === 'cpio') return operands.slice(1);
  if (program === 'find') return operands.slice(0, 1);
  if (program === 'sqlite3') return operands.slice(0, 1);
  return operands;
};

const UPLOAD_OPTIONS = ['-T', '--upload-file', '--post-file', '--body-file'];
const uploads = (args: readonly string[]): readonly string[] => [
  ...after(args, UPLOAD_OPTIONS),
  ...args.flatMap((arg) => (/^--(?:post|body)-file=/.test(arg) ? [arg.slice(arg.indexOf('=') + 1)] : [])),
];

// `-d @file`, `-F name=@file`, `--data-binary=@file`.
const sentFile = (arg: string): readonly string[] => {
  const at = arg.indexOf('@');
  if (at === -1 || (at > 0 && arg[at - 1] !== '=')) return [];
  const file = arg.slice(at + 1).split(';', 1)[0] ?? '';
  return file === '' || file === '-' ? [] : [file];
};

const after = (args: readonly string[], options: readonly string[]): readonly string[] =>
  args.flatMap((arg, index) => (options.includes(arg) && args[index + 1] !== undefined ? [args[index + 1] ?? ''] : []));

const USES: ReadonlyMap<string, Read['use']> = new Map<string, Read['use']>([
  ...[
    'cat',
    'tac',
    'head',
    'tail',
    'less',
    'more',
    'most',
    'nl',
    'od',
    'xxd',
    'hexdump',
    'strings',
    'cut',
    'sort',
    'uniq',
    'rev',
    'paste',
    'column',
    'fold',
    'bat',
    'batcat',
    'view',
    'diff',
    'comm',
    'dd',
    'sqlite3',
    'sed',
    'awk',
    'base64',
    'base32',
    'tee',
    'iconv',
    'jq',
    'openssl',
    'unshadow',
    'mapfile',
    'look',
    'ul',
    'pr',
    'expand',
    'fmt',
    'source',
    '.',
  ].map((name): [string, Read['use']] => [name, 'show']),
  ...['grep', 'rg', 'ag', 'find'].map((name): [string, Read['use']] => [name, 'search']),
  ...['cp', 'mv', 'install', 'ln'].map((name): [string, Read['use']] => [name, 'copy']),
  ...['tar', 'zip', '7z', '7za', 'rar', 'gzip', 'bzip2', 'xz', 'zstd', 'cpio', 'pax', 'gpg'].map((name): [string, Read['use']] => [name, 'archive']),
  ...['curl', 'wget', 'http', 'scp', 'rsync', 'nc', 'ncat', 'ftp', 'sftp', 'rclone', 'aws', 'gsutil', 'croc'].map((name): [string, Read['use']] => [
    name,
    'send',
  ]),
]);
