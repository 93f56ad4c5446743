import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createEnforcers } from '../../src/actors/enforcers/registry.ts';
import { createLedger } from '../../src/actors/response/ledger.ts';
import { leasesMatching, type UndoFilter, undoLeases } from '../../src/actors/response/undo-matching.ts';
import type { ChildView } from '../../src/actors/root.ts';
import { collectorSpec } from '../../src/actors/supervision.ts';
import { cleanUp } from '../../src/daemon/cleanup.ts';
import { createSourceAlarms } from '../../src/daemon/source-alarms.ts';
import { targetKey } from '../../src/domain/action.ts';
import type { Finding } from '../../src/domain/finding.ts';
import { sampleAlert } from '../kit/alerts.ts';
import { addAccount, addFile, addProcess, createWorld, hostOf } from './fake-host.ts';
import { createFuse } from './fuse.ts';
import { OPERATOR, startLife } from './life.ts';
import { policyOf, rule, withScene } from './scene.ts';

const POLICY = await policyOf([
  rule('block_ip', { types: ['ip'] }),
  rule('kill_process', { types: ['process'] }),
  rule('quarantine_file', { types: ['file'] }),
]);

test('safety 27: a decision is made at once although the host never answers and nobody can be told', async () => {
  await withScene(POLICY, async ({ mood, life, records }) => {
    mood.watch = () => {
      throw new Error('never');
    };
    const before = records('decision').length;
    life.responder.respond(sampleAlert({ severity: 'CRITICAL', type: 'ip', isClaim: true }), false);
    // In the very same turn: nothing was waited for.
    expect(records('decision')).toHaveLength(before + 1);
  });
});

test('safety 28: one action that cannot be carried out does not stop the others', async () => {
  const world = createWorld();
  const process = addProcess(world, 500);
  await withScene(
    POLICY,
    async ({ mood, raise, records }) => {
      mood.watch = (name) => {
        if (name.startsWith('process.')) throw new Error('/proc is broken');
      };
      await raise({ type: 'process', entities: { process } });
      await raise({ type: 'ip', entities: { ip: '203.0.113.7' } });
      expect(world.table?.has('203.0.113.7')).toBe(true);
      expect(records('outcome').map(({ outcome }) => outcome)).toEqual(['success', 'failure']);
    },
    world,
  );
});

test('safety 29: the service tells that it lives only while all of it does, and has a bound on memory', () => {
  const unit = readFileSync(join(import.meta.dirname, '../../packaging/1sec.service'), 'utf8');
  for (const line of [/^Type=notify$/m, /^WatchdogSec=\d+/m, /^OOMScoreAdjust=-\d+/m, /^MemoryMax=/m]) expect(unit).toMatch(line);
});

test('safety 30: a source that falls silent, or is hardly understood any more, is told once, by name, and nothing acts on it', async () => {
  await withScene(POLICY, async ({ world, clock, records, raise }) => {
    const told: Finding[] = [];
    const sources = ['silent', 'unread', 'well'].map((id) => ({
      spec: collectorSpec({ id, collector: 'file', grammar: 'auth', path: `/var/log/${id}.log` }),
      counts: { lines: 0, parsed: 0 },
    }));
    // Only spec and counts are looked at.
    // Only these fields are read; a whole child needs an actor.
    const children = sources.map(({ spec, counts }) => ({ record: { spec }, state: 'running', context: counts }) as unknown as ChildView);
    const alarms = createSourceAlarms({ root: { children: () => children }, clock, raise: (finding) => void told.push(finding) });
    const pass = (minutes: number, isWell: boolean): void => {
      for (let minute = 0; minute < minutes; minute += 1) {
        for (const { spec, counts } of sources) {
          if (isWell || !spec.id.endsWith('silent')) counts.lines += 20;
          if (isWell || spec.id.endsWith('well')) counts.parsed += 20;
        }
        clock.advance(60_000);
        alarms.look();
      }
    };
    pass(120, true);
    expect(told).toEqual([]);
    pass(60, false);
    expect(told.map(({ module, type, severity, title }) => [module, type, severity, title])).toEqual([
      ['collector', 'source_silent', 'MEDIUM', 'silent is silent'],
      ['collector', 'source_unread', 'MEDIUM', 'unread is hardly understood any more'],
    ]);
    for (const { module, type, severity, entities } of told) await raise({ module, type, severity, entities });
    expect(records('intent')).toEqual([]);
    expect(world.everBlocked).toEqual([]);
  });
});

test('safety 31: whatever write the daemon dies at, the next one finds a whole history and no half of an action', async () => {
  for (let burn = 0; burn < 16; burn += 1)
    await withScene(POLICY, async (scene) => {
      const fuse = createFuse();
      const host = fuse.host(hostOf(scene.world, scene.clock));
      const doomed = await startLife({ store: fuse.store(scene.store), host, clock: scene.clock, policy: () => POLICY });
      fuse.burn(burn);
      doomed.responder.respond(sampleAlert({ severity: 'CRITICAL', type: 'ip' }), false);
      await Promise.race([doomed.idle(), fuse.died]);
      await scene.restart();
      scene.clock.advance(10);
      await scene.life.round();
      expect(scene.store.history.verify().isIntact).toBe(true);
      const inForce = scene.store.leases.live().map(({ state }) => state);
      expect(inForce).toEqual(scene.world.table?.has('203.0.113.7') === true ? ['active'] : []);
    });
});

test('safety 32: waits are measured on a clock that does not jump', () => {
  const ledger = createLedger();
  ledger.startCooldown('k', 60_000, 1000);
  expect(ledger.cooldownLeft('k', 31_000)).toBe(30_000);
  expect(ledger.cooldownLeft('k', 61_000)).toBe(0);
});

test('safety 33: what undoing needs is on disk before the act begins', async () => {
  const world = createWorld();
  addFile(world, '/srv/a', 100);
  await withScene(
    POLICY,
    async ({ store, mood, life, raise }) => {
      const seen: unknown[] = [];
      mood.watch = (name, moment) => {
        if (name === 'file.quarantine' && moment === 'before') seen.push(store.leases.live().map(({ state, undo }) => [state, undo?.kind]));
      };
      await raise({ type: 'file', entities: { file: { path: '/srv/a' } } });
      expect(seen).toEqual([[['intended', 'file']]]);
      await life.undo('/srv/a');
      expect(world.files.has('/srv/a')).toBe(true);
    },
    world,
  );
});

test('safety 33: all that was done since then, by a module or under a preset is taken back, and nothing else; a failure keeps nothing else in force', async () => {
  const world = createWorld();
  addFile(world, '/srv/a', 100);
  await withScene(
    POLICY,
    async ({ store, clock, life, mood, raise, records }) => {
      const left = (): readonly string[] => life.leases.live().map(({ target }) => targetKey(target));
      const undo = (filter: UndoFilter) => undoLeases(life.base, leasesMatching(life.leases.live(), filter, { limit: 100 }).leases, OPERATOR, 'wrong');
      await raise({ type: 'ip', module: 'auth_fortress', entities: { ip: '203.0.113.1' } });
      clock.advance(3_600_000 - 60_000);
      await raise({ type: 'ip', module: 'auth_fortress', entities: { ip: '203.0.113.2' } });
      // Their order within one millisecond is left to chance.
      clock.advance(1);
      await raise({ type: 'file', module: 'ransomware', entities: { file: { path: '/srv/a' } } });
      mood.policy = { ...POLICY, preset: 'strict' };
      await raise({ type: 'ip', module: 'network_guardian', entities: { ip: '203.0.113.3' } });
      await raise({ type: 'ip', module: 'network_guardian', entities: { ip: '203.0.113.4' } });
      expect(left()).toHaveLength(5);

      expect(await undo({ preset: 'strict', module: 'auth_fortress' })).toEqual([]);
      await undo({ preset: 'strict' });
      expect(left()).toEqual(['203.0.113.1', '203.0.113.2', '/srv/a']);
      // Something else is where the file was: it cannot come back, the block behind it ends all the same.
      addFile(world, '/srv/a', 200);
      const results = await undo({ since: clock.now() - 600_000 });
      expect(results.map((result) => 'record' in result && result.record.outcome)).toEqual(['success', 'failure']);
      expect(left()).toEqual(['203.0.113.1', '/srv/a']);
      expect([...(world.table?.keys() ?? [])]).toEqual(['203.0.113.1']);
      await undo({ module: 'auth_fortress' });
      expect(store.leases.live().map(({ target }) => targetKey(target))).toEqual(['/srv/a']);
      expect(records('undo')).toHaveLength(5);
      expect(records('undo')[0]?.actor).toMatchObject({ name: 'ops' });
    },
    world,
  );
});

test('safety 34: a file that came to the old place meanwhile is never overwritten by the one that comes back', async () => {
  const world = createWorld();
  addFile(world, '/srv/a', 100);
  await withScene(
    POLICY,
    async ({ life, raise, store }) => {
      await raise({ type: 'file', entities: { file: { path: '/srv/a' } } });
      addFile(world, '/srv/a', 200);
      expect((await life.undo('/srv/a'))[0]).toMatchObject({ outcome: 'failure' });
      expect([world.files.get('/srv/a')?.ino, world.stored.size, store.leases.live().length]).toEqual([200, 1, 1]);
    },
    world,
  );
});

test('safety 35: after a cleanup no rule, no lock and no suspended process is left, daemon dead or alive', async () => {
  const policy = await policyOf([rule('block_ip'), rule('disable_user'), rule('kill_process', { skipApproval: false, hold: true })]);
  const world = createWorld();
  addAccount(world, 'mallory', 1001);
  addAccount(world, 'ann', 1002);
  const process = addProcess(world, 500);
  await withScene(
    policy,
    async ({ store, clock, life, raise }) => {
      await raise({ type: 'takeover', entities: { ip: '203.0.113.7', user: 'mallory', process } });
      expect([world.table?.size, world.accounts.get('mallory')?.isLocked, world.processes.get(500)?.state]).toEqual([1, true, 'stopped']);
      life.kill();
      const { left } = await cleanUp({ store, clock, enforcers: createEnforcers({ host: hostOf(world, clock), clock }) }, OPERATOR, '');
      expect(left).toEqual([]);
      expect([world.table, world.accounts.get('mallory')?.isLocked, world.processes.get(500)?.state]).toEqual([undefined, false, 'running']);
    },
    world,
  );
});
