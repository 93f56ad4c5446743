import { closeSync, openSync } from 'node:fs';
import { SecError } from '../../domain/errors.ts';
import { type Network, networkText } from '../../domain/ip.ts';
import { ERRNO, type Libc, loadLibc } from '../libc.ts';
import { dumpRequest, type ElementAnswer, elementAnswer, elementRequest, readDump } from './element-messages.ts';
import { sizeOfSet } from './layout.ts';

/** Asks the kernel itself for single elements of the block sets. */
export type ElementReader = {
  /** One answer for each network, in order. SEC_UNAVAILABLE when the kernel cannot be asked this way. */
  readonly look: (networks: readonly Network[]) => Promise<readonly ElementAnswer[]>;
  /** Every element of the named sets: its network and the ms it has left (Infinity: no end). */
  readonly list: (sets: readonly string[]) => Promise<readonly ListedElement[]>;
  readonly close: () => void;
};

export type ListedElement = { readonly address: string; readonly expiresInMs: number };

/**
 * A reader over a netlink socket. nft reads the whole set for each `get element`; the kernel looks one up in its hash
 * table, so that this costs the same however many are blocked. Answers come within the system call that asks.
 */
export const createElementReader = (options: { readonly netns?: string | undefined }): ElementReader => {
  const buffer = Buffer.alloc(ANSWER_BYTES);
  let link: { readonly libc: Libc; readonly fd: number } | undefined;
  let sequence = 0;
  let isClosed = false;

  const connected = async (): Promise<{ readonly libc: Libc; readonly fd: number }> => {
    const libc = await loadLibc();
    if (isClosed) throw unavailable('it is closed');
    link ??= { libc, fd: openSocket(libc, options.netns) };
    return link;
  };

  const ask = (libc: Libc, fd: number, network: Network): ElementAnswer => {
    sequence = (sequence + 1) >>> 0;
    const request = elementRequest(network, sequence);
    if (libc.send(fd, request, request.length, 0) < 0) throw unavailable(`errno ${libc.errno()}`);
    for (let tries = 0; tries < MAX_DATAGRAMS; tries += 1) {
      const length = libc.recv(fd, buffer, buffer.length, 0);
      if (length <= 0) {
        if (libc.errno() === ERRNO.EINTR) continue;
        throw unavailable(`no answer, errno ${libc.errno()}`);
      }
      const answer = elementAnswer(buffer.subarray(0, length), sequence);
      if (answer !== undefined) return answer;
    }
    throw unavailable('no answer to this question');
  };

  /** All of one set; undefined when it changed while it was read. */
  const dump = async (set: string): Promise<readonly ListedElement[] | undefined> => {
    const { libc } = await connected();
    // A socket of its own: single questions are answered in between.
    const fd = openSocket(libc, options.netns);
    const size = sizeOfSet(set);
    const found: ListedElement[] = [];
    const pieces = Buffer.alloc(PIECE_BYTES);
    try {
      const request = dumpRequest(set, 1);
      if (libc.send(fd, request, request.length, 0) < 0) throw unavailable(`errno ${libc.errno()}`);
      for (let count = 1; ; count += 1) {
        const length = libc.recv(fd, pieces, pieces.length, 0);
        if (length <= 0) {
          if (libc.errno() === ERRNO.EINTR) continue;
          throw unavailable(`no whole answer, errno ${libc.errno()}`);
        }
        const { isDone, isBroken } = readDump(pieces.subarray(0, length), 1, (address, expiresInMs) => {
          if (size !== undefined) found.push({ address: networkText({ ...size, address }), expiresInMs: expiresInMs ?? Number.POSITIVE_INFINITY });
        });
        if (isBroken) return undefined;
        if (isDone) return found;
        if (count % PIECES_A_TURN === 0) await new Promise((resolve) => setImmediate(resolve));
      }
    } finally {
      libc.close(fd);
    }
  };

  return {
    list: async (sets) => {
      const found: ListedElement[] = [];
      for (const set of sets) {
        let whole: readonly ListedElement[] | undefined;
        for (let tries = 0; whole === undefined && tries < MAX_DUMPS; tries += 1) whole = await dump(set);
        if (whole === undefined) throw unavailable(`${set} changes faster than it can be read`);
        for (const element of whole) found.push(element);
      }
      return found;
    },
    look: async (networks) => {
      const { libc, fd } = await connected();
      const answers: ElementAnswer[] = [];
      for (const [index, network] of networks.entries()) {
        answers.push(ask(libc, fd, network));
        // Other work gets its turn in between.
        if (index % TURN === TURN - 1) await new Promise((resolve) => setImmediate(resolve));
        if (isClosed) throw unavailable('it is closed');
      }
      return answers;
    },
    close: () => {
      isClosed = true;
      link?.libc.close(link.fd);
      link = undefined;
    },
  };
};

const AF_NETLINK = 16;
const SOCK_RAW = 3;
const SOCK_CLOEXEC = 0o2000000;
const SOCK_NONBLOCK = 0o4000;
const NETLINK_NETFILTER = 12;
const CLONE_NEWNET = 0x40000000;
const ANSWER_BYTES = 8192;
const MAX_DATAGRAMS = 64;
const TURN = 256;
const PIECE_BYTES = 65_536;
const PIECES_A_TURN = 8;
const MAX_DUMPS = 5;

const unavailable = (why: string): SecError => new SecError('SEC_UNAVAILABLE', `nf_tables over netlink: ${why}`);

const openSocket = (libc: Libc, netns: string | undefined): number => {
  const open = (): number => libc.socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_NETFILTER);
  const fd = netns === undefined ? open() : inNamespace(libc, netns, open);
  if (fd < 0) throw unavailable(`errno ${libc.errno()}`);
  return fd;
};

/** A socket stays in the namespace it was made in: this thread is there for one system call and goes back before anything else runs. */
const inNamespace = (libc: Libc, netns: string, act: () => number): number => {
  const home = openSync('/proc/thread-self/ns/net', 'r');
  try {
    const there = openSync(`/run/netns/${netns}`, 'r');
    try {
      if (libc.setns(there, CLONE_NEWNET) < 0) throw unavailable(`no way into ${netns}, errno ${libc.errno()}`);
      const result = act();
      if (libc.setns(home, CLONE_NEWNET) < 0) throw new SecError('SEC_INTERNAL', `no way back from network namespace ${netns}`);
      return result;
    } finally {
      closeSync(there);
    }
  } finally {
    closeSync(home);
  }
};
