import { execFileSync } from 'node:child_process';
import { rmSync, statfsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createManualClock } from '../../src/domain/clock.ts';
import type { Store } from '../../src/store/contract.ts';
import { openStore } from '../../src/store/open-store.ts';
import { createDirectory, numberedId, START, sampleAlert, sampleDraft, sampleLease } from './store-fixtures.ts';

const isRoot = process.getuid?.() === 0;
if (!isRoot) console.log('skipped: a file system of its own can only be mounted by root');

const MIB = 1024 * 1024;
const full = expect.objectContaining({ code: 'SEC_STORE_FULL' });

describe.skipIf(!isRoot)('a full disk (24 MiB tmpfs)', () => {
  let directory = '';
  let remove = (): void => {};
  let unhandled: unknown[] = [];
  let store: Store | undefined;
  const clock = createManualClock(START);
  const note = (reason: unknown): void => void unhandled.push(reason);
  const ballast = (): string => join(directory, 'ballast');
  const freeBytes = (): number => statfsSync(directory).bavail * statfsSync(directory).bsize;
  const leaveFree = (bytes: number): void => writeFileSync(ballast(), Buffer.alloc(freeBytes() - bytes));

  beforeEach(() => {
    ({ directory, remove } = createDirectory());
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=24m,mode=0700', 'tmpfs', directory]);
    unhandled = [];
    process.on('unhandledRejection', note);
  });
  afterEach(async () => {
    await store?.close();
    store = undefined;
    process.off('unhandledRejection', note);
    execFileSync('umount', ['-l', directory]);
    remove();
  });

  // `floor` 0: nothing warns, the disk itself says no
  const open = async (limits: { readonly shedBelowBytes: number; readonly refuseBelowBytes: number }): Promise<Store> => {
    store = (await openStore({ directory, clock, limits: { ...limits, batchDelayMs: 5 } })).store;
    return store;
  };

  const fillWithCommits = async (target: Store): Promise<{ readonly kept: number; readonly error: unknown }> => {
    for (let kept = 0; kept < 5_000; kept += 1) {
      try {
        await target.commit({ leases: [sampleLease(kept)], records: [sampleDraft(kept, { details: { filler: 'x'.repeat(20_000) } })] });
      } catch (error) {
        return { kept, error };
      }
    }
    return { kept: 5_000, error: undefined };
  };

  test('promises are refused, what was promised stays, and writing goes on when there is room again', async () => {
    const target = await open({ shedBelowBytes: 0, refuseBelowBytes: 0 });
    leaveFree(4 * MIB);
    const { kept, error } = await fillWithCommits(target);
    expect(error).toEqual(full);
    expect(kept).toBeGreaterThan(10);
    expect(target.health().state).toBe('full');
    await expect(target.meta.put('a', 1)).rejects.toEqual(full);
    expect(target.leases.live()).toHaveLength(kept);
    expect(target.leases.get(numberedId(kept))).toBeUndefined();
    expect(target.history.verify()).toMatchObject({ isIntact: true, records: kept });

    rmSync(ballast());
    clock.advance(2_000);
    const [record] = await target.commit({ leases: [sampleLease(9_999)], records: [sampleDraft(9_999)] });
    expect(record?.sequence).toBe(kept + 1);
    expect(target.health().state).toBe('ok');
    expect(target.history.verify()).toMatchObject({ isIntact: true, records: kept + 1 });
    expect(unhandled).toEqual([]);
  });

  test('alerts that the disk could not take are counted, and the ones before are all there', async () => {
    const target = await open({ shedBelowBytes: 0, refuseBelowBytes: 0 });
    leaveFree(2 * MIB);
    let put = 0;
    for (; put < 2_000 && target.health().state === 'ok'; put += 1) {
      target.alerts.put(sampleAlert(put, { description: 'x'.repeat(8_000) }));
      if (put % 20 === 19) await target.flushed().catch(() => undefined);
    }
    const { state, droppedAlerts } = target.health();
    expect(state).toBe('full');
    expect(droppedAlerts).toBeGreaterThan(0);
    expect(target.alerts.count()).toBe(put - droppedAlerts);
    expect(target.alerts.page({ limit: 5_000, module: 'auth_fortress' })).toHaveLength(put - droppedAlerts);
    expect(unhandled).toEqual([]);
  });

  test('close to full, alerts are shed first while promises are still kept', async () => {
    const target = await open({ shedBelowBytes: 6 * MIB, refuseBelowBytes: 2 * MIB });
    leaveFree(4 * MIB);
    clock.advance(2_000);
    await target.commit({ records: [sampleDraft(1)] });
    target.alerts.put(sampleAlert(1));
    expect(target.health()).toMatchObject({ state: 'ok', droppedAlerts: 1, detail: expect.stringContaining('disk low') });
    await target.commit({ leases: [sampleLease(1)], records: [sampleDraft(2)] });

    rmSync(ballast());
    leaveFree(MIB);
    clock.advance(2_000);
    await target.flushed();
    expect(target.health().state).toBe('full');
    await expect(target.commit({ records: [sampleDraft(3)] })).rejects.toEqual(full);
    expect(target.history.note([sampleDraft(4)])).toEqual([]);

    rmSync(ballast());
    clock.advance(2_000);
    await target.commit({ records: [sampleDraft(5)] });
    target.alerts.put(sampleAlert(2));
    expect(target.health()).toMatchObject({ state: 'ok', droppedAlerts: 1, detail: '1 history notes dropped' });
    expect(target.alerts.count()).toBe(1);
    expect(unhandled).toEqual([]);
  });

  test('shedding ends by itself, without any promise being asked for', async () => {
    const target = await open({ shedBelowBytes: 6 * MIB, refuseBelowBytes: 2 * MIB });
    leaveFree(4 * MIB);
    clock.advance(2_000);
    await target.flushed();
    target.alerts.put(sampleAlert(1));
    rmSync(ballast());
    clock.advance(2_000);
    target.tick?.(clock.now());
    await expect.poll(() => target.health().detail).toBe('');
    target.alerts.put(sampleAlert(2));
    expect(target.alerts.count()).toBe(1);
  });

  test('a store that was full when it was closed opens on the full disk, with everything that was promised', async () => {
    const target = await open({ shedBelowBytes: 0, refuseBelowBytes: 0 });
    leaveFree(2 * MIB);
    const { kept } = await fillWithCommits(target);
    rmSync(ballast());
    clock.advance(2_000);
    await target.close();
    leaveFree(256 * 1024);
    const again = await open({ shedBelowBytes: 6 * MIB, refuseBelowBytes: 2 * MIB });
    expect(again.health().state).toBe('full');
    expect(again.leases.live()).toHaveLength(kept);
    await expect(again.leases.put([sampleLease(1)])).rejects.toEqual(full);
  });
});
