import type { ProcessRef } from '../../domain/entity.ts';
import type { ProcessReading } from './read-process.ts';
import { refOf } from './ref-of.ts';

/** Parents, nearest first, at most 16. `read` may be a cache. */
export const readAncestors = (
  of: { readonly pid: number; readonly parentPid: number },
  read: (pid: number) => ProcessReading | null,
): readonly ProcessRef[] => {
  const ancestors: ProcessRef[] = [];
  const seen = new Set([of.pid]);
  let pid = of.parentPid;
  while (pid > 0 && ancestors.length < MAX_ANCESTORS && !seen.has(pid)) {
    seen.add(pid);
    const reading = read(pid);
    if (reading === null) break;
    ancestors.push(refOf(reading));
    pid = reading.parentPid;
  }
  return ancestors;
};

const MAX_ANCESTORS = 16;
