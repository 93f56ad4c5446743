import type { Feeds, ProcessFact } from '../actors/contract.ts';
import type { Clock } from '../domain/clock.ts';
import { SecError, toSecError } from '../domain/errors.ts';
import { ERRNO, type Libc, loadLibc } from './libc.ts';
import { type ConnectorMessage, parseConnectorMessages, subscribeMessage } from './process/connector-messages.ts';
import { createExecReader } from './process/exec-reader.ts';
import { createFactQueue } from './process/fact-queue.ts';

/**
 * Program starts, forks and exits from the kernel's process connector, in batches of at most 20 ms. Rejects with
 * SEC_UNAVAILABLE where the kernel does not answer: without CAP_NET_ADMIN, or outside the initial network namespace.
 */
export const createProcessFeed =
  (options: { readonly clock: Clock; readonly onListening?: (() => void) | undefined }): Feeds['processes'] =>
  async (signal, onBatch) => {
    if (signal.aborted) return;
    const libc = await loadLibc();
    const fd = openConnector(libc);
    const stop = new AbortController();
    const both = AbortSignal.any([signal, stop.signal]);
    const queue = createFactQueue(options.clock.now);
    const translate = createTranslator(options.clock, queue.push);
    const acknowledged = Promise.withResolvers<void>();
    const receive = (message: ConnectorMessage): void => {
      translate(message);
      // Every listener hears every answer: only the one to our own request counts.
      if (message.kind !== 'acknowledged' || message.token !== process.pid) return;
      if (message.errno === 0) acknowledged.resolve();
      else acknowledged.reject(unavailable(`the kernel refused with errno ${message.errno}`));
    };
    const buffer = Buffer.alloc(DATAGRAM_BYTES);
    const handle = libc.poll(fd, { readable: true }, () => {
      drain(libc, fd, buffer, receive, () => queue.push({ kind: 'overrun', at: options.clock.now(), lost: 1 }));
      // This callback comes from outside Node's own loop, which does not run promise reactions after it; after an immediate it does.
      setImmediate(() => undefined);
    });
    handle.unref();
    try {
      subscribe(libc, fd, 'listen');
      await within(acknowledged.promise, ANSWER_MS, both);
      options.onListening?.();
      await queue.deliver(both, onBatch);
    } finally {
      stop.abort();
      handle.close();
      // Closing the socket ends the subscription too; telling the kernel first keeps its count of listeners right on old ones.
      libc.send(fd, subscribeMessage('ignore', process.pid), 40, 0);
      libc.close(fd);
    }
  };

/** Whether the kernel answers on the process connector here; the reason when it does not. */
export const probeProcessConnector = async (): Promise<string | undefined> => {
  const stop = new AbortController();
  const feed = createProcessFeed({ clock: { now: () => 0, monotonic: () => 0 }, onListening: () => stop.abort() });
  try {
    await feed(stop.signal, async () => undefined);
    return undefined;
  } catch (error) {
    return toSecError(error).detail;
  }
};

const AF_NETLINK = 16;
const SOCK_DGRAM = 2;
const SOCK_CLOEXEC = 0o2000000;
const SOCK_NONBLOCK = 0o4000;
const NETLINK_CONNECTOR = 11;
const CN_IDX_PROC = 1;
const SOL_SOCKET = 1;
const SO_RCVBUF = 8;
const SO_RCVBUFFORCE = 33;
const RECEIVE_BYTES = 16 * 1024 * 1024;
const DATAGRAM_BYTES = 8192;
const MAX_DATAGRAMS_PER_TURN = 512;
const ANSWER_MS = 1000;

const unavailable = (why: string): SecError => new SecError('SEC_UNAVAILABLE', `process connector: ${why}`);

const reasonOf = (errno: number): string => {
  if (errno === ERRNO.ECONNREFUSED) return 'it answers only in the initial network namespace';
  if (errno === ERRNO.EPERM) return 'it needs CAP_NET_ADMIN';
  return `errno ${errno}`;
};

const openConnector = (libc: Libc): number => {
  const fd = libc.socket(AF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_CONNECTOR);
  if (fd < 0) throw unavailable(reasonOf(libc.errno()));
  const size = Buffer.alloc(4);
  size.writeInt32LE(RECEIVE_BYTES);
  if (libc.setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, size, 4) < 0) libc.setsockopt(fd, SOL_SOCKET, SO_RCVBUF, size, 4);
  const address = Buffer.alloc(12);
  address.writeUInt16LE(AF_NETLINK, 0);
  address.writeUInt32LE(CN_IDX_PROC, 8);
  if (libc.bind(fd, address, address.length) >= 0) return fd;
  const reason = reasonOf(libc.errno());
  libc.close(fd);
  throw unavailable(reason);
};

const subscribe = (libc: Libc, fd: number, wants: 'listen' | 'ignore'): void => {
  const message = subscribeMessage(wants, process.pid);
  if (libc.send(fd, message, message.length, 0) < 0) throw unavailable(reasonOf(libc.errno()));
};

/** Takes what is there, up to a bound: the poll comes again for the rest, and other work gets its turn in between. */
const drain = (libc: Libc, fd: number, buffer: Buffer, receive: (message: ConnectorMessage) => void, onOverrun: () => void): void => {
  for (let count = 0; count < MAX_DATAGRAMS_PER_TURN; count += 1) {
    const length = libc.recv(fd, buffer, buffer.length, 0);
    if (length > 0) for (const message of parseConnectorMessages(buffer.subarray(0, length))) receive(message);
    else if (length === 0 || !isTransient(libc.errno(), onOverrun)) return;
  }
};

const isTransient = (errno: number, onOverrun: () => void): boolean => {
  if (errno === ERRNO.ENOBUFS) onOverrun();
  return errno === ERRNO.ENOBUFS || errno === ERRNO.EINTR;
};

/** Messages → facts. A gap in a processor's sequence is the exact number of messages that were lost. */
const createTranslator = (clock: Clock, push: (fact: ProcessFact) => void): ((message: ConnectorMessage) => void) => {
  const reader = createExecReader();
  const nextSequence = new Map<number, number>();
  return (message) => {
    const at = clock.now();
    const expected = nextSequence.get(message.cpu);
    nextSequence.set(message.cpu, (message.sequence + 1) >>> 0);
    const lost = expected === undefined ? 0 : (message.sequence - expected) >>> 0;
    if (lost > 0 && lost < MAX_GAP) push({ kind: 'overrun', at, lost });
    switch (message.kind) {
      case 'exec':
        return push({ kind: 'exec', at, pid: message.pid, ...reader.read(message.pid) });
      case 'fork':
        return push({ kind: 'fork', at, pid: message.pid, parentPid: message.parentPid });
      case 'exit':
        reader.forget(message.pid);
        return push({ kind: 'exit', at, pid: message.pid, code: message.code });
      case 'renewed':
        return reader.forget(message.pid);
      case 'acknowledged':
      case 'other':
        return;
    }
  };
};

// Beyond this it is a reordering or a restart of the count, not a loss.
const MAX_GAP = 10_000_000;

const within = async (promise: Promise<void>, ms: number, signal: AbortSignal): Promise<void> => {
  const { promise: ended, resolve, reject } = Promise.withResolvers<void>();
  const timer = setTimeout(() => reject(unavailable('the kernel did not answer')), ms);
  const onAbort = (): void => resolve();
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    await Promise.race([promise, ended]);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', onAbort);
  }
};
