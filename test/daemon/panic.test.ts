import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { panic } from '../../src/daemon/panic.ts';
import { SecError } from '../../src/domain/errors.ts';
import type { Host } from '../../src/domain/host.ts';
import { createHost } from '../../src/os/host.ts';
import { gateHost } from '../../src/os/observe-only/gate.ts';
import { createAccountSystem, whyNoUsermod } from '../kit/account-system.ts';
import { skipsWithout } from '../kit/netns.ts';

const UID = 3_100_000;
let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), '1sec-panic-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));
const flag = (): string => join(directory, 'etc/observe-only');
/** The firewall of this machine is never touched. */
const withFirewall = (host: Host, remove: () => Promise<{ readonly removed: boolean }>): Host => ({
  call: async (name, request) => (name === 'firewall.remove' ? (remove() as never) : host.call(name, request)),
  close: host.close,
});
const run = (host: Host, flags: readonly string[] = [flag()]) =>
  panic({ host, flags, dataDirectory: directory, words: 'a test', pause: async () => undefined });

describe.skipIf(skipsWithout(whyNoUsermod(), 'panic and accounts'))('a locked account', () => {
  test('is unlocked exactly as it was, although another note is damaged, and that one is named', async () => {
    const system = createAccountSystem(
      [
        { name: 'mallory', uid: UID },
        { name: 'boss', uid: UID + 1 },
      ],
      ['sudo:x:27:boss'],
    );
    const host = createHost({ dataDirectory: directory, accountsRoot: system.root });
    try {
      const before = system.shadow();
      const { record } = await host.call('user.inspect', { user: 'mallory', operatorUids: [] });
      await host.call('user.lock', { id: 'lock1', record, operatorUids: [] });
      expect(system.shadow()).not.toBe(before);
      writeFileSync(join(directory, 'locked-accounts/aaaa.json'), '{"kind":');
      const first = await run(withFirewall(host, async () => ({ removed: false })));
      expect(first.removed).toContain('mallory is unlocked');
      expect(first.left).toEqual([expect.stringContaining('aaaa.json')]);
      expect(system.shadow()).toBe(before);
      expect((await run(withFirewall(host, async () => ({ removed: false })))).removed).toEqual([]);
    } finally {
      await host.close();
      system.remove();
    }
  });
});

describe('panic', () => {
  test('sets the flag before anything else and goes on when the firewall does not answer', async () => {
    const host = createHost({ dataDirectory: directory });
    const seen: string[] = [];
    const result = await run(
      withFirewall(host, async () => {
        seen.push(readFileSync(flag(), 'utf8'));
        throw new SecError('SEC_TIMEOUT', 'nft did not end');
      }),
    );
    expect(seen).toEqual(['a test\n', 'a test\n']);
    expect(result.left).toEqual([expect.stringMatching(/^firewall: .*nft did not end/), expect.stringContaining('firewall, once more')]);
    await host.close();
  });

  test('where the first place cannot be written, the second takes the flag; where none can, that is said', async () => {
    writeFileSync(join(directory, 'file'), '');
    const host = withFirewall(createHost({ dataDirectory: directory }), async () => ({ removed: false }));
    const blocked = join(directory, 'file/observe-only');
    expect((await run(host, [blocked])).left).toEqual([expect.stringContaining('a running daemon goes on')]);
    expect(await run(host, [blocked, flag()])).toMatchObject({ flag: flag(), left: [] });
    await host.close();
  });
});

describe('the gate', () => {
  test.each([
    ['firewall.apply', { add: [{ address: '192.0.2.7', timeoutSeconds: 60 }], remove: [] }],
    ['firewall.ensure', {}],
    ['connections.kill', { peer: '192.0.2.7' }],
    ['process.signal', { process: { pid: 4_000_000, startTime: 1, exe: '/x', uid: 0, name: 'x', commandLine: 'x' }, signal: 'SIGSTOP' }],
    ['process.signal', { process: { pid: 4_000_000, startTime: 1, exe: '/x', uid: 0, name: 'x', commandLine: 'x' }, signal: 'SIGKILL' }],
    ['command.run', { argv: ['/bin/true'], environment: {}, input: '', timeoutMs: 1000, maxOutputBytes: 10 }],
  ] as const)('%s is refused while the flag is there and reaches the host when it is not', async (name, request) => {
    const calls: string[] = [];
    const host: Host = {
      call: async (called) => {
        calls.push(called);
        return {} as never;
      },
      close: async () => undefined,
    };
    const path = join(directory, 'observe-only');
    const gated = gateHost(host, [path]);
    await gated.call(name, request as never);
    writeFileSync(path, '');
    await expect(gated.call(name, request as never)).rejects.toMatchObject({ code: 'SEC_REFUSED', message: expect.stringContaining('1sec panic --end') });
    expect(calls).toEqual([name]);
  });

  test('what takes back goes on while the flag is there', async () => {
    const calls: string[] = [];
    const host: Host = {
      call: async (called) => {
        calls.push(called);
        return {} as never;
      },
      close: async () => undefined,
    };
    const path = join(directory, 'observe-only');
    writeFileSync(path, '');
    const gated = gateHost(host, [path]);
    const process = { pid: 4_000_000, startTime: 1, exe: '/x', uid: 0, name: 'x', commandLine: 'x' };
    await gated.call('firewall.apply', { add: [], remove: ['192.0.2.7'] });
    await gated.call('firewall.remove', {});
    await gated.call('process.signal', { process, signal: 'SIGCONT' });
    expect(calls).toEqual(['firewall.apply', 'firewall.remove', 'process.signal']);
  });
});
