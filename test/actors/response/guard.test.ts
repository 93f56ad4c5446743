import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { guardTarget, type Protections } from '../../../src/actors/response/guard.ts';
import type { ActionName, Target } from '../../../src/domain/action.ts';
import { networkOf, networkText } from '../../../src/domain/ip.ts';
import { sampleProcess } from '../../kit/alerts.ts';

const caps = { maxActiveBlocks: 10, maxNewActionsPerMinute: 10, minPrefixV4: 24, minPrefixV6: 48, maxBlockSeconds: 3600 };
const protections: Protections = {
  endpoints: {
    ownAddresses: ['192.0.2.1', '2001:db8::1'],
    gateways: ['192.0.2.254'],
    resolvers: ['192.0.2.53'],
    sshPeers: ['198.51.100.9', '2001:db8:5:6::99'],
    sessionPids: [500, 501],
    sshdListeners: [77],
  },
  recentSshPeers: ['198.51.100.10'],
  ownPid: 900,
};
const guard = (target: Target, allow: readonly string[] = [], action: ActionName = 'block_ip') => guardTarget(action, target, allow, protections, caps);
const ip = (address: string): Target => ({ kind: 'ip', address });

describe('who is never hit', () => {
  test.each([
    ['198.51.100.9', /operator is connected/],
    ['198.51.100.10', /a moment ago/],
    ['192.0.2.1', /own address/],
    ['2001:db8::1', /own address/],
    ['192.0.2.254', /gateway/],
    ['192.0.2.53', /resolver/],
    ['127.0.0.9', /loopback/],
    ['224.0.0.5', /multicast/],
    ['2001:db8:5:6::/64', /operator is connected.*2001:db8:5:6::99 lies in/],
    ['198.51.100.0/24', /operator is connected/],
    ['203.0.0.0/16', /wider than may ever be blocked/],
    ['2001:db8::/32', /wider/],
    ['not an address', /not an address/],
  ])('%s is refused', (address, reason) => {
    expect(guard(ip(address))).toMatchObject({ outcome: 'refused', reason: expect.stringMatching(reason) });
  });

  test('a stranger is not protected', () => {
    expect(guard(ip('203.0.113.7'))).toBeUndefined();
    expect(guard(ip('2001:db8:77::/64'))).toBeUndefined();
  });

  test.each(['203.0.113.0/24', '203.0.113.7', '::ffff:203.0.113.7', '203.0.113.7/32'])('an allow list entry %s covers 203.0.113.7', (entry) => {
    expect(guard(ip('203.0.113.7'), [entry])).toMatchObject({ outcome: 'allow-listed' });
  });

  test.each([
    [{ pid: 1 }, /pid 1/],
    [{ exe: '' }, /kernel threads/],
    [{ pid: 900 }, /1-SEC itself/],
    [{ pid: 77 }, /SSH server/],
    [{ pid: 501 }, /operator's own session/],
  ])('process %j is refused', (more, reason) => {
    expect(guard({ kind: 'process', process: sampleProcess(more) }, [], 'kill_process')?.reason).toMatch(reason);
  });

  test('an ordinary process may be killed, root may not be disabled', () => {
    expect(guard({ kind: 'process', process: sampleProcess() }, [], 'kill_process')).toBeUndefined();
    expect(guard({ kind: 'user', user: 'root' }, [], 'disable_user')?.outcome).toBe('refused');
    expect(guard({ kind: 'user', user: 'daemon', uid: 2 }, [], 'disable_user')?.outcome).toBe('refused');
  });

  test('no network that holds a protected address ever passes', () => {
    const addresses = [
      ...protections.endpoints.sshPeers,
      ...protections.endpoints.ownAddresses,
      ...protections.endpoints.gateways,
      ...protections.endpoints.resolvers,
    ];
    fc.assert(
      fc.property(fc.constantFrom(...addresses), fc.integer({ min: 0, max: 128 }), (address, bits) => {
        const prefix = address.includes(':') ? bits : Math.min(32, bits);
        expect(guard(ip(networkText(networkOf(address, prefix))))?.outcome).toBe('refused');
      }),
    );
  });
});
