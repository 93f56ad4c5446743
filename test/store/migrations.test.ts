import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createManualClock } from '../../src/domain/clock.ts';
import { openEnvironment } from '../../src/store/environment.ts';
import { MIGRATIONS, type Migration } from '../../src/store/migrations.ts';
import { openStore } from '../../src/store/open-store.ts';
import { createDirectory, numberedId, START, sampleLease } from './store-fixtures.ts';

let directory = '';
let remove = (): void => {};
beforeEach(() => {
  ({ directory, remove } = createDirectory());
});
afterEach(() => remove());

const open = (migrations: readonly Migration[]): ReturnType<typeof openStore> => openStore({ directory, clock: createManualClock(START), migrations });

const renameModules: Migration = {
  version: 2,
  summary: 'leases of one module get its new name',
  up: (writer) => {
    for (const { key, value } of [...writer.range('leases', { from: '!', to: '\x7f' })]) writer.put('leases', key, value.replace('auth_fortress', 'renamed'));
  },
};
const failing: Migration = {
  version: 3,
  summary: 'changes something and then fails',
  up: (writer) => {
    writer.remove('leases', numberedId(1));
    throw new Error('half way');
  },
};

const fill = async (): Promise<void> => {
  const { store } = await open(MIGRATIONS);
  await store.leases.put([sampleLease(1), sampleLease(2)]);
  await store.close();
};

test('versions count from 1 without gaps', () => {
  expect(MIGRATIONS.map(({ version }) => version)).toEqual(MIGRATIONS.map((_, index) => index + 1));
});

test('an older database is copied and then brought to the new schema', async () => {
  await fill();
  const { store } = await open([...MIGRATIONS, renameModules]);
  expect(store.health().schemaVersion).toBe(2);
  expect(store.leases.live().map(({ module }) => module)).toEqual(['renamed', 'renamed']);
  await store.close();
  const backup = join(directory, 'backup-v1');
  expect(statSync(backup).mode & 0o777).toBe(0o700);
  expect(statSync(join(backup, 'data.mdb')).mode & 0o777).toBe(0o600);
  const copy = openEnvironment(backup);
  expect(copy.get('leases', numberedId(1))).toContain('auth_fortress');
  await copy.close();
});

test('a fresh database starts at the newest schema and leaves no backup', async () => {
  const { store } = await open([...MIGRATIONS, renameModules]);
  expect(store.health().schemaVersion).toBe(2);
  expect(existsSync(join(directory, 'backup-v1'))).toBe(false);
  await store.close();
});

test('a step that fails takes all steps back and the old build still opens it', async () => {
  await fill();
  await expect(open([...MIGRATIONS, renameModules, failing])).rejects.toMatchObject({ message: expect.stringContaining('half way') });
  const { store, setAside } = await open(MIGRATIONS);
  expect(setAside).toBeUndefined();
  expect(store.health().schemaVersion).toBe(1);
  expect(store.leases.live()).toEqual([sampleLease(1), sampleLease(2)]);
  await store.close();
});

test('a database of a newer build is refused and left alone', async () => {
  const { store } = await open([...MIGRATIONS, renameModules]);
  await store.close();
  await expect(open(MIGRATIONS)).rejects.toMatchObject({ code: 'SEC_UNAVAILABLE', message: expect.stringContaining('schema 2') });
  const again = await open([...MIGRATIONS, renameModules]);
  expect(again.setAside).toBeUndefined();
  await again.store.close();
});

test('a version that cannot be read counts as damage: set aside, never migrated over', async () => {
  await fill();
  const environment = openEnvironment(directory);
  environment.transactSync((writer) => writer.put('meta', 'schemaVersion', '{"version":"x"}'));
  await environment.close();
  const { store, setAside } = await open(MIGRATIONS);
  expect(setAside).toContain('corrupt-');
  expect(readdirSync(setAside ?? '')).toContain('data.mdb');
  expect(store.health().state).toBe('observe-only');
  await store.close();
});
