import { constants, fstatSync, openSync, type Stats, writeSync } from 'node:fs';
import { Socket } from 'node:net';

/** Where the daemon's log goes. A reader that is slow, stopped or gone costs lines, never time. */
export type LogOutput = {
  readonly write: (line: string) => void;
  /** Lines that were left out so far. */
  readonly dropped: () => number;
  /** Resolves when everything is written, or after `withinMs`. */
  readonly flush: (withinMs: number) => Promise<void>;
};

const MAX_WAITING = 1_048_576;
const RETRY_MS = 50;

/**
 * An output on an open descriptor that never blocks the process: `process.stderr` writes to pipes and terminals synchronously,
 * so that a paused pager or a stalled SSH session would stop the daemon. Up to 1 MiB waits; what is over is counted and said.
 */
export const createLogOutput = (descriptor: number): LogOutput => {
  const { put, isIdle } = writerFor(descriptor);
  let waiting: Buffer[] = [];
  let waitingBytes = 0;
  let dropped = 0;
  let untold = 0;
  let retry: NodeJS.Timeout | undefined;
  const drain = (): void => {
    retry = undefined;
    while (waiting.length > 0) {
      const [head = Buffer.alloc(0)] = waiting;
      const written = put(head);
      if (written === undefined) {
        forget();
        return;
      }
      waitingBytes -= written;
      if (written < head.length) {
        waiting[0] = head.subarray(written);
        retry = setTimeout(drain, RETRY_MS);
        return;
      }
      waiting.shift();
      if (waiting.length === 0 && untold > 0) tellDropped();
    }
  };
  const tellDropped = (): void => {
    const line = Buffer.from(`-- ${untold} lines of the log were left out: nobody read them in time --\n`);
    untold = 0;
    waiting.push(line);
    waitingBytes += line.length;
  };
  // Nobody can read it any more: nothing is kept for them.
  const forget = (): void => {
    dropped += waiting.length;
    waiting = [];
    waitingBytes = 0;
  };
  return {
    write: (line) => {
      const bytes = Buffer.from(line);
      if (waitingBytes + bytes.length > MAX_WAITING) {
        dropped += 1;
        untold += 1;
        return;
      }
      waiting.push(bytes);
      waitingBytes += bytes.length;
      if (retry === undefined) drain();
    },
    dropped: () => dropped,
    flush: async (withinMs) => {
      const deadline = performance.now() + withinMs;
      while ((waiting.length > 0 || !isIdle()) && performance.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 5));
      clearTimeout(retry);
      waiting = [];
    },
  };
};

/** `put` writes what fits now and returns how much that was; undefined when it can never be written. */
type Writer = { readonly put: (bytes: Buffer) => number | undefined; readonly isIdle: () => boolean };

const writerFor = (descriptor: number): Writer => {
  const stats = statOf(descriptor);
  if (stats === undefined) return { put: () => undefined, isIdle: () => true };
  if (stats.isSocket()) return socketWriter(descriptor);
  if (!stats.isFIFO() && !stats.isCharacterDevice()) return descriptorWriter(descriptor);
  const own = reopen(descriptor);
  if (own !== undefined) return descriptorWriter(own);
  return stats.isFIFO() ? socketWriter(descriptor) : descriptorWriter(descriptor);
};

const statOf = (descriptor: number): Stats | undefined => {
  try {
    return fstatSync(descriptor);
  } catch {
    // Closed by whoever started us.
    return undefined;
  }
};

/** The same pipe or terminal by a description of our own: O_NONBLOCK on a shared one would reach our parent's shell. */
const reopen = (descriptor: number): number | undefined => {
  try {
    return openSync(`/proc/self/fd/${descriptor}`, constants.O_WRONLY | constants.O_NONBLOCK | constants.O_NOCTTY);
  } catch {
    // A pipe of another user, or one whose reader is gone: the caller has another way.
    return undefined;
  }
};

const descriptorWriter = (descriptor: number): Writer => ({
  put: (bytes) => {
    try {
      return writeSync(descriptor, bytes);
    } catch (problem) {
      const code = problem instanceof Error && 'code' in problem ? problem.code : undefined;
      return code === 'EAGAIN' || code === 'EINTR' ? 0 : undefined;
    }
  },
  isIdle: () => true,
});

const socketWriter = (descriptor: number): Writer => {
  const socket = new Socket({ fd: descriptor, readable: false, writable: true });
  let isGone = false;
  socket.on('error', () => {
    isGone = true;
  });
  socket.unref();
  return {
    put: (bytes) => {
      if (isGone) return undefined;
      if (socket.writableLength > 0) return 0;
      socket.write(bytes);
      return bytes.length;
    },
    isIdle: () => isGone || socket.writableLength === 0,
  };
};
