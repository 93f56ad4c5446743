import type { SocketFact } from '../../actors/contract.ts';
import type { SocketRow } from './proc-net.ts';

/** Compares each look at the socket table with the one before. */
export type SocketView = {
  /** What is new since the last look; nothing at the first. `withConnections` = false: only listeners and half-open ones. */
  readonly look: (rows: readonly SocketRow[], at: number, withConnections: boolean) => readonly SocketFact[];
};

/** A view that has seen nothing. It remembers one look, no more rows than it was given. */
export const createSocketView = (): SocketView => {
  let before: ReadonlySet<string> | undefined;
  return {
    look: (rows, at, withConnections) => {
      const listening = new Set(rows.filter((row) => row.state === 'listening').map((row) => row.localPort));
      const keys = new Set<string>();
      const facts: SocketFact[] = [];
      let halfOpen = 0;
      for (const row of rows) {
        if (row.state === 'half-open') halfOpen += 1;
        const key = keyOf(row);
        if (keys.has(key)) continue;
        keys.add(key);
        if (before === undefined || before.has(key)) continue;
        const fact = factOf(row, listening.has(row.localPort), at, withConnections);
        if (fact !== undefined) facts.push(fact);
      }
      before = keys;
      if (halfOpen >= MANY_HALF_OPEN) facts.push({ kind: 'half-open', at, count: halfOpen });
      return facts;
    },
  };
};

const MANY_HALF_OPEN = 256;

const keyOf = (row: SocketRow): string =>
  row.state === 'listening' ? `${row.localAddress} ${row.localPort}` : `${row.localAddress} ${row.localPort} ${row.remoteAddress} ${row.remotePort}`;

const isLoopback = (address: string): boolean => address.startsWith('127.') || address === '::1';

const factOf = (row: SocketRow, isInbound: boolean, at: number, withConnections: boolean): SocketFact | undefined => {
  if (isLoopback(row.localAddress) || isLoopback(row.remoteAddress)) return undefined;
  if (row.state === 'listening') return { kind: 'listener', at, address: row.localAddress, port: row.localPort, uid: row.uid };
  if (!withConnections || row.remotePort === 0) return undefined;
  return isInbound
    ? { kind: 'inbound', at, protocol: 'tcp', source: row.remoteAddress, destination: row.localAddress, port: row.localPort, count: 1 }
    : { kind: 'outbound', at, protocol: 'tcp', source: row.localAddress, destination: row.remoteAddress, port: row.remotePort, count: 1 };
};
