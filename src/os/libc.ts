import { SecError } from '../domain/errors.ts';

type Native = typeof import('koffi');

/** The few C functions that Node has no own door to. Each returns -1 on failure; then `errno()` says why. */
export type Libc = {
  readonly errno: () => number;
  readonly poll: Native['node']['poll'];
  readonly socket: (domain: number, type: number, protocol: number) => number;
  readonly bind: (fd: number, address: Uint8Array, length: number) => number;
  readonly connect: (fd: number, address: Uint8Array, length: number) => number;
  readonly send: (fd: number, bytes: Uint8Array, length: number, flags: number) => number;
  readonly recv: (fd: number, bytes: Uint8Array, length: number, flags: number) => number;
  readonly close: (fd: number) => number;
  /** Moves the calling thread into a namespace. */
  readonly setns: (fd: number, kind: number) => number;
  readonly setsockopt: (fd: number, level: number, name: number, value: Uint8Array, length: number) => number;
  readonly getsockopt: (fd: number, level: number, name: number, value: Uint8Array, length: Uint8Array) => number;
  /** SYS_pidfd_open: a descriptor that means this very process and no later one of the same number. */
  readonly pidfdOpen: (pid: number) => number;
  /** SYS_pidfd_send_signal. */
  readonly pidfdSendSignal: (pidfd: number, signal: number) => number;
};

let loaded: Promise<Libc> | undefined;

/** Loads the C library on first use only, so that no command pays for it at start. SEC_UNAVAILABLE when it cannot be loaded. */
export const loadLibc = (): Promise<Libc> => {
  loaded ??= bindLibc().catch((cause: unknown) => {
    loaded = undefined;
    throw new SecError('SEC_UNAVAILABLE', `the C library cannot be reached: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  });
  return loaded;
};

const bindLibc = async (): Promise<Libc> => {
  const koffi = await import('koffi');
  const library = koffi.load(null);
  const syscall = library.func('long syscall(long, ...)');
  return {
    errno: () => koffi.errno(),
    poll: koffi.node.poll,
    socket: library.func('int socket(int, int, int)'),
    bind: library.func('int bind(int, const void *, uint32_t)'),
    connect: library.func('int connect(int, const void *, uint32_t)'),
    send: library.func('long send(int, const void *, size_t, int)'),
    recv: library.func('long recv(int, void *, size_t, int)'),
    close: library.func('int close(int)'),
    setns: library.func('int setns(int, int)'),
    setsockopt: library.func('int setsockopt(int, int, int, const void *, uint32_t)'),
    getsockopt: library.func('int getsockopt(int, int, int, void *, void *)'),
    pidfdOpen: (pid) => Number(syscall(SYS_PIDFD_OPEN, 'int', pid, 'uint', 0)),
    pidfdSendSignal: (pidfd, signal) => Number(syscall(SYS_PIDFD_SEND_SIGNAL, 'int', pidfd, 'int', signal, 'void *', null, 'uint', 0)),
  };
};

// The same numbers on every architecture: both are younger than the common table.
const SYS_PIDFD_SEND_SIGNAL = 424;
const SYS_PIDFD_OPEN = 434;

/** errno values used here, the same on x86-64 and arm64. */
export const ERRNO = { EPERM: 1, ESRCH: 3, EINTR: 4, EAGAIN: 11, EINVAL: 22, ENOBUFS: 105, ECONNREFUSED: 111 } as const;
