import { accessSync, constants } from 'node:fs';

/** Directories that only root writes to; a program found elsewhere is never started. */
export const SYSTEM_DIRECTORIES: readonly string[] = ['/usr/sbin', '/usr/bin', '/sbin', '/bin', '/usr/local/sbin', '/usr/local/bin'];

/** Absolute path of a system program, or undefined when it is not installed. */
export const findProgram = (name: string, directories: readonly string[] = SYSTEM_DIRECTORIES): string | undefined =>
  directories.map((directory) => `${directory}/${name}`).find(isExecutable);

const isExecutable = (path: string): boolean => {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    // Absent or not executable: both mean "look in the next directory".
    return false;
  }
};
