import { chmodSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { SecError } from '../domain/errors.ts';
import { DATA_FILE, type Environment, type TransactionWriter } from './environment.ts';

/** One step of the schema. Steps are only ever added; `version` counts from 1 without gaps. */
export type Migration = {
  readonly version: number;
  /** What changes, in words. */
  readonly summary: string;
  readonly up: (writer: TransactionWriter) => void;
};

/** All steps up to the current schema. */
export const MIGRATIONS: readonly Migration[] = [{ version: 1, summary: 'the first schema: tables are created when they are opened', up: () => {} }];

/** Where the version of the schema is kept, in the meta table. */
const VERSION_KEY = 'schemaVersion';

/**
 * Brings the database to the newest schema in one transaction and returns its version; a failing step leaves everything
 * as it was. A database that already holds something is copied to `backup-v<version>` first.
 * Throws SEC_UNAVAILABLE for a schema newer than this build, SEC_STORE_CORRUPT when the version cannot be read.
 */
export const migrate = async (environment: Environment, directory: string, migrations: readonly Migration[] = MIGRATIONS): Promise<number> => {
  const newest = migrations.at(-1)?.version ?? 0;
  const stored = versionOf(environment.get('meta', VERSION_KEY));
  if (stored > newest) {
    throw new SecError('SEC_UNAVAILABLE', `the database in ${directory} has schema ${stored}, this build knows up to ${newest}: use the newer build`);
  }
  if (stored === newest) return stored;
  if (stored > 0) await backUp(environment, join(directory, `${BACKUP_PREFIX}${stored}`), directory);
  environment.transactSync((writer) => {
    for (const migration of migrations) if (migration.version > stored) migration.up(writer);
    writer.put('meta', VERSION_KEY, JSON.stringify({ version: newest }));
  });
  return newest;
};

const BACKUP_PREFIX = 'backup-v';

// Only the newest backup is kept: an older one is of a schema nobody can go back to.
const backUp = async (environment: Environment, target: string, directory: string): Promise<void> => {
  for (const name of readdirSync(directory)) if (name.startsWith(BACKUP_PREFIX)) rmSync(join(directory, name), { recursive: true });
  mkdirSync(target, { mode: 0o700 });
  await environment.backup(target);
  chmodSync(join(target, DATA_FILE), 0o600);
};

const versionOf = (text: string | undefined): number => {
  if (text === undefined) return 0;
  const version = Number(/^\{"version":(\d{1,9})\}$/.exec(text)?.[1]);
  if (!Number.isInteger(version)) throw new SecError('SEC_STORE_CORRUPT', `the schema version reads "${text.slice(0, 100)}"`);
  return version;
};
