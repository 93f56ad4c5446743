import { canonicalIp } from '../../domain/ip.ts';

export type Login = { readonly pid: number; readonly address: string };

/** Remote logins in the bytes of utmp, as glibc lays it out on this architecture. The caller checks that the pid lives. */
export const loginsOf = (bytes: Uint8Array, architecture: string): readonly Login[] => {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const { size, address } = architecture === 'arm64' ? WIDE : COMPACT;
  const logins: Login[] = [];
  for (let at = 0; at + size <= view.length && logins.length < MAX_LOGINS; at += size) {
    if (view.readInt16LE(at) !== USER_PROCESS) continue;
    const remote = remoteOf(view.subarray(at + address, at + address + 16));
    if (remote !== undefined) logins.push({ pid: view.readInt32LE(at + 4), address: remote });
  }
  return logins;
};

// utmp(5): record size and the offset of ut_addr_v6; arm64 has 64-bit session and time fields.
const COMPACT = { size: 384, address: 348 };
const WIDE = { size: 400, address: 360 };
const USER_PROCESS = 7;
const MAX_LOGINS = 1024;

const remoteOf = (bytes: Buffer): string | undefined => {
  if (bytes.every((byte) => byte === 0)) return undefined;
  if (bytes.subarray(4).every((byte) => byte === 0)) return [...bytes.subarray(0, 4)].join('.');
  const groups = Array.from({ length: 8 }, (_, index) => bytes.readUInt16BE(index * 2).toString(16));
  return canonicalIp(groups.join(':'));
};
