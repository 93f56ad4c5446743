import type { ConnectionRef } from '../../domain/entity.ts';
import { canonicalIp } from '../../domain/ip.ts';

export type SocketLine = { readonly connection: ConnectionRef; readonly pids: readonly number[] };

/** Reads `ss -H -t -u -n [-p]`. Lines of other kinds are passed over; at most `maxLines` are read. */
export const parseSs = (text: string, maxLines = 200_000): readonly SocketLine[] =>
  text
    .split('\n', maxLines)
    .map(parseLine)
    .filter((line) => line !== undefined);

const parseLine = (line: string): SocketLine | undefined => {
  const columns = line.trim().split(/\s+/, MAX_COLUMNS);
  const protocol = columns[0];
  if (protocol !== 'tcp' && protocol !== 'udp') return undefined;
  // The state column is left out when ss was asked for one state only.
  const first = columns.findIndex((column, index) => index > 0 && /^[0-9]+$/.test(column));
  const local = first < 0 ? undefined : endpointOf(columns[first + 2]);
  const remote = first < 0 ? undefined : endpointOf(columns[first + 3]);
  if (local === undefined || remote === undefined) return undefined;
  const connection = { protocol, localAddress: local.address, localPort: local.port, remoteAddress: remote.address, remotePort: remote.port } as const;
  return { connection, pids: pidsOf(line) };
};

const MAX_COLUMNS = 32;

const endpointOf = (text: string | undefined): { readonly address: string; readonly port: number } | undefined => {
  const colon = text?.lastIndexOf(':') ?? -1;
  if (text === undefined || colon < 0) return undefined;
  const host = text.slice(0, colon).replace(/%[^\]:]*/, '');
  const port = Number(text.slice(colon + 1));
  const address = host === '*' ? '0.0.0.0' : canonicalIp(host);
  return address === undefined ? undefined : { address, port: Number.isInteger(port) ? port : 0 };
};

/** Process ids in the process column. A process picks its own name, so these are claims: the caller checks each pid itself. */
const pidsOf = (line: string): readonly number[] => {
  const at = line.indexOf('users:((');
  if (at < 0) return [];
  return [...line.slice(at).matchAll(/,pid=([0-9]{1,9}),/g)].map((match) => Number(match[1]));
};
