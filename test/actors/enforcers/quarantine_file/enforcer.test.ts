import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { ActionRequest, Enforcer } from '../../../../src/actors/contract.ts';
import { createQuarantineFile } from '../../../../src/actors/enforcers/quarantine_file/enforcer.ts';
import { systemClock } from '../../../../src/domain/clock.ts';
import type { FileRef } from '../../../../src/domain/entity.ts';
import type { Host } from '../../../../src/domain/host.ts';
import { asId } from '../../../../src/domain/ids.ts';
import type { Lease } from '../../../../src/domain/lease.ts';
import type { UndoRecord } from '../../../../src/domain/undo-record.ts';
import { createHost } from '../../../../src/os/host.ts';
import { skipsWithout } from '../../../kit/netns.ts';

const ID = '01TESTQUARANTINE0000000000';
let directory: string;
let host: Host;
let enforcer: Enforcer;
const at = (name: string): string => join(directory, name);

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), '1sec-qf-'));
  mkdirSync(at('data'), { mode: 0o700 });
  writeFileSync(at('dropper'), 'malware', { mode: 0o755 });
  host = createHost({ dataDirectory: at('data') });
  enforcer = createQuarantineFile({ host, clock: systemClock });
});
afterEach(async () => {
  await host.close();
  rmSync(directory, { recursive: true, force: true });
});

const request = (file: Partial<FileRef> = {}, undo?: UndoRecord): ActionRequest => ({
  actionId: ID,
  target: { kind: 'file', file: { path: at('dropper'), ...file } },
  params: {},
  now: 0,
  undo,
});
const recorded = async (): Promise<ActionRequest> => request({}, await enforcer.record?.(request()));
const lease = (undo: UndoRecord | undefined): Lease => ({
  id: asId<'LeaseId'>('01TESTLEASE000000000000000'),
  actionId: asId<'ActionId'>(ID),
  alertId: undefined,
  module: 'runtime_watcher',
  action: 'quarantine_file',
  target: { kind: 'file', file: { path: at('dropper') } },
  state: 'intended',
  createdAt: 0,
  expiresAt: undefined,
  undo,
});

const why = process.getuid?.() === 0 ? undefined : 'needs root';

describe.skipIf(skipsWithout(why, 'putting files away'))('quarantine_file', () => {
  test('puts a file away, says its hash, and undo brings it back', async () => {
    const asked = await recorded();
    expect(await enforcer.apply(asked)).toEqual({
      verification: 'verified',
      detail: expect.stringMatching(/dropper \(7 bytes, SHA-256 [0-9a-f]{64}\) is in the quarantine$/),
    });
    expect(existsSync(at('dropper'))).toBe(false);
    expect(await enforcer.verify(request())).toMatchObject({ verification: 'verified' });
    expect(await enforcer.undo(asked)).toMatchObject({ verification: 'verified', detail: expect.stringContaining('is back with its owner') });
    expect(statSync(at('dropper')).mode & 0o777).toBe(0o755);
    expect(await enforcer.undo(asked)).toMatchObject({ verification: 'verified', detail: expect.stringContaining('was back already') });
  });

  test('asked again after it was done, it is content', async () => {
    const asked = await recorded();
    await enforcer.apply(asked);
    expect(await enforcer.apply(asked)).toMatchObject({ verification: 'verified' });
  });

  test('another file that came to the same path since is said to be there, and stays', async () => {
    const asked = await recorded();
    await enforcer.apply(asked);
    writeFileSync(at('dropper'), 'second');
    expect(await enforcer.apply(asked)).toMatchObject({ detail: expect.stringContaining('another file is at that path by now') });
    expect(existsSync(at('dropper'))).toBe(true);
    await expect(enforcer.undo(asked)).rejects.toMatchObject({ code: 'SEC_CONFLICT' });
  });

  test.each([
    [{ ino: 1 }, /inode \d+, expected 1/],
    [{ dev: 1 }, /device \d+, expected 1/],
    [{ sha256: 'f'.repeat(64) }, /SHA-256 [0-9a-f]+, expected ffff/],
  ])('a file that is not the one that was judged is refused (%j)', async (file, words) => {
    expect(await enforcer.rehearse(request(file))).toMatch(words);
    await expect(enforcer.apply(request(file))).rejects.toMatchObject({ code: 'SEC_CONFLICT' });
    expect(existsSync(at('dropper'))).toBe(true);
  });

  test('a rehearsal says why it would fail and changes nothing', async () => {
    expect(await enforcer.rehearse(request())).toBeUndefined();
    expect(await enforcer.rehearse(request({ path: '/etc/passwd' }))).toMatch(/running system needs it/);
    expect(await enforcer.rehearse(request({ path: at('missing') }))).toMatch(/does not exist/);
    expect(existsSync(at('dropper'))).toBe(true);
    expect(existsSync(at('data/quarantine'))).toBe(false);
  });

  test('an approval is bound to device, inode and hash', async () => {
    const { dev, ino } = statSync(at('dropper'));
    const target = await enforcer.identify?.(request().target);
    expect(target).toEqual({ kind: 'file', file: { path: at('dropper'), dev, ino, sha256: expect.stringMatching(/^[0-9a-f]{64}$/) } });
    writeFileSync(at('dropper'), 'changed meanwhile');
    if (target === undefined) throw new Error('no target');
    expect(await enforcer.rehearse({ ...request(), target })).toMatch(/is not the file that was judged/);
  });

  test('after a crash: what reached the quarantine is sealed, what did not is reported', async () => {
    const { undo } = await recorded();
    expect(await enforcer.reconcile?.([lease(undo)], 0)).toMatchObject({ notInForce: [{ reason: 'the file was not touched' }] });
    mkdirSync(at('data/quarantine'), { mode: 0o700, recursive: true });
    renameSync(at('dropper'), at(`data/quarantine/${ID}`));
    expect(await enforcer.reconcile?.([lease(undo)], 0)).toMatchObject({ notInForce: [] });
    expect(statSync(at(`data/quarantine/${ID}`)).mode & 0o777).toBe(0);
  });

  test('a cleanup of the enforcer leaves the quarantine as it is', async () => {
    await enforcer.apply(await recorded());
    expect(await enforcer.fini()).toEqual([]);
    expect(await enforcer.verify(request())).toMatchObject({ verification: 'verified' });
  });
});

test('plans exact steps, and nothing for a path that is none', () => {
  expect(enforcer.plan(request({ dev: 7, ino: 9, sha256: 'ab'.repeat(32) })).steps.join('\n')).toContain('(device 7, inode 9, SHA-256 abababababababab…)');
  expect(enforcer.plan(request())).toMatchObject({ isLasting: true });
  expect(() => enforcer.plan(request({ path: 'relative' }))).toThrow(/absolute path/);
});
