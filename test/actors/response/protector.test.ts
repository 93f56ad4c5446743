import { describe, expect, test } from 'vitest';
import { NO_ENDPOINTS } from '../../../src/actors/response/guard.ts';
import { createProtector } from '../../../src/actors/response/protector.ts';
import type { ActionName, Target } from '../../../src/domain/action.ts';
import { createManualClock } from '../../../src/domain/clock.ts';
import type { Host, OperatorEndpoints } from '../../../src/domain/host.ts';
import { sampleProcess } from '../../kit/alerts.ts';
import { createGate } from './room.ts';

const CAPS = { maxActiveBlocks: 10, maxNewActionsPerMinute: 10, minPrefixV4: 24, minPrefixV6: 48, maxBlockSeconds: 3600 };
const PEER = '198.51.100.9';
const ip: Target = { kind: 'ip', address: PEER };
const shell: Target = { kind: 'process', process: sampleProcess({ pid: 500 }) };

const createScene = (answer: (clientPids: readonly number[]) => Promise<Partial<OperatorEndpoints>>) => {
  const clock = createManualClock();
  const pushed: (readonly string[])[] = [];
  const asked: string[] = [];
  const world = { isFirewallDown: false };
  const host: Host = {
    // Only the two look-ups are asked for.
    call: (async (name: string, request: { readonly clientPids?: readonly number[] }) => {
      asked.push(name);
      return { ...NO_ENDPOINTS, ...(await answer(request.clientPids ?? [])) };
    }) as Host['call'],
    close: async () => undefined,
  };
  const protector = createProtector({
    host,
    clock,
    ownPid: 900,
    onChange: async (addresses) => {
      if (world.isFirewallDown) throw new Error('no nft');
      pushed.push(addresses);
    },
  });
  return { clock, pushed, asked, world, protector, veto: (action: ActionName, target: Target) => protector.veto(action, target, [], CAPS)?.reason };
};

describe('before the operator was looked up', () => {
  test('nothing may act, and records still may be written', () => {
    const { veto } = createScene(async () => ({}));
    expect(veto('block_ip', ip)).toMatch(/not known yet/);
    expect(veto('kill_process', shell)).toMatch(/not known yet/);
    expect(veto('log_only', { kind: 'alert', alertId: 'a' })).toBeUndefined();
    expect(veto('webhook', { kind: 'alert', alertId: 'a' })).toBeUndefined();
  });

  test('and the look-up failed, it stays like that', async () => {
    const { veto, protector } = createScene(() => Promise.reject(new Error('no ss')));
    await expect(protector.refresh([])).rejects.toThrow('no ss');
    expect(veto('block_ip', ip)).toMatch(/not known yet/);
  });
});

describe('what is protected', () => {
  test('is asked for with the clients that watch', async () => {
    const { veto, protector } = createScene(async (clientPids) => ({ sessionPids: clientPids }));
    await protector.refresh([]);
    expect(veto('kill_process', shell)).toBeUndefined();
    await protector.refresh([500]);
    expect(veto('kill_process', shell)).toMatch(/operator's own session/);
  });

  test('reaches the kernel when it changes, and again when that failed', async () => {
    let peers: readonly string[] = [PEER];
    const { pushed, world, protector } = createScene(async () => ({ sshPeers: peers }));
    await protector.refresh([]);
    await protector.refresh([]);
    expect(pushed).toEqual([[PEER]]);
    peers = [PEER, '198.51.100.10'];
    world.isFirewallDown = true;
    await expect(protector.refresh([])).rejects.toThrow('no nft');
    expect(protector.list()).toContain('198.51.100.10');
    world.isFirewallDown = false;
    await protector.refresh([]);
    expect(pushed.at(-1)).toEqual([PEER, '198.51.100.10']);
  });

  test('stays as it was when it cannot be looked up again', async () => {
    let isBroken = false;
    const { veto, protector } = createScene(async () => {
      if (isBroken) throw new Error('no ss');
      return { sshPeers: [PEER] };
    });
    await protector.refresh([]);
    isBroken = true;
    await expect(protector.refresh([])).rejects.toThrow();
    expect(veto('block_ip', ip)).toMatch(/over SSH/);
  });

  test('an SSH peer whose line dropped stays protected for ten minutes', async () => {
    let peers: readonly string[] = [PEER];
    const { clock, veto, protector } = createScene(async () => ({ sshPeers: peers }));
    await protector.refresh([]);
    peers = [];
    clock.advance(600_000);
    await protector.refresh([]);
    expect(veto('block_ip', ip)).toMatch(/a moment ago/);
    clock.advance(1);
    await protector.refresh([]);
    expect(veto('block_ip', ip)).toBeUndefined();
  });

  test('an answer that was overtaken by a newer one does not undo it', async () => {
    const gate = createGate();
    const { veto, protector } = createScene(async (clientPids) => {
      if (clientPids.length === 0) await gate.pass();
      return { sessionPids: clientPids };
    });
    const slow = protector.refresh([]);
    await protector.refresh([500]);
    gate.open();
    await slow;
    expect(veto('kill_process', shell)).toMatch(/operator's own session/);
  });

  test('remembers a bounded number of peers that left, the latest ones', async () => {
    let peer = 0;
    const { protector } = createScene(async () => ({ sshPeers: [`198.51.${Math.floor(peer / 200)}.${peer % 200}`] }));
    for (peer = 0; peer < 1000; peer += 1) await protector.refresh([]);
    expect(protector.list().length).toBeLessThanOrEqual(257);
    expect(protector.list()).toContain('198.51.4.199');
  });
});

describe('just before an act', () => {
  test('who logged in since the last look-up is seen, and safe in the kernel too', async () => {
    let peers: readonly string[] = [];
    const { clock, veto, pushed, protector } = createScene(async () => ({ sshPeers: peers }));
    await protector.refresh([]);
    peers = [PEER];
    clock.advance(250);
    expect(veto('block_ip', ip)).toBeUndefined();
    await protector.freshen();
    expect(veto('block_ip', ip)).toMatch(/over SSH/);
    expect(pushed.at(-1)).toEqual([PEER]);
  });

  test('a look-up of less than a quarter of a second ago is enough, and many ask once', async () => {
    const gate = createGate();
    let isSlow = false;
    const { clock, asked, protector } = createScene(async () => {
      if (isSlow) await gate.pass();
      return {};
    });
    await protector.refresh([]);
    clock.advance(249);
    await protector.freshen();
    expect(asked).toEqual(['operators']);
    clock.advance(1);
    isSlow = true;
    const all = Promise.all([protector.freshen(), protector.freshen(), protector.freshen()]);
    gate.open();
    await all;
    expect(asked).toEqual(['operators', 'operators.sshPeers']);
  });

  test('a look-up that fails leaves what is known in force, and the next act tries again', async () => {
    let isBroken = false;
    const { clock, veto, asked, protector } = createScene(async () => {
      if (isBroken) throw new Error('no /proc');
      return { sshPeers: [PEER] };
    });
    await protector.refresh([]);
    clock.advance(300);
    isBroken = true;
    await expect(protector.freshen()).rejects.toThrow('no /proc');
    expect(veto('block_ip', ip)).toMatch(/over SSH/);
    await expect(protector.freshen()).rejects.toThrow('no /proc');
    expect(asked).toHaveLength(3);
  });
});

describe('a login that a log tells of', () => {
  test('protects its address at once, and after three seconds only when the session was seen', async () => {
    let peers: readonly string[] = [];
    const { clock, veto, pushed, protector } = createScene(async () => ({ sshPeers: peers }));
    await protector.refresh([]);
    await protector.told([PEER]);
    expect(veto('block_ip', ip)).toMatch(/over SSH/);
    expect(pushed.at(-1)).toEqual([PEER]);
    clock.advance(3001);
    expect(veto('block_ip', ip)).toBeUndefined();
    peers = [PEER];
    await protector.freshen();
    clock.advance(3001);
    expect(veto('block_ip', ip)).toMatch(/over SSH/);
  });

  test('and never took place is not believed again for a minute', async () => {
    const { clock, veto, protector } = createScene(async () => ({}));
    await protector.refresh([]);
    await protector.told([PEER]);
    clock.advance(3001);
    await protector.told([PEER]);
    expect(veto('block_ip', ip)).toBeUndefined();
    clock.advance(60_000);
    await protector.told([PEER]);
    expect(veto('block_ip', ip)).toMatch(/over SSH/);
  });

  test('is one of a bounded number', async () => {
    const { protector } = createScene(async () => ({}));
    await protector.refresh([]);
    for (let part = 0; part < 20; part += 1) await protector.told(Array.from({ length: 50 }, (_none, at) => `198.51.${part}.${at}`));
    expect(protector.list()).toHaveLength(256);
  });
});
