import { statSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { systemCommand } from '../command.ts';
import { findProgram } from '../find-program.ts';
import { runProgram } from '../run-program.ts';

/** `package`: a package put it there. `unknown`: this system keeps no database that can be asked. */
export type Ownership = { readonly is: 'package'; readonly name: string } | { readonly is: 'nobody' } | { readonly is: 'unknown' };

/** Says which package owns a path: from dpkg's own lists, read as files, else from `rpm -qf`. Answers are kept until the lists change. */
export const createPackageOwner = (dpkgInfo = '/var/lib/dpkg/info'): ((path: string) => Promise<Ownership>) => {
  const known = new Map<string, Ownership>();
  let version = '';
  return async (path) => {
    const now = versionOf(dpkgInfo);
    if (now === undefined) return askRpm(path);
    if (now !== version || known.size >= MAX_KNOWN) known.clear();
    version = now;
    const answer = known.get(path) ?? (await searchLists(dpkgInfo, path));
    known.set(path, answer);
    return answer;
  };
};

const MAX_KNOWN = 1000;
const LIST = '.list';

const versionOf = (directory: string): string | undefined => {
  try {
    return String(statSync(directory, { bigint: true }).mtimeNs);
  } catch {
    // No dpkg here.
    return undefined;
  }
};

const searchLists = async (directory: string, path: string): Promise<Ownership> => {
  const wanted = aliasesOf(path).map((alias) => Buffer.from(`\n${alias}\n`));
  for (const file of await readdir(directory)) {
    if (!file.endsWith(LIST)) continue;
    const list = await readFile(`${directory}/${file}`);
    if (wanted.some((line) => list.includes(line))) return { is: 'package', name: file.slice(0, -LIST.length) };
  }
  return { is: 'nobody' };
};

/** Where /bin is a link to /usr/bin, a package may list either name. */
const aliasesOf = (path: string): readonly string[] => {
  if (/^\/usr\/(?:s?bin|lib(?:32|64|x32)?)\//.test(path)) return [path, path.slice('/usr'.length)];
  return /^\/(?:s?bin|lib(?:32|64|x32)?)\//.test(path) ? [path, `/usr${path}`] : [path];
};

const askRpm = async (path: string): Promise<Ownership> => {
  if (findProgram('rpm') === undefined) return { is: 'unknown' };
  const { code, stdout, stderr } = await runProgram(systemCommand('rpm', ['-qf', '--queryformat', '%{NAME}\\n', '--', path]));
  if (code === 0) return { is: 'package', name: stdout.split('\n')[0] ?? '' };
  return `${stdout}${stderr}`.includes('is not owned by any package') ? { is: 'nobody' } : { is: 'unknown' };
};
