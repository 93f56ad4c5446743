import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseFlowLine } from '../../../src/os/sockets/flow-line.ts';
import { createFlowPool } from '../../../src/os/sockets/flow-pool.ts';
import { parseProcNet, type SocketRow } from '../../../src/os/sockets/proc-net.ts';
import { createSocketView } from '../../../src/os/sockets/socket-view.ts';

const HEAD = '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n';
const V4 = '   1: 056433C6:0016 076433C6:AA36 01 00000000:00000000 02:000003A0 00000000  1000        0 4711 2 000000004f7b868b\n';
const V6 = '   0: B80D0120000000000000000005000000:01BB B80D0120000000000000000007000000:C350 03 00000000:00000000 00:00000000 00000000     0        0 0 1 0\n';
const LISTEN = '   2: 00000000:07E8 00000000:0000 0A 00000000:00000000 00:00000000 00000000   104        0 1124 1 000000009bcd97c8 100 0 0 10 0\n';

test('rows of the kernel are read, IPv4 and IPv6', () => {
  expect(parseProcNet(HEAD + V4 + V6 + LISTEN, 10)).toEqual([
    { localAddress: '198.51.100.5', localPort: 22, remoteAddress: '198.51.100.7', remotePort: 43_574, state: 'open', uid: 1000 },
    { localAddress: '2001:db8::5', localPort: 443, remoteAddress: '2001:db8::7', remotePort: 50_000, state: 'half-open', uid: 0 },
    { localAddress: '0.0.0.0', localPort: 2024, remoteAddress: '0.0.0.0', remotePort: 0, state: 'listening', uid: 104 },
  ]);
});

test('no more rows than asked for are read, and no text makes it throw', () => {
  expect(parseProcNet(HEAD + V4.repeat(50), 7)).toHaveLength(7);
  fc.assert(fc.property(fc.string(), (text) => parseProcNet(`${HEAD}${text}\n`, 5).length <= 5));
});

const row = (state: SocketRow['state'], localPort: number, remotePort = 0): SocketRow => ({
  localAddress: '192.0.2.5',
  localPort,
  remoteAddress: remotePort === 0 ? '0.0.0.0' : '198.51.100.7',
  remotePort,
  state,
  uid: 0,
});

test('what was there at the first look is no news; what came since is, with its direction', () => {
  const view = createSocketView();
  const first = [row('listening', 22), row('open', 22, 40_000)];
  expect(view.look(first, 1, true)).toEqual([]);
  const facts = view.look([...first, row('listening', 4444), row('open', 22, 40_001), row('opening', 50_000, 443)], 2, true);
  expect(facts).toEqual([
    { kind: 'listener', at: 2, address: '192.0.2.5', port: 4444, uid: 0 },
    { kind: 'inbound', at: 2, protocol: 'tcp', source: '198.51.100.7', destination: '192.0.2.5', port: 22, count: 1 },
    { kind: 'outbound', at: 2, protocol: 'tcp', source: '192.0.2.5', destination: '198.51.100.7', port: 443, count: 1 },
  ]);
});

test('with connection tracking the table only tells of listeners', () => {
  const view = createSocketView();
  view.look([], 1, false);
  expect(view.look([row('open', 50_000, 443), row('listening', 8080)], 2, false).map(({ kind }) => kind)).toEqual(['listener']);
});

test('very many half-open connections are a fact at each look', () => {
  const view = createSocketView();
  const rows = Array.from({ length: 300 }, (_none, index) => row('half-open', 80, index + 1));
  view.look(rows, 1, true);
  expect(view.look(rows, 2, true)).toEqual([{ kind: 'half-open', at: 2, count: 300 }]);
});

const flow = (source: string, port: number): string =>
  `    [NEW] tcp      6 120 SYN_SENT src=${source} dst=192.0.2.5 sport=59526 dport=${port} [UNREPLIED] src=192.0.2.5 dst=${source} sport=${port} dport=59526\n`;

test('the first addresses of a flow are those of who began', () => {
  expect(parseFlowLine(flow('198.51.100.7', 82))).toEqual({ protocol: 'tcp', source: '198.51.100.7', destination: '192.0.2.5', port: 82 });
  expect(parseFlowLine(flow('2001:0db8::7', 82))?.source).toBe('2001:db8::7');
  expect(parseFlowLine('    [NEW] icmp     1 30 src=198.51.100.7 dst=192.0.2.5 type=8 code=0 id=1 [UNREPLIED]')).toBeUndefined();
});

test('equal flows are one fact with a count, cut anywhere, and what is too many is counted', () => {
  const pool = createFlowPool(2);
  const text = flow('198.51.100.7', 1) + flow('198.51.100.7', 1) + flow('198.51.100.7', 2) + flow('198.51.100.7', 3);
  for (let at = 0; at < text.length; at += 37) pool.push(text.slice(at, at + 37));
  const facts = pool.take(9, new Set(['192.0.2.5']));
  expect(facts).toMatchObject([
    { kind: 'inbound', port: 1, count: 2 },
    { kind: 'inbound', port: 2, count: 1 },
    { kind: 'overrun', lost: 1 },
  ]);
  expect(pool.take(10, new Set())).toEqual([]);
});
