import type { ProcessState } from '../../domain/host.ts';

export type StatFields = {
  readonly pid: number;
  readonly name: string;
  readonly state: ProcessState;
  readonly parentPid: number;
  readonly sessionId: number;
  /** Clock ticks after boot. */
  readonly startTime: number;
  readonly isKernelThread: boolean;
};

/** Reads /proc/<pid>/stat. The name may hold any bytes, brackets and newlines too: fields are counted after the last `)`. */
export const parseStat = (text: string): StatFields | undefined => {
  const open = text.indexOf('(');
  const close = text.lastIndexOf(')');
  if (open < 0 || close < open) return undefined;
  const pid = Number(text.slice(0, open));
  const rest = text.slice(close + 2).split(' ');
  const [state = '', parentPid = '', , sessionId = ''] = rest;
  const flags = Number(rest[FLAGS]);
  const startTime = Number(rest[START_TIME]);
  const threads = Number(rest[THREADS]);
  if (![pid, Number(parentPid), Number(sessionId), flags, startTime].every(Number.isSafeInteger) || rest.length <= START_TIME) return undefined;
  return {
    pid,
    name: text.slice(open + 1, close),
    // A first thread may end while others run on: to the eye a zombie, in truth alive.
    state: state === 'Z' && threads > 1 ? 'running' : stateOf(state),
    parentPid: Number(parentPid),
    sessionId: Number(sessionId),
    startTime,
    isKernelThread: (flags & PF_KTHREAD) !== 0,
  };
};

// proc(5) counts from 1 with pid and name before `rest`: flags is field 9, num_threads 20, starttime 22.
const FLAGS = 9 - 3;
const THREADS = 20 - 3;
const START_TIME = 22 - 3;
// include/linux/sched.h
const PF_KTHREAD = 0x00200000;

const stateOf = (letter: string): ProcessState => {
  switch (letter) {
    case 'T':
    case 't':
      return 'stopped';
    case 'Z':
      return 'zombie';
    case 'X':
    case 'x':
      return 'gone';
    default:
      return 'running';
  }
};
