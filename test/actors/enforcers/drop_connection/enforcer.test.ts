import { describe, expect, test } from 'vitest';
import type { ActionRequest } from '../../../../src/actors/contract.ts';
import { createDropConnection } from '../../../../src/actors/enforcers/drop_connection/enforcer.ts';
import { createManualClock, systemClock } from '../../../../src/domain/clock.ts';
import type { Host } from '../../../../src/domain/host.ts';
import { createHost } from '../../../../src/os/host.ts';
import { createNetnsPair, runInside, skipsWithout, whyNoNetns } from '../../../kit/netns.ts';

const request = (address: string): ActionRequest => ({ actionId: 'a', target: { kind: 'connection', address }, params: {}, now: 0 });

/** A host that answers only about connections. */
const fakeHost = (kill: { closed: number; remaining: number; supported: boolean }, sshPeers: readonly string[] = []): Host => ({
  call: async (name) => {
    const replies: { readonly [name: string]: unknown } = { 'connections.kill': kill, operators: { sshPeers } };
    // A test double: only the replies the enforcer reads.
    return replies[name] as never;
  },
  close: async () => undefined,
});

describe('the outcome of drop_connection', () => {
  test.each([
    [{ closed: 2, remaining: 0, supported: true }, 'verified', '2 connections with 192.0.2.7 closed'],
    [{ closed: 0, remaining: 0, supported: true }, 'verified', 'no connection with 192.0.2.7 was open'],
    [{ closed: 1, remaining: 1, supported: true }, 'failed', '1 connections with 192.0.2.7 closed, 1 are open'],
    [{ closed: 0, remaining: 3, supported: false }, 'failed', 'this kernel can neither close connections nor forget their flows: 3 with 192.0.2.7 are open'],
    [
      { closed: 0, remaining: 3, supported: false, forgotten: 2 },
      'unverified',
      'this kernel cannot close connections; 2 flows with 192.0.2.7 were forgotten, a stateful firewall judges them anew',
    ],
  ] as const)('for %j is %s', async (kill, verification, detail) => {
    const enforcer = createDropConnection({ host: fakeHost(kill), clock: createManualClock() });
    expect(await enforcer.apply(request('192.0.2.7'))).toEqual({ verification, detail });
  });

  test.each(['192.0.2.7', '192.0.2.0/24'])('%s is refused while an operator is connected from there', async (address) => {
    const enforcer = createDropConnection({ host: fakeHost({ closed: 1, remaining: 0, supported: true }, ['192.0.2.7']), clock: createManualClock() });
    await expect(enforcer.apply(request(address))).rejects.toMatchObject({ code: 'SEC_REFUSED' });
  });

  test.each([
    ['0.0.0.0/0', 'SEC_REFUSED'],
    ['2001:db8::/32', 'SEC_REFUSED'],
    ['nobody', 'SEC_INPUT_INVALID'],
  ])('%s can never be a target: %s', (address, code) => {
    const enforcer = createDropConnection({ host: fakeHost({ closed: 0, remaining: 0, supported: true }), clock: createManualClock() });
    expect(() => enforcer.plan(request(address))).toThrow(expect.objectContaining({ code }));
  });
});

test.skipIf(skipsWithout(whyNoNetns(), 'drop_connection'))('a real connection is cut, and the peer may come back', async () => {
  const pair = createNetnsPair('osd');
  const host = createHost({ netns: pair.server.name });
  const enforcer = createDropConnection({ host, clock: systemClock });
  const server = runInside(
    pair.server,
    `import net from 'node:net'; net.createServer((socket) => socket.on('error', () => {})).listen(7000, '::', () => console.log('ready'));`,
  );
  const client = (): ReturnType<typeof runInside> =>
    runInside(
      pair.client,
      `import net from 'node:net'; const socket = net.connect({ host: '198.51.100.1', port: 7000 }, () => console.log('connected')); socket.on('error', (error) => console.log(error.code)); setInterval(() => {}, 1000);`,
    );
  try {
    expect(await server.line()).toBe('ready');
    const first = client();
    expect(await first.line()).toBe('connected');
    expect(await enforcer.verify(request('198.51.100.2'))).toMatchObject({ verification: 'failed' });
    expect(await enforcer.apply(request('198.51.100.2'))).toEqual({ verification: 'verified', detail: '1 connections with 198.51.100.2 closed' });
    expect(await first.line()).toBe('ECONNRESET');
    expect(await enforcer.verify(request('198.51.100.2'))).toMatchObject({ verification: 'verified' });
    await first.stop();
    const second = client();
    expect(await second.line()).toBe('connected');
    await second.stop();
    await expect(enforcer.undo(request('198.51.100.2'))).rejects.toMatchObject({ code: 'SEC_REFUSED' });
  } finally {
    await server.stop();
    await host.close();
    pair.remove();
  }
});
