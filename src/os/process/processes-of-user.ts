import type { ProcessRef } from '../../domain/entity.ts';
import { allPids } from './process-tree.ts';
import { linkOf, readProcessAlone, readText } from './read-process.ts';
import { refOf } from './ref-of.ts';

/**
 * Everything that runs as that user: real, effective, saved or filesystem user id. A container that an administrator started
 * counts users of its own with the same numbers: its processes are in another process namespace, yet in our user namespace.
 */
export const processesOfUser = (uid: number): { readonly processes: readonly ProcessRef[]; readonly inContainers: number } => {
  const processes: ProcessRef[] = [];
  let inContainers = 0;
  for (const pid of allPids()) {
    if (!isOf(uid, pid)) continue;
    const reading = readProcessAlone(pid);
    if (reading === null || reading.state === 'zombie' || reading.state === 'gone') continue;
    if (isInContainer(pid)) inContainers += 1;
    else processes.push(refOf(reading));
  }
  return { processes, inContainers };
};

const isOf = (uid: number, pid: number): boolean => {
  const match = /^Uid:\s+([0-9\s]+)$/m.exec(readText(`/proc/${pid}/status`) ?? '');
  return match?.[1]?.trim().split(/\s+/).map(Number).includes(uid) === true;
};

const isInContainer = (pid: number): boolean => {
  const processes = linkOf(`/proc/${pid}/ns/pid`);
  return processes !== undefined && processes !== linkOf('/proc/self/ns/pid') && linkOf(`/proc/${pid}/ns/user`) === linkOf('/proc/self/ns/user');
};
