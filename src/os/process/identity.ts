import type { ProcessRef } from '../../domain/entity.ts';
import type { ProcessState } from '../../domain/host.ts';
import { executableOf, readStat } from './read-process.ts';

/**
 * Whether the process is still the recorded one: `gone` when its number is free or another's (start time differs),
 * `changed` when it runs another program now (executable differs).
 */
export const identityOf = (process: ProcessRef): 'same' | 'gone' | 'changed' => {
  const stat = readStat(process.pid);
  if (stat === null || stat.startTime !== process.startTime || stat.state === 'gone') return 'gone';
  // A zombie has no executable any more; it is still the same process.
  if (process.exeIno === undefined || stat.state === 'zombie') return 'same';
  const now = executableOf(process.pid);
  return now.exeIno === process.exeIno && now.exeDev === process.exeDev ? 'same' : 'changed';
};

/** Scheduler state of that very process. */
export const stateOfProcess = (process: ProcessRef): ProcessState => {
  const stat = readStat(process.pid);
  return stat === null || stat.startTime !== process.startTime ? 'gone' : stat.state;
};
