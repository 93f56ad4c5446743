import type { ProcessDetails } from '../../domain/host.ts';
import { readAncestors } from './read-ancestors.ts';
import { linkOf, type ProcessReading, readProcessAlone, readText } from './read-process.ts';

export type ExecReading = { readonly process: ProcessDetails | null; readonly stdio: readonly string[]; readonly preload?: string | undefined };

export type ExecReader = {
  /** What /proc knows about a process that has just started a program. */
  readonly read: (pid: number) => ExecReading;
  /** What was remembered about this number no longer holds. */
  readonly forget: (pid: number) => void;
};

/** Reads new programs at once, and remembers up to `capacity` processes so that parents are not read anew each time. */
export const createExecReader = (capacity = 4096): ExecReader => {
  const known = new Map<number, ProcessReading>();
  const remember = (pid: number): ProcessReading | null => {
    const reading = readProcessAlone(pid);
    known.delete(pid);
    if (reading === null) return null;
    const oldest = known.size >= capacity ? known.keys().next().value : undefined;
    if (oldest !== undefined) known.delete(oldest);
    known.set(pid, reading);
    return reading;
  };
  const recall = (pid: number): ProcessReading | null => {
    const reading = known.get(pid);
    return reading !== undefined && hasItsParent(reading, known) ? reading : remember(pid);
  };
  return {
    read: (pid) => {
      const reading = remember(pid);
      if (reading === null) return { process: null, stdio: [] };
      const preload = /(?:^|\0)LD_PRELOAD=([^\0]{1,4096})/.exec(readText(`/proc/${pid}/environ`, MAX_ENVIRONMENT) ?? '')?.[1];
      return {
        process: { ...reading, ancestors: readAncestors(reading, recall) },
        stdio: [0, 1, 2].map((fd) => linkOf(`/proc/${pid}/fd/${fd}`) ?? ''),
        ...(preload === undefined ? {} : { preload }),
      };
    },
    forget: (pid) => known.delete(pid),
  };
};

const MAX_ENVIRONMENT = 131_072;

/** A process whose parent ended has a new one: what was read then holds only while that parent is known too. */
const hasItsParent = (reading: ProcessReading, known: ReadonlyMap<number, ProcessReading>): boolean => {
  if (reading.parentPid === 0) return true;
  const parent = known.get(reading.parentPid);
  return parent !== undefined && parent.startTime <= reading.startTime;
};
