import { accessSync, constants, readdirSync, readlinkSync, type Stats, statfsSync, statSync } from 'node:fs';
import { messageOf } from '../domain/errors.ts';
import { CAPABILITY, hasCapability } from './capabilities.ts';
import { findProgram } from './find-program.ts';
import { readText } from './process/read-process.ts';
import { runProgram } from './run-program.ts';

/** What `1sec doctor` judges, as it was found. Looking changes nothing on the host. */
export type DoctorFacts = {
  readonly uid: number;
  readonly user: string;
  /** Of the capabilities that are used here: those this process has, and those it could never get (bounding set). */
  readonly capabilities: readonly string[];
  readonly outOfBounds: readonly string[];
  /** Programs that are used and not installed. */
  readonly missingPrograms: readonly string[];
  /** First line of `nft --version`, or why there is none. */
  readonly nft: string;
  readonly openFiles: number;
  readonly dataDirectory: DirectoryFacts;
  readonly timeZone: string;
  readonly systemTimeZone: string | undefined;
  /** Process ids of daemons of this program that are running. */
  readonly daemons: readonly number[];
  /** `systemctl show` of the unit; undefined where systemd does not run. */
  readonly unit: { readonly [key: string]: string } | undefined;
};

export type DirectoryFacts = {
  readonly path: string;
  readonly isThere: boolean;
  readonly isWritable: boolean;
  readonly owner: number | undefined;
  readonly mode: number | undefined;
  readonly freeBytes: number | undefined;
  /** Newest change in it, Unix milliseconds. */
  readonly newestAt: number | undefined;
};

/** Collects the facts. Never fails: what cannot be found out is left out. */
export const collectDoctorFacts = async (options: {
  readonly dataDirectory: string;
  readonly userName: (uid: number) => string;
  readonly timeZone: string;
}): Promise<DoctorFacts> => {
  const uid = process.geteuid?.() ?? 0;
  const status = readText('/proc/self/status') ?? '';
  return {
    uid,
    user: options.userName(uid),
    capabilities: CAPABILITY_NAMES.filter((name) => hasCapability(CAPABILITY[name])),
    outOfBounds: CAPABILITY_NAMES.filter((name) => !isInBounds(status, CAPABILITY[name])),
    missingPrograms: ['nft', 'ss', 'conntrack', 'usermod', 'journalctl'].filter((name) => findProgram(name) === undefined),
    nft: await nftVersion(),
    openFiles: Number(/^Max open files\s+(\d+)/m.exec(readText('/proc/self/limits') ?? '')?.[1] ?? 0),
    dataDirectory: directoryFacts(options.dataDirectory),
    timeZone: options.timeZone,
    systemTimeZone: systemTimeZone(),
    daemons: runningDaemons(),
    unit: await unitFacts(),
  };
};

/** Why this user cannot read a file, or undefined when it can. */
export const whyUnreadable = (path: string): string | undefined => {
  try {
    accessSync(path, constants.R_OK);
    return undefined;
  } catch (problem) {
    return messageOf(problem);
  }
};

const CAPABILITY_NAMES = ['CAP_NET_ADMIN', 'CAP_KILL', 'CAP_SYS_PTRACE', 'CAP_DAC_READ_SEARCH'] as const;

const isInBounds = (status: string, bit: number): boolean => {
  const hex = /^CapBnd:\s*([0-9a-f]{1,32})$/m.exec(status)?.[1];
  return hex === undefined || ((BigInt(`0x${hex}`) >> BigInt(bit)) & 1n) === 1n;
};

const nftVersion = async (): Promise<string> => {
  const file = findProgram('nft');
  if (file === undefined) return 'not installed';
  try {
    return (await runProgram({ file, args: ['--version'] }, { timeoutMs: 3000 })).stdout.split('\n')[0] ?? '';
  } catch (problem) {
    return messageOf(problem);
  }
};

const directoryFacts = (path: string): DirectoryFacts => {
  const found = statOf(path);
  return {
    path,
    isThere: found?.isDirectory() === true,
    isWritable: isAccessible(path, constants.W_OK | constants.X_OK),
    owner: found?.uid,
    mode: found === undefined ? undefined : found.mode & 0o777,
    freeBytes: freeBytesOf(path),
    newestAt: found === undefined ? undefined : newestIn(path),
  };
};

const statOf = (path: string): Stats | undefined => {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch {
    // It may not be looked at: the same as not there, for this user.
    return undefined;
  }
};

const isAccessible = (path: string, mode: number): boolean => {
  try {
    accessSync(path, mode);
    return true;
  } catch {
    // The answer to the question.
    return false;
  }
};

const freeBytesOf = (path: string): number | undefined => {
  try {
    const { bavail, bsize } = statfsSync(path);
    return bavail * bsize;
  } catch {
    // Not there yet.
    return undefined;
  }
};

const newestIn = (path: string): number | undefined => {
  try {
    const times = readdirSync(path)
      .slice(0, 1000)
      .flatMap((name) => statOf(`${path}/${name}`)?.mtimeMs ?? []);
    return times.length === 0 ? undefined : Math.max(...times);
  } catch {
    // It may not be listed by this user.
    return undefined;
  }
};

const systemTimeZone = (): string | undefined => {
  try {
    return /zoneinfo\/(.+)$/.exec(readlinkSync('/etc/localtime'))?.[1];
  } catch {
    // A copy instead of a link, or none: then its name is not known.
    return undefined;
  }
};

const runningDaemons = (): readonly number[] =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      const words = (readText(`/proc/${pid}/cmdline`) ?? '').split('\0');
      const at = words.findIndex((word) => word.endsWith('/dist/cli.mjs'));
      return at !== -1 && (words[at + 1] === 'daemon' || words[at + 1] === 'up');
    })
    .map(Number);

const unitFacts = async (): Promise<{ readonly [key: string]: string } | undefined> => {
  const file = findProgram('systemctl');
  if (file === undefined || statOf('/run/systemd/system') === undefined) return undefined;
  try {
    const properties = 'LoadState,ActiveState,SubState,UnitFileState,NRestarts';
    const { stdout } = await runProgram({ file, args: ['show', '1sec.service', `--property=${properties}`] }, { timeoutMs: 3000 });
    return Object.fromEntries(stdout.split('\n').flatMap((line) => (line.includes('=') ? [line.split('=', 2)] : [])));
  } catch (problem) {
    return { LoadState: messageOf(problem) };
  }
};
