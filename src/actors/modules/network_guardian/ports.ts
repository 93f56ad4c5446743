/** True for a port that remote-control tools listen on by default. */
export const isControlPort = (port: number): boolean => CONTROL.has(port);

/** True when the named protocol does not live on that port. Protocols that are not known are at home everywhere. */
export const isNonStandardPort = (port: number, protocol: string): boolean => {
  const usual = USUAL.get(protocol.toLowerCase());
  return usual !== undefined && !usual.includes(port);
};

/** True for ports of remote logins and remote administration. */
export const isLoginPort = (port: number): boolean => LOGIN.has(port);

const CONTROL = new Set([4444, 5555, 8888, 1234, 31337, 6667, 6697, 9999, 12345, 54321, 7777, 1337]);
const LOGIN = new Set([22, 135, 139, 445, 3389, 5985, 5986]);
const USUAL: ReadonlyMap<string, readonly number[]> = new Map([
  ['http', [80, 8080, 8000, 8008, 8888]],
  ['https', [443, 8443]],
  ['dns', [53, 853, 5353]],
  ['ssh', [22, 2222]],
  ['smtp', [25, 465, 587]],
  ['ftp', [20, 21, 990]],
  ['rdp', [3389]],
  ['smb', [139, 445]],
]);
