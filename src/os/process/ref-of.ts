import type { ProcessRef } from '../../domain/entity.ts';

/** The part of a reading that names the process. */
export const refOf = (reading: ProcessRef): ProcessRef => {
  const { pid, startTime, exe, exeDev, exeIno, uid, cgroup, name, commandLine } = reading;
  return { pid, startTime, exe, exeDev, exeIno, uid, cgroup, name, commandLine };
};
