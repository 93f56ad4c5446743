import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createConnections } from '../../../src/os/connections/connections.ts';
import { createNetnsPair, type Inside, type NetnsPair, runInside, skipsWithout, whyNoNetns } from '../../kit/netns.ts';

const SERVER = `import net from 'node:net';
net.createServer((socket) => { socket.on('error', () => {}); console.log('open'); socket.on('close', () => console.log('closed')); }).listen(7000, '::', () => console.log('ready'));`;
const CLIENT = `import net from 'node:net';
const [host, localAddress] = process.argv.slice(1);
const socket = net.connect({ host, port: 7000, localAddress }, () => console.log('connected'));
socket.on('error', (error) => console.log('error ' + error.code));
setInterval(() => {}, 1000);`;

describe.skipIf(skipsWithout(whyNoNetns(), 'connections'))('connections in a network namespace', () => {
  let pair: NetnsPair;
  let server: Inside;
  beforeAll(async () => {
    pair = createNetnsPair('osk');
    server = runInside(pair.server, SERVER);
    expect(await server.line()).toBe('ready');
  });
  afterAll(async () => {
    await server.stop();
    pair.remove();
  });

  test.each([
    ['IPv4, on a dual-stack socket', '198.51.100.1', '198.51.100.2', '198.51.100.2'],
    ['an IPv6 address', '2001:db8:1::1', '2001:db8:1::2', '2001:db8:1::2'],
    ['an IPv6 /64', '2001:db8:1::1', '2001:db8:1::3', '2001:db8:1::/64'],
    ['an IPv4 network', '198.51.100.1', '198.51.100.3', '198.51.100.0/24'],
  ])('a connection from %s is seen and cut', async (_what, host, from, peer) => {
    const connections = createConnections({ netns: pair.server.name });
    const client = runInside(pair.client, CLIENT, host, from);
    try {
      expect(await client.line()).toBe('connected');
      expect(await server.line()).toBe('open');
      const { connections: seen } = await connections.list({ peer });
      expect(seen).toEqual([expect.objectContaining({ protocol: 'tcp', localAddress: host, localPort: 7000, remoteAddress: from })]);
      expect(await connections.kill({ peer })).toEqual({ closed: 1, remaining: 0, supported: true });
      expect(await client.line()).toBe('error ECONNRESET');
      expect(await server.line()).toBe('closed');
      expect(await connections.list({ peer })).toEqual({ connections: [] });
    } finally {
      await client.stop();
    }
  });

  test('nothing to cut is said, not an error', async () => {
    const connections = createConnections({ netns: pair.server.name });
    expect(await connections.kill({ peer: '203.0.113.9' })).toEqual({ closed: 0, remaining: 0, supported: true });
  });

  test.each(['203.0.113.9 or dst 198.51.100.2', '-K', '', '@x'])('refuses %j as a peer', async (peer) => {
    await expect(createConnections({ netns: pair.server.name }).list({ peer })).rejects.toMatchObject({ code: 'SEC_INPUT_INVALID' });
  });
});
