import type { Socket } from 'node:net';
import { SecError } from '../domain/errors.ts';
import { loadLibc } from './libc.ts';

export type PeerCredentials = { readonly pid: number; readonly uid: number; readonly gid: number };

/** Who is at the other end of a Unix socket, as the kernel recorded it when they connected. SEC_UNAVAILABLE for any other socket. */
export const peerCredentials = async (socket: Socket): Promise<PeerCredentials> => {
  const libc = await loadLibc();
  const fd = descriptorOf(socket);
  if (fd === undefined) throw new SecError('SEC_UNAVAILABLE', 'the socket is closed');
  const value = Buffer.alloc(CREDENTIAL_BYTES);
  const length = Buffer.alloc(4);
  length.writeUInt32LE(CREDENTIAL_BYTES);
  if (libc.getsockopt(fd, SOL_SOCKET, SO_PEERCRED, value, length) < 0) throw new SecError('SEC_UNAVAILABLE', `no peer credentials: errno ${libc.errno()}`);
  const pid = value.readInt32LE(0);
  // TCP sockets answer too, with nobody: pid 0 and all bits set for uid and gid.
  if (pid <= 0) throw new SecError('SEC_UNAVAILABLE', 'no peer credentials: this is no Unix socket');
  return { pid, uid: value.readUInt32LE(4), gid: value.readUInt32LE(8) };
};

const SOL_SOCKET = 1;
const SO_PEERCRED = 17;
const CREDENTIAL_BYTES = 12;

/** Node keeps the descriptor on an undocumented handle; anything unexpected counts as closed. */
const descriptorOf = (socket: Socket): number | undefined => {
  const handle: unknown = '_handle' in socket ? socket._handle : undefined;
  if (typeof handle !== 'object' || handle === null || !('fd' in handle)) return undefined;
  return typeof handle.fd === 'number' && handle.fd >= 0 ? handle.fd : undefined;
};
