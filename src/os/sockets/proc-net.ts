import { canonicalIp } from '../../domain/ip.ts';

/** A TCP socket of the kernel's table. */
export type SocketRow = {
  readonly localAddress: string;
  readonly localPort: number;
  readonly remoteAddress: string;
  readonly remotePort: number;
  readonly state: 'listening' | 'half-open' | 'opening' | 'open' | 'other';
  readonly uid: number;
};

/** Reads /proc/net/tcp or /proc/net/tcp6 (proc(5)), at most `limit` rows. Lines that are none are passed over. */
export const parseProcNet = (text: string, limit: number): readonly SocketRow[] => {
  const rows: SocketRow[] = [];
  let start = text.indexOf('\n') + 1;
  while (start > 0 && start < text.length && rows.length < limit) {
    const end = text.indexOf('\n', start);
    const row = rowOf(text.slice(start, end < 0 ? text.length : end));
    if (row !== undefined) rows.push(row);
    start = end < 0 ? text.length : end + 1;
  }
  return rows;
};

const ROW = /^ *\d{1,9}: ([0-9A-F]{8}|[0-9A-F]{32}):([0-9A-F]{4}) ([0-9A-F]{8}|[0-9A-F]{32}):([0-9A-F]{4}) ([0-9A-F]{2}) \S+ \S+ \S+ +(\d{1,10}) /;

const STATES: { readonly [code: string]: SocketRow['state'] } = { '0A': 'listening', '03': 'half-open', '0C': 'half-open', '02': 'opening', '01': 'open' };

const rowOf = (line: string): SocketRow | undefined => {
  const [, local = '', localPort = '', remote = '', remotePort = '', state = '', uid = ''] = ROW.exec(line) ?? [];
  const localAddress = addressOf(local);
  const remoteAddress = addressOf(remote);
  if (localAddress === undefined || remoteAddress === undefined) return undefined;
  return {
    localAddress,
    localPort: Number.parseInt(localPort, 16),
    remoteAddress,
    remotePort: Number.parseInt(remotePort, 16),
    state: STATES[state] ?? 'other',
    uid: Number(uid),
  };
};

// Words of four bytes in the processor's order, which is the small end first on everything this runs on.
const addressOf = (hex: string): string | undefined => {
  if (hex === '') return undefined;
  const bytes = (hex.match(/.{8}/g) ?? []).flatMap((word) => [6, 4, 2, 0].map((at) => Number.parseInt(word.slice(at, at + 2), 16)));
  if (bytes.length === 4) return bytes.join('.');
  const groups = Array.from({ length: 8 }, (_none, index) => (((bytes[index * 2] ?? 0) << 8) | (bytes[index * 2 + 1] ?? 0)).toString(16));
  return canonicalIp(groups.join(':'));
};
