import { spawnSync } from 'node:child_process';
import { appendFileSync, chmodSync, cpSync, existsSync, writeFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { shortId } from '../../src/domain/ids.ts';
import type { ApprovalJson, RecordJson } from '../../src/protocol/schemas.ts';
import { type AccountSystem, createAccountSystem, whyNoUsermod } from '../kit/account-system.ts';
import { createStation, fileText, type Running, type Station, until, whyNoBuild } from '../kit/daemon.ts';
import { failedLogin } from '../kit/log-lines.ts';
import { createNetns, type Netns, skipsWithout, whyNoNetns } from '../kit/netns.ts';
import { createReceiver, type Receiver } from '../kit/receiver.ts';

// No account of this machine has such a number.
const UID = 3_100_000 + process.pid;
const ALICE = UID;
const CAROL = UID + 1;
const LAUNCHER = new URL('../../bin/1sec', import.meta.url).pathname;
const why = whyNoNetns() ?? whyNoUsermod() ?? whyNoBuild();
/** Long enough to look at them, short enough to see them end. */
const CROWD_TTL_MS = 45_000;
const GROUPS = [['alice', 'bob'], ['@ops']];

describe.skipIf(skipsWithout(why, 'approvals by several persons'))('a block that waits for people', () => {
  let system: AccountSystem;
  let namespace: Netns;
  let station: Station;
  let receiver: Receiver;
  let daemon: Running;
  let last = 0;

  const configure = (approvals: { readonly [key: string]: unknown }): void =>
    station.configure({
      sources: { auto: false, files: [{ path: station.path('auth.log'), grammar: 'auth' }], processes: false, journald: false },
      enforcement: {
        dry_run: false,
        preset: 'balanced',
        policies: {
          auth_fortress: { cooldown_seconds: 0, max_actions_per_min: 0, actions: [{ action: 'block_ip', min_severity: 'LOW', params: { duration: '10m' } }] },
        },
      },
      approvals: { require_approval: ['block_ip'], ...approvals },
      notifications: { label: 'web-1', endpoints: { siem: { url: receiver.url('/siem'), min_severity: 'LOW', allow_private: true } } },
    });
  const restart = async (approvals?: { readonly [key: string]: unknown }, signal: NodeJS.Signals = 'SIGTERM'): Promise<void> => {
    await daemon?.kill(signal);
    if (approvals !== undefined) configure(approvals);
    daemon = await station.start();
    await until('it can block', async () =>
      (await station.client.call('enforceStatus')).actions.some(({ action, available }) => action === 'block_ip' && available),
    );
  };
  /** The command line as that person uses it: another user id on the socket. */
  const as = (uid: number, ...verbs: readonly string[]): { readonly code: number; readonly out: string; readonly err: string } => {
    const { status, stdout, stderr } = spawnSync(LAUNCHER, verbs, { env: station.environment, uid, gid: 300, encoding: 'utf8' });
    return { code: status ?? -1, out: stdout, err: stderr };
  };
  const attack = (address: string): void => appendFileSync(station.path('auth.log'), failedLogin(address, 14));
  const nextAddress = (): string => {
    last += 1;
    return `203.0.113.${last}`;
  };
  const asked = async (target: string): Promise<ApprovalJson> => {
    let found: ApprovalJson | undefined;
    await until(`a question about ${target}`, async () => {
      found = (await station.client.call('pendingApprovals')).approvals.find((one) => one.target === target);
      return found !== undefined;
    });
    if (found === undefined) throw new Error('unreachable');
    return found;
  };
  const ask = async (): Promise<ApprovalJson> => {
    const address = nextAddress();
    attack(address);
    return asked(address);
  };
  const approval = (id: string): Promise<ApprovalJson> => station.client.call('approval', { params: { id } });
  const recordsOf = async (target: string): Promise<readonly RecordJson[]> =>
    (await station.client.call('history', { query: { limit: 500 } })).records.filter((record) => record.target === target).toReversed();
  const leaseOn = async (target: string) => (await station.client.call('leases', { query: { limit: 500 } })).leases.find((lease) => lease.target === target);
  const noticesOf = (id: string): readonly string[] =>
    receiver.on('/siem').flatMap(({ body }) => {
      const event: { readonly type: string; readonly subject: string } = JSON.parse(body);
      return event.subject === id ? [event.type] : [];
    });

  beforeAll(async () => {
    system = createAccountSystem(
      [
        { name: 'alice', uid: ALICE },
        { name: 'carol', uid: CAROL },
      ],
      ['1sec:x:300:alice,carol', 'ops:x:301:carol'],
    );
    for (const name of ['ssl', 'nsswitch.conf', 'ld.so.cache', 'hosts', 'iproute2', 'alternatives'])
      if (existsSync(`/etc/${name}`)) cpSync(`/etc/${name}`, system.path(`etc/${name}`), { recursive: true });
    namespace = createNetns('e2p');
    receiver = await createReceiver();
    station = createStation({ netns: namespace.name, wrapper: ['unshare', '--mount', 'sh', '-ec', 'mount --bind "$0" /etc; exec "$@"', system.path('etc')] });
    // Others than root come to the socket; its own mode decides who of them gets in.
    chmodSync(station.directory, 0o755);
    writeFileSync(station.path('auth.log'), '');
    await restart({ two_person: { actions: ['block_ip'], groups: GROUPS } });
  });
  afterAll(async () => {
    const said = daemon?.log() ?? '';
    await station?.remove();
    await receiver?.close();
    namespace?.remove();
    system?.remove();
    expect(said).not.toMatch(/ error |FATAL/i);
  });

  test('of two groups happens when one person of each agreed, also when the daemon was killed between the two', async () => {
    const { id, target } = await ask();
    const first = as(ALICE, 'enforce', 'approvals', 'approve', id, '--reason', 'not ours');
    expect(first).toMatchObject({ code: 0, err: '' });
    expect(first.out).toContain('agreed; 1 more must: @ops');
    expect(as(ALICE, 'enforce', 'approvals', 'approve', id)).toMatchObject({ code: 7, err: expect.stringContaining('alice has agreed already') });
    expect(await leaseOn(target)).toBeUndefined();

    await restart(undefined, 'SIGKILL');
    expect(await approval(id)).toMatchObject({
      state: 'pending',
      votes: [{ by: { name: 'alice', uid: ALICE, via: 'cli' }, reason: 'not ours' }],
      votes_missing: 1,
    });
    // Root is neither of the two groups.
    expect((await station.cli('enforce', 'approvals', 'approve', id)).err).toContain('root is not one of those who are still needed: @ops');
    expect((await station.cli('enforce', 'approvals')).out).toContain('1 of 2 agreed');

    expect(as(CAROL, 'enforce', 'approvals', 'approve', shortId(id))).toMatchObject({ code: 0, out: expect.stringContaining('done: block_ip') });
    expect(await leaseOn(target)).toMatchObject({ state: 'active' });
    const records = await recordsOf(target);
    expect(records.find(({ kind }) => kind === 'intent')?.reason).toBe('approved by alice and carol');
    expect(records.filter(({ kind }) => kind === 'intent')).toHaveLength(1);
    expect(records.map(({ reason }) => reason)).toContain('agreed: @ops must still agree: not ours');
  });

  test('is refused by any one of them, and nothing happens', async () => {
    const { id, target } = await ask();
    expect(as(ALICE, 'enforce', 'approvals', 'approve', id).code).toBe(0);
    expect(as(CAROL, 'enforce', 'approvals', 'reject', id, '--reason', 'a drill')).toMatchObject({ code: 0, out: expect.stringContaining('rejected') });
    expect(await leaseOn(target)).toBeUndefined();
    expect((await recordsOf(target)).at(-1)).toMatchObject({ reason: 'rejected: a drill', actor: { name: 'carol', uid: CAROL } });
  });

  test('happens by one person alone who breaks the glass: with a reason, confirmed, everybody told', async () => {
    const { id, target } = await ask();
    const glass = ['enforce', 'approvals', 'approve', id, '--break-glass'];
    expect(as(ALICE, ...glass)).toMatchObject({ code: 2, err: expect.stringContaining('--reason is missing') });
    const unconfirmed = as(ALICE, ...glass, '--reason', 'nobody of ops answers');
    expect(unconfirmed.code).toBe(23);
    const [, code = ''] = /confirm with (\S+)/.exec(unconfirmed.err) ?? [];
    expect(as(ALICE, ...glass, '--reason', 'x', '--confirm', 'XXXXXX-1').code).toBe(23);
    expect((await approval(id)).state).toBe('pending');
    expect(as(ALICE, ...glass, '--reason', 'nobody of ops answers', '--confirm', code)).toMatchObject({ code: 0, out: expect.stringContaining('done') });
    expect(await approval(id)).toMatchObject({ state: 'done', break_glass: true, decided_by: { name: 'alice' }, reason: 'nobody of ops answers' });
    const reasons = (await recordsOf(target)).map(({ reason }) => reason);
    expect(reasons).toContain('approved by breaking the glass: nobody of ops answers');
    expect(reasons).toContain('approved by alice, who broke the glass');
    await until('everybody is told', () => noticesOf(id).includes('dev.1-sec.break_glass'));
    expect(
      receiver
        .on('/siem')
        .map(({ body }) => body)
        .join(''),
    ).not.toContain('alice');
    expect((await station.cli('enforce', 'approvals', 'show', id)).out).toContain('glass     broken');
  });

  test('once done is taken back by revoke, verified; its time had begun when it was done, not when it was asked', async () => {
    await restart({});
    const { id, target } = await ask();
    await delay(2500);
    const before = Date.now();
    expect((await station.cli('enforce', 'approvals', 'approve', id)).code).toBe(0);
    const lease = await leaseOn(target);
    const length = Date.parse(lease?.expires_at ?? '') - before;
    expect(length).toBeGreaterThanOrEqual(600_000);
    expect(length).toBeLessThan(610_000);
    const ran = await station.cli('enforce', 'approvals', 'revoke', shortId(id), '--reason', 'a customer', '--json');
    expect(ran.code).toBe(0);
    expect(JSON.parse(ran.out)).toMatchObject({ state: 'revoked', revoked_by: { name: 'root', via: 'cli' } });
    expect(await leaseOn(target)).toBeUndefined();
    expect((await recordsOf(target)).slice(-2).map(({ kind, reason }) => [kind, reason])).toEqual([
      ['undo', expect.stringContaining('a customer')],
      ['approval', 'was approved and is taken back: a customer'],
    ]);
    expect(await station.cli('enforce', 'approvals', 'revoke', id)).toMatchObject({ code: 7, err: expect.stringContaining('revoked already') });
    expect((await station.cli('enforce', 'history', '--verify')).out).toContain('intact');
  });

  test('asked for again and again is one question that counts', async () => {
    const { id, target } = await ask();
    for (let round = 0; round < 3; round += 1) {
      attack(target);
      await delay(700);
    }
    await until('they joined', async () => ((await approval(id)).count ?? 1) > 1);
    expect((await station.client.call('pendingApprovals')).approvals.filter((one) => one.target === target)).toHaveLength(1);
    // What was seen before they joined may still be decided.
    expect(await station.client.call('reject', { params: { id }, body: { reason: '', version: 1 } })).toMatchObject({ state: 'rejected' });
  });

  test('that nobody answers is reminded of at half and at four fifths, and expires: nothing is done, and that is recorded', async () => {
    await restart({ ttl: '1h', ttl_by_severity: { LOW: '5s', MEDIUM: '5s', HIGH: '5s', CRITICAL: '5s' } });
    const { id, target } = await ask();
    await until('it expires', async () => (await approval(id)).state === 'expired', 12_000);
    expect(await approval(id)).toMatchObject({ reminded: 0.8, result: 'nobody answered in time' });
    await until('people were told', () => noticesOf(id).length >= 4);
    expect(noticesOf(id)).toEqual(['dev.1-sec.approval', 'dev.1-sec.reminder', 'dev.1-sec.reminder', 'dev.1-sec.resolved']);
    const reasons = (await recordsOf(target)).filter(({ kind }) => kind === 'approval').map(({ reason }) => reason);
    expect(reasons).toEqual([
      'waits for a person',
      'reminder: 50 % of the time to answer is over',
      'reminder: 80 % of the time to answer is over',
      'expired, no action: nobody answered in time',
    ]);
    expect(await leaseOn(target)).toBeUndefined();
  });

  test('that somebody looks at does not run out meanwhile', async () => {
    const { id } = await ask();
    for (let round = 0; round < 8; round += 1) {
      await station.client.call('viewApproval', { params: { id } });
      await delay(1000);
    }
    expect((await approval(id)).state).toBe('pending');
    expect((await station.cli('enforce', 'approvals', 'reject', id)).code).toBe(0);
  });

  test('is one of 10,000 that wait: all of them asked, listed, decided and expired, and the oldest stays', async () => {
    await restart({ ttl: '1h', max_pending: 10_000 });
    daemon = await crowd(10_000);
    const status = await station.client.call('status');
    expect(status.approvals_pending).toBe(10_000);
    const rss = Number(/VmRSS:\s+(\d+)/.exec(fileText(`/proc/${daemon.pid}/status`))?.[1] ?? 0) / 1024;
    const listed = performance.now();
    const { approvals, total } = await station.client.call('pendingApprovals', { query: { limit: 10_000 } });
    const listMs = performance.now() - listed;
    expect([approvals.length, total]).toEqual([10_000, 10_000]);
    // One more of the same severity has no place; the oldest is still there.
    attack('192.0.2.200');
    await until('it is refused', async () => (await recordsOf('192.0.2.200')).some(({ outcome }) => outcome === 'over-budget'), 20_000);
    const [oldest] = approvals;
    const middle = approvals[5000];
    if (oldest === undefined || middle === undefined) throw new Error('unreachable');
    const began = performance.now();
    expect((await station.cli('enforce', 'approvals', 'reject', middle.id)).code).toBe(0);
    const decideMs = performance.now() - began;
    expect(await approval(oldest.id)).toMatchObject({ state: 'pending' });
    const cpu = (): number => Number(fileText(`/proc/${daemon.pid}/stat`).split(' ')[13]) + Number(fileText(`/proc/${daemon.pid}/stat`).split(' ')[14]);
    const before = cpu();
    await delay(5000);
    console.info(
      `10,000 that wait: ${Math.round(rss)} MB, idle ${((cpu() - before) / 5).toFixed(1)} % of a core, listed in ${Math.round(listMs)} ms, one rejected from the command line in ${Math.round(decideMs)} ms, daemon up in ${Math.round(daemon.startedInMs)} ms`,
    );
    const isOver = Date.parse(oldest.expires_at);
    await until('all of them expire', async () => (await station.client.call('status')).approvals_pending === 0, 150_000, 500);
    console.info(`10,000 that end at the same moment are recorded as expired within ${((Date.now() - isOver) / 1000).toFixed(1)} s`);
    expect(await approval(approvals.at(-1)?.id ?? '')).toMatchObject({ state: 'expired', result: 'nobody answered in time' });
    expect((await station.client.call('leases', { query: { limit: 10 } })).leases.filter(({ target }) => target.startsWith('10.'))).toEqual([]);
  }, 300_000);

  /** A daemon over a database in which that many questions wait. */
  const crowd = async (count: number): Promise<Running> => {
    await daemon.kill();
    const { openStore } = await import('../../src/store/open-store.ts');
    const { systemClock } = await import('../../src/domain/clock.ts');
    const { createId } = await import('../../src/domain/ids.ts');
    const { sampleApproval } = await import('../store/store-fixtures.ts');
    const { store } = await openStore({ directory: station.path('data'), clock: systemClock });
    const now = systemClock.now();
    for (let from = 0; from < count; from += 1000) {
      const some = Array.from({ length: 1000 }, (_, index) => {
        const number = from + index;
        const target = { kind: 'ip', address: `10.${number >> 16}.${(number >> 8) & 255}.${number & 255}` } as const;
        const ids = { id: createId<'ApprovalId'>(now + number), actionId: createId<'ActionId'>(now), alertId: createId<'AlertId'>(now) };
        return sampleApproval(number, { ...ids, target, severity: 'CRITICAL', createdAt: now, expiresAt: now + CROWD_TTL_MS, reminded: 0.8 });
      });
      await store.commit({ approvals: some, records: [] });
    }
    await store.close();
    const running = await station.start({ waitMs: 60_000 });
    await until(
      'it can block',
      async () => (await station.client.call('enforceStatus')).actions.some(({ action, available }) => action === 'block_ip' && available),
      30_000,
    );
    return running;
  };
});
