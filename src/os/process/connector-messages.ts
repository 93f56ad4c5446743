/** One message of the process connector, as the kernel sent it. `sequence` counts without gaps for each `cpu`. */
export type ConnectorMessage = { readonly cpu: number; readonly sequence: number } & (
  | { readonly kind: 'acknowledged'; readonly token: number; readonly errno: number }
  | { readonly kind: 'exec'; readonly pid: number }
  | { readonly kind: 'fork'; readonly pid: number; readonly parentPid: number }
  | { readonly kind: 'exit'; readonly pid: number; readonly code: number }
  /** Its user, group or name changed: what is remembered about it is old. */
  | { readonly kind: 'renewed'; readonly pid: number }
  | { readonly kind: 'other' }
);

/** The request that starts (or ends) the stream; the answer names `token`. Layout: netlink(7), linux/connector.h, linux/cn_proc.h. */
export const subscribeMessage = (wants: 'listen' | 'ignore', token: number): Uint8Array => {
  const message = Buffer.alloc(NETLINK_HEADER + CONNECTOR_HEADER + 4);
  message.writeUInt32LE(message.length, 0);
  message.writeUInt16LE(NLMSG_DONE, 4);
  message.writeUInt32LE(CN_IDX_PROC, 16);
  message.writeUInt32LE(CN_VAL_PROC, 20);
  message.writeUInt32LE(token, 28);
  message.writeUInt16LE(4, 32);
  message.writeUInt32LE(wants === 'listen' ? PROC_CN_MCAST_LISTEN : PROC_CN_MCAST_IGNORE, 36);
  return message;
};

/** Reads one datagram. Anything that is no event of the process connector is passed over. */
export const parseConnectorMessages = (bytes: Uint8Array): readonly ConnectorMessage[] => {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const messages: ConnectorMessage[] = [];
  let at = 0;
  while (at + EVENT + EVENT_HEADER + 8 <= view.length) {
    const length = view.readUInt32LE(at);
    if (length < EVENT + EVENT_HEADER || at + length > view.length) break;
    if (view.readUInt32LE(at + 16) === CN_IDX_PROC && view.readUInt32LE(at + 20) === CN_VAL_PROC) messages.push(parseEvent(view.subarray(at, at + length)));
    at += (length + 3) & ~3;
  }
  return messages;
};

const NETLINK_HEADER = 16;
const CONNECTOR_HEADER = 20;
const EVENT = NETLINK_HEADER + CONNECTOR_HEADER;
const EVENT_HEADER = 16;
const NLMSG_DONE = 3;
const CN_IDX_PROC = 1;
const CN_VAL_PROC = 1;
const PROC_CN_MCAST_LISTEN = 1;
const PROC_CN_MCAST_IGNORE = 2;

const WHAT = { none: 0, fork: 1, exec: 2, uid: 4, gid: 0x40, comm: 0x200, exit: 0x80000000 } as const;

const parseEvent = (view: Buffer): ConnectorMessage => {
  const base = { sequence: view.readUInt32LE(24), cpu: view.readUInt32LE(EVENT + 4) };
  const word = (index: number): number => {
    const at = EVENT + EVENT_HEADER + index * 4;
    return at + 4 <= view.length ? view.readUInt32LE(at) : 0;
  };
  switch (view.readUInt32LE(EVENT)) {
    case WHAT.none:
      // The kernel answers with our `ack` plus one.
      return { ...base, kind: 'acknowledged', token: (view.readUInt32LE(28) - 1) >>> 0, errno: word(0) };
    case WHAT.exec:
      return { ...base, kind: 'exec', pid: word(1) };
    case WHAT.fork:
      // A new thread has a pid of its own and the tgid of its process.
      return word(2) === word(3) ? { ...base, kind: 'fork', pid: word(2), parentPid: word(1) } : { ...base, kind: 'other' };
    case WHAT.exit:
      return word(0) === word(1) ? { ...base, kind: 'exit', pid: word(0), code: exitCodeOf(word(2)) } : { ...base, kind: 'other' };
    case WHAT.uid:
    case WHAT.gid:
    case WHAT.comm:
      return { ...base, kind: 'renewed', pid: word(1) };
    default:
      return { ...base, kind: 'other' };
  }
};

/** As shells say it: the exit code, or 128 + the signal. */
const exitCodeOf = (status: number): number => {
  const signal = status & 0x7f;
  return signal === 0 ? (status >> 8) & 0xff : 128 + signal;
};
