import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, expect, test } from 'vitest';
import { createEnforcers } from '../../src/actors/enforcers/registry.ts';
import { cleanUp } from '../../src/daemon/cleanup.ts';
import type { ActionName } from '../../src/domain/action.ts';
import { createManualClock } from '../../src/domain/clock.ts';
import type { Entities } from '../../src/domain/entity.ts';
import { createId } from '../../src/domain/ids.ts';
import { blockUnitOf } from '../../src/domain/ip.ts';
import type { EnforcementPolicy, PolicyRule } from '../../src/domain/policy.ts';
import type { Store } from '../../src/store/contract.ts';
import { openStore } from '../../src/store/open-store.ts';
import { sampleAlert } from '../kit/alerts.ts';
import { START } from '../store/store-fixtures.ts';
import { addAccount, addFile, addProcess, createWorld, hostOf, type World } from './fake-host.ts';
import { createFuse, type Fuse } from './fuse.ts';
import { type Life, OPERATOR, startLife } from './life.ts';

/*
 * Random sequences of actions, answers, undos, interference by others, crashes at any call or write, and restarts. After each step
 * and the next round of the clockwork the host is as the store says; after a cleanup it is as it was before the first step.
 */

const SEQUENCES = 2000;
const REOPEN_EVERY = 10;
/** A database of its own for so many sequences: what piles up in it costs time. */
const FRESH_EVERY = 40;
const SEED = 20_310_203;

const ADDRESSES = ['203.0.113.1', '203.0.113.2', '198.51.100.0/28', '2001:db8:1::5', '2001:db8:2::9'] as const;
const FILES = ['/srv/a', '/srv/b'] as const;
const USERS = ['mallory', 'trudy'] as const;
const PIDS = [500, 510, 520] as const;

const rule = (action: ActionName, type: string, more: Partial<PolicyRule> = {}): PolicyRule => ({
  action,
  minSeverity: 'LOW',
  params: action === 'block_ip' ? { duration: type.endsWith('long') ? '2h' : '90s' } : {},
  skipApproval: true,
  dryRun: false,
  description: '',
  hold: false,
  types: [type],
  ...more,
});
const asks = { skipApproval: false };
const POLICY: EnforcementPolicy = {
  enabled: true,
  dryRun: false,
  preset: 'strict',
  globalAllowList: [],
  policies: {
    '*': {
      enabled: true,
      minSeverity: 'LOW',
      cooldownSeconds: 0,
      maxActionsPerMinute: 0,
      dryRun: false,
      allowList: [],
      rules: [
        rule('block_ip', 'block-short'),
        rule('block_ip', 'block-long'),
        rule('block_ip', 'block-ask', asks),
        rule('quarantine_file', 'file-now'),
        rule('quarantine_file', 'file-ask', asks),
        rule('disable_user', 'user-now'),
        rule('disable_user', 'user-ask', asks),
        rule('kill_process', 'kill-now'),
        rule('kill_process', 'kill-ask', { ...asks, hold: true }),
      ],
    },
  },
  approvalGate: {
    enabled: true,
    requireApproval: ['block_ip', 'quarantine_file', 'disable_user', 'kill_process'],
    autoApproveAbove: undefined,
    ttlMs: 1_800_000,
    ttlMsBySeverity: {},
    maxPending: 100,
    twoPerson: undefined,
  },
  caps: { maxActiveBlocks: 1000, maxNewActionsPerMinute: 1000, minPrefixV4: 24, minPrefixV6: 48, maxBlockSeconds: 86_400 },
};

type Step =
  | { readonly do: 'alert'; readonly type: string; readonly which: number }
  | { readonly do: 'answer'; readonly which: number; readonly with: 'approve' | 'reject' }
  | { readonly do: 'undo'; readonly which: number }
  | { readonly do: 'allow' | 'disallow'; readonly which: number }
  | { readonly do: 'wait'; readonly ms: number }
  | { readonly do: 'interfere'; readonly how: 'flush' | 'lift' | 'add' | 'resume' | 'exit'; readonly which: number }
  | { readonly do: 'restart' | 'kill' };
/** `burn`: the daemon dies at that call or write within the step, the start after it included. */
type Turn = { readonly step: Step; readonly burn: number | undefined };

const which = fc.nat({ max: 9 });
const types = ['block-short', 'block-long', 'block-ask', 'file-now', 'file-ask', 'user-now', 'user-ask', 'kill-now', 'kill-ask'];
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 8, arbitrary: fc.record({ do: fc.constant('alert' as const), type: fc.constantFrom(...types), which }) },
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constant('answer' as const), which, with: fc.constantFrom('approve' as const, 'approve' as const, 'reject' as const) }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('undo' as const), which }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom('allow' as const, 'disallow' as const), which }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('wait' as const), ms: fc.constantFrom(1000, 60_000, 89_500, 1_000_000, 8_000_000) }) },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('interfere' as const),
      how: fc.constantFrom('flush' as const, 'lift' as const, 'add' as const, 'resume' as const, 'exit' as const),
      which,
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constantFrom('restart' as const, 'kill' as const) }) },
);
const turn: fc.Arbitrary<Turn> = fc.record({ step, burn: fc.option(fc.nat({ max: 14 }), { nil: undefined, freq: 2 }) });

const pick = <Item>(items: readonly Item[], index: number): Item | undefined => items[index % Math.max(1, items.length)];

const entitiesOf = (world: World, type: string, index: number): Entities => {
  if (type.startsWith('block')) return { ip: pick(ADDRESSES, index) };
  if (type.startsWith('file')) return { file: { path: pick(FILES, index) ?? '' } };
  if (type.startsWith('user')) return { user: pick(USERS, index) };
  return { process: world.processes.get(pick(PIDS, index) ?? 0)?.ref };
};

const furnish = (): World => {
  const world = createWorld({ sshPeers: ['192.0.2.77'], ownAddresses: ['127.0.0.1', '192.0.2.10'], sshdListeners: [40] });
  for (const [index, path] of FILES.entries()) addFile(world, path, 100 + index);
  for (const [index, user] of USERS.entries()) addAccount(world, user, 1001 + index);
  addAccount(world, 'ann', 2000);
  for (const pid of PIDS) {
    addProcess(world, pid);
    addProcess(world, pid + 1, { parentPid: pid });
  }
  addProcess(world, 600, { uid: 1001 });
  addProcess(world, 40, { uid: 0, exe: '/usr/sbin/sshd' });
  addProcess(world, 700, { uid: 0, exe: '/usr/bin/innocent' });
  return world;
};

/** What can be brought back, as text. */
const imageOf = (world: World): string =>
  JSON.stringify({
    table: world.table === undefined ? 'none' : [...world.table.keys()],
    files: [...world.files.values()].toSorted((a, b) => a.ino - b.ino),
    stored: [...world.stored.keys()],
    accounts: [...world.accounts.values()],
    noted: [...world.locked.keys()],
  });

type Scene = { readonly store: Store; readonly world: World; readonly clock: ReturnType<typeof createManualClock>; life: Life; fuse: Fuse; crashes: number };

const mayBeGone = ({ store }: Scene, pid: number, exited: ReadonlySet<number>): boolean => {
  if (exited.has(pid)) return true;
  const killed = store.history.page({ limit: 1000, kind: 'intent' }).filter(({ action }) => action === 'kill_process');
  const root = PIDS.find((one) => pid === one || pid === one + 1);
  if (root !== undefined && killed.some(({ target }) => target?.startsWith(`pid ${root} `) === true)) return true;
  return pid === 600 && store.history.page({ limit: 1000, kind: 'intent' }).some(({ action }) => action === 'disable_user');
};

const differences = (scene: Scene, exited: ReadonlySet<number>): readonly string[] => {
  const { store, world, clock } = scene;
  const now = clock.now();
  const problems: string[] = [];
  const live = store.leases.live();
  for (const lease of live) if (lease.state === 'intended') problems.push(`${lease.action} of ${lease.actionId} is still only intended`);
  const wanted = new Map<string, number>();
  for (const { action, target, expiresAt } of live) {
    if (action !== 'block_ip' || target.kind !== 'ip') continue;
    const unit = target.address.includes('/') ? target.address : blockUnitOf(target.address);
    wanted.set(unit, Math.max(expiresAt ?? 0, wanted.get(unit) ?? 0));
  }
  const kernel = new Map([...(world.table ?? [])].filter(([, end]) => end > now));
  for (const [unit, end] of wanted) {
    const there = kernel.get(unit);
    if (there === undefined ? end - now > 1000 : Math.abs(there - end) > 1000) problems.push(`${unit} until ${end}, the kernel has ${there}`);
  }
  for (const [unit, end] of kernel) if (!wanted.has(unit) && end - now > 1000) problems.push(`the kernel blocks ${unit}, the store does not`);
  const leasesOf = (action: ActionName) => live.filter((lease) => lease.action === action);
  const stored = [...world.stored.keys()].toSorted().join();
  const away = leasesOf('quarantine_file').map(({ actionId }): string => actionId);
  if (stored !== away.toSorted().join()) problems.push(`quarantine holds [${stored}], the store says [${away.join()}]`);
  const locked = [...world.accounts.values()].flatMap(({ user, isLocked, isClosed }) => (isLocked || isClosed ? [user] : [])).toSorted();
  const disabled = [...new Set(leasesOf('disable_user').flatMap(({ target }) => (target.kind === 'user' ? [target.user] : [])))].toSorted();
  if (locked.join() !== disabled.join()) problems.push(`locked are [${locked.join()}], the store says [${disabled.join()}]`);
  const waiting = store.approvals.waiting();
  // The whole tree, also where the daemon died before it could write down what it had suspended.
  const held = new Set(
    waiting.flatMap(({ isHeld, target, held: known = [] }) =>
      isHeld && target.kind === 'process' ? [target.process.pid, target.process.pid + 1, ...known.map(({ pid }) => pid)] : [],
    ),
  );
  for (const [pid, { state }] of world.processes) {
    if (state === 'stopped' && !held.has(pid)) problems.push(`process ${pid} is suspended for nobody`);
    if (state === 'running' && held.has(pid)) problems.push(`process ${pid} runs although a question about it waits`);
    if (state === 'gone' && !mayBeGone(scene, pid, exited)) problems.push(`process ${pid} is gone and nobody decided that`);
  }
  for (const { state, id } of waiting) if (state !== 'pending') problems.push(`approval ${id} stays ${state}`);
  return problems;
};

const boot = async (scene: Omit<Scene, 'life' | 'fuse'>, burn: number | undefined): Promise<{ readonly life: Life; readonly fuse: Fuse }> => {
  for (let left = burn; ; left = undefined) {
    scene.clock.advance(7);
    const fuse = createFuse();
    if (left !== undefined) fuse.burn(left);
    try {
      const life = await startLife({
        store: fuse.store(scene.store),
        host: fuse.host(hostOf(scene.world, scene.clock)),
        clock: scene.clock,
        policy: () => POLICY,
      });
      if (fuse.isDead()) throw new Error('died at its start');
      await life.allow.settle();
      return { life, fuse };
    } catch (problem) {
      if (!fuse.isDead()) throw problem;
      scene.crashes += 1;
    }
  }
};

const carryOut = async ({ life, store, world, clock }: Scene, { do: what, ...more }: Step, exited: Set<number>): Promise<void> => {
  const detail = more as { readonly type?: string; readonly which?: number; readonly with?: 'approve' | 'reject'; readonly ms?: number; readonly how?: string };
  const index = detail.which ?? 0;
  switch (what) {
    case 'alert': {
      const type = detail.type ?? '';
      const entities = entitiesOf(world, type, index);
      life.responder.respond(sampleAlert({ id: createId<'AlertId'>(clock.now()), module: 'm', type, severity: 'CRITICAL', entities }), false);
      return life.idle();
    }
    case 'answer': {
      const approval = pick(store.approvals.waiting(), index);
      // A question that became moot, ran out or went with its daemon is answered too.
      if (approval !== undefined) await life.decide(approval, detail.with ?? 'reject').catch(() => undefined);
      return;
    }
    case 'undo':
      await life.endLease(pick(life.leases.live(), index)?.id ?? '');
      return;
    case 'allow':
      await life.allow.add({ network: pick(ADDRESSES, index) ?? '', reason: '', forMs: undefined }, OPERATOR);
      return;
    case 'disallow':
      await life.allow.remove(pick(ADDRESSES, index) ?? '', '', OPERATOR).catch(() => undefined); // it may not be on it
      return;
    case 'wait':
      clock.advance(detail.ms ?? 0);
      return;
    case 'interfere':
      return interfere(world, clock.now(), detail.how ?? '', index, exited);
    default:
      return;
  }
};

const interfere = (world: World, now: number, how: string, index: number, exited: Set<number>): void => {
  const pid = pick(PIDS, index) ?? 0;
  const process = world.processes.get(pid);
  if (how === 'flush') world.table = undefined;
  if (how === 'lift') world.table?.delete(pick([...world.table.keys()], index) ?? '');
  if (how === 'add') world.table?.set('192.0.2.200', now + 3_600_000);
  if (how === 'resume' && process?.state === 'stopped') process.state = 'running';
  if (how === 'exit' && process !== undefined && process.state !== 'gone') {
    process.state = 'gone';
    exited.add(pid);
  }
};

const runSequence = async (store: Store, clock: Scene['clock'], turns: readonly Turn[]): Promise<number> => {
  clock.advance(86_400_000);
  const world = furnish();
  const before = imageOf(world);
  const exited = new Set<number>();
  const bare = { store, world, clock, crashes: 0 };
  const scene: Scene = { ...bare, ...(await boot(bare, undefined)) };
  const restart = async (burn: number | undefined): Promise<void> => {
    scene.life.kill();
    Object.assign(scene, await boot(scene, burn));
  };
  for (const { step: what, burn } of turns) {
    if (what.do === 'restart') await scene.life.stop();
    if (what.do === 'restart' || what.do === 'kill') await restart(burn);
    else {
      if (burn !== undefined) scene.fuse.burn(burn);
      const work = carryOut(scene, what, exited).then(() => scene.life.round());
      // What a dead daemon still says is of no interest.
      const over = work.catch((problem: unknown) => (scene.fuse.isDead() ? undefined : Promise.reject(problem)));
      await Promise.race([over, scene.fuse.died]);
    }
    if (scene.fuse.isDead()) {
      scene.crashes += 1;
      await restart(undefined);
    }
    scene.fuse.burn(Number.POSITIVE_INFINITY);
    clock.advance(7);
    await scene.life.round();
    clock.advance(7);
    await scene.life.round();
    const problems = differences(scene, exited);
    if (problems.length > 0) throw new Error(`after ${JSON.stringify({ what, burn })}: ${problems.join('; ')}`);
  }
  for (const { network } of scene.life.allow.book.entries()) await scene.life.allow.remove(network, '', OPERATOR);
  await scene.life.stop();
  // As `1sec enforce cleanup` with the daemon dead: enforcers that know nothing but store and host.
  const enforcers = createEnforcers({ host: hostOf(world, clock), clock });
  const { left } = await cleanUp({ store, clock, enforcers, restoreFiles: true }, OPERATOR, '');
  expect(left).toEqual([]);
  expect(imageOf(world)).toBe(before);
  expect(differences(scene, exited)).toEqual([]);
  return scene.crashes;
};

const place = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), '1sec-as-stored-'));
afterAll(() => rmSync(place, { recursive: true, force: true }));

test(`${SEQUENCES} sequences: the host is as the store says after each reconcile, and after a cleanup as before`, { timeout: 300_000 }, async () => {
  const clock = createManualClock(START);
  const counts = { runs: 0, steps: 0, crashes: 0 };
  let store: Store | undefined;
  await fc.assert(
    fc.asyncProperty(fc.array(turn, { minLength: 3, maxLength: 10 }), async (turns) => {
      if (counts.runs % REOPEN_EVERY === 0) {
        await store?.close();
        const directory = join(place, String(Math.floor(counts.runs / FRESH_EVERY)));
        ({ store } = await openStore({ directory, clock }));
      }
      if (store === undefined) throw new Error('no store');
      counts.runs += 1;
      counts.steps += turns.length;
      counts.crashes += await runSequence(store, clock, turns);
    }),
    { numRuns: SEQUENCES, seed: SEED, endOnFailure: true },
  );
  await store?.close();
  expect(counts.runs).toBe(SEQUENCES);
  expect(counts.crashes).toBeGreaterThan(SEQUENCES);
});
