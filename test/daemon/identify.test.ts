import { Socket } from 'node:net';
import { describe, expect, test } from 'vitest';
import { createIdentify, type PeerReader } from '../../src/daemon/identify.ts';

const GROUP = new Set([1000]);
const reader = (uid: number): PeerReader => ({
  credentials: async () => ({ pid: 42, uid, gid: 7 }),
  userName: (id) => `user-${id}`,
  isInGroup: (id, group) => group === '1sec' && GROUP.has(id),
});
const identify = (uid: number, client = 'cli', ownUid = 900) => createIdentify(reader(uid), ownUid)(new Socket(), client);

describe('who calls', () => {
  test.each([
    ['root', 0, ['viewer', 'operator', 'admin']],
    ["the daemon's own user", 900, ['viewer', 'operator', 'admin']],
    ['a member of the group', 1000, ['viewer', 'operator']],
    ['anybody else', 1001, []],
  ])('%s', async (_who, uid, roles) => {
    const caller = await identify(uid);
    expect([...caller.roles]).toEqual(roles);
    expect(caller.actor).toEqual({ name: `user-${uid}`, uid, pid: 42, via: 'cli' });
  });

  test.each([
    ['tui', 'tui'],
    ['cli', 'cli'],
    ['api', 'api'],
    ['daemon', 'api'],
    ['root\u001b[2J', 'api'],
    ['', 'api'],
  ])('a client that calls itself %j came by %s', async (client, via) => {
    expect((await identify(0, client)).actor.via).toBe(via);
  });

  test('without credentials nobody is anybody', async () => {
    const broken: PeerReader = { ...reader(0), credentials: () => Promise.reject(new Error('closed')) };
    await expect(createIdentify(broken, 0)(new Socket(), 'cli')).rejects.toThrow('closed');
  });
});
