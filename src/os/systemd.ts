import { type Libc, loadLibc } from './libc.ts';

/** The service manager, when it started this process and wants to hear from it (sd_notify(3)). */
export type ServiceManager = {
  /** Milliseconds within which it wants a sign of life; undefined when it does not watch. */
  readonly watchdogMs: number | undefined;
  /** One message, `READY=1`. False when it could not be sent; nothing depends on it then. */
  readonly notify: (message: string) => Promise<boolean>;
};

/** By NOTIFY_SOCKET, WATCHDOG_USEC and WATCHDOG_PID; undefined when nobody listens. */
export const serviceManagerOf = (variables: { readonly [name: string]: string | undefined }, pid: number): ServiceManager | undefined => {
  const path = variables['NOTIFY_SOCKET'] ?? '';
  if (!/^[/@]./.test(path) || Buffer.byteLength(path) > MAX_PATH) return undefined;
  const microseconds = Number(variables['WATCHDOG_USEC']);
  const isForUs = variables['WATCHDOG_PID'] === undefined || Number(variables['WATCHDOG_PID']) === pid;
  return {
    watchdogMs: isForUs && Number.isSafeInteger(microseconds) && microseconds > 0 ? microseconds / 1000 : undefined,
    notify: async (message) => send(await loadLibc(), addressOf(path), Buffer.from(message)),
  };
};

// unix(7): what fits in sun_path with its end.
const MAX_PATH = 107;
const AF_UNIX = 1;
const SOCK_DGRAM = 2;
const SOCK_CLOEXEC = 0o2000000;
const MSG_DONTWAIT = 0x40;

/** sockaddr_un; `@` stands for the zero byte of an abstract name, which has no end of its own. */
const addressOf = (path: string): Buffer => {
  const name = path.startsWith('@') ? Buffer.concat([Buffer.alloc(1), Buffer.from(path.slice(1))]) : Buffer.from(`${path}\0`);
  const family = Buffer.alloc(2);
  family.writeUInt16LE(AF_UNIX);
  return Buffer.concat([family, name]);
};

const send = (libc: Libc, address: Buffer, message: Buffer): boolean => {
  const fd = libc.socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return false;
  try {
    return libc.connect(fd, address, address.length) >= 0 && libc.send(fd, message, message.length, MSG_DONTWAIT) >= 0;
  } finally {
    libc.close(fd);
  }
};
