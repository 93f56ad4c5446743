import { chmodSync, lstatSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Clock } from '../domain/clock.ts';
import { messageOf, SecError } from '../domain/errors.ts';
import { takeCleanMarker, writeCleanMarker } from './clean-marker.ts';
import type { OpenedStore } from './contract.ts';
import { lockDirectory } from './directory-lock.ts';
import { raiseDoubt, settleDoubt } from './doubt-marker.ts';
import { DATA_FILE, type Environment, openEnvironment } from './environment.ts';
import { MIGRATIONS, type Migration, migrate } from './migrations.ts';
import { looksWhole } from './quick-look.ts';
import { setAside } from './set-aside.ts';
import { createSpaceGuard, type FreeBytes, freeBytesOf } from './space-guard.ts';
import { createStore, DEFAULT_LIMITS, SET_ASIDE_KEY, type StoreLimits } from './store.ts';

/** Judges a database in a process of its own (`createProbeRunner` in src/os). May reject: then it is opened unjudged. */
export type Probe = (directory: string) => Promise<'ok' | 'corrupt'>;

export type StoreOptions = {
  readonly directory: string;
  readonly clock: Clock;
  /** Without one, a damaged file is only noticed when it is read, which may end the process. */
  readonly probe?: Probe | undefined;
  /** How long the probe is waited for after a sudden death in this boot (ms, default 5000). */
  readonly probeWithinMs?: number | undefined;
  readonly limits?: Partial<StoreLimits> | undefined;
  readonly migrations?: readonly Migration[] | undefined;
  readonly freeBytes?: FreeBytes | undefined;
};

/**
 * Opens or creates the one database of a data directory (0700, files 0600). Import this lazily: it loads the native part.
 * One that was not closed in order is read through first, in a process of its own; a damaged one is set aside and a fresh one opened,
 * observe-only. After a sudden death of its last user in this boot that is waited for five seconds at most: a database of many
 * millions of records is then opened and read through meanwhile; damage makes it observe-only. Throws SEC_STORE_LOCKED when another process has
 * the directory, SEC_STORE_FULL when there is no room to open it, SEC_UNAVAILABLE when a newer build wrote it.
 */
export const openStore = async (options: StoreOptions): Promise<OpenedStore> => {
  const { directory, clock } = options;
  const lock = takeDirectory(directory);
  try {
    const { environment, schemaVersion, movedTo, notes, unjudged } = await openSound(options, lock.isAfterDeath);
    const limits = { ...DEFAULT_LIMITS, ...options.limits };
    const guard = createSpaceGuard({ clock, freeBytes: options.freeBytes ?? freeBytesOf(directory), ...limits });
    await guard.refresh();
    const closed = (isClean: boolean): void => {
      if (isClean) writeCleanMarker(directory);
      lock.release();
    };
    const store = createStore({ environment, guard, clock, limits, schemaVersion, dataFile: join(directory, DATA_FILE), notes, closed });
    if (unjudged !== undefined) void judgeMeanwhile(directory, unjudged, store.distrust);
    if (movedTo !== undefined) await store.meta.put(SET_ASIDE_KEY, movedTo);
    return { store, setAside: movedTo };
  } catch (thrown) {
    lock.release();
    throw asStoreError(thrown);
  }
};

const takeDirectory = (directory: string): ReturnType<typeof lockDirectory> => {
  try {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    chmodSync(directory, 0o700);
    return lockDirectory(directory);
  } catch (thrown) {
    const known = asStoreError(thrown);
    throw known instanceof SecError && known.code === 'SEC_STORE_CORRUPT' ? new SecError('SEC_STORE_UNUSABLE', messageOf(thrown), { cause: thrown }) : known;
  }
};

type Migrated = { readonly environment: Environment; readonly schemaVersion: number };
type Verdict = 'ok' | 'corrupt';
type Sound = Migrated & { readonly movedTo: string | undefined; readonly notes: string[]; readonly unjudged: Promise<Verdict> | undefined };

const openSound = async (options: StoreOptions, isAfterDeath: boolean): Promise<Sound> => {
  const { directory, clock, probe, probeWithinMs = PROBE_WITHIN_MS } = options;
  const notes: string[] = [];
  let movedTo: string | undefined;
  let unjudged: Promise<Verdict> | undefined;
  if (isThere(join(directory, DATA_FILE)) && !takeCleanMarker(directory)) {
    // Once only: if its next user dies before it was found sound, nobody opens it unseen again.
    const mayBeUnseen =
      isAfterDeath && probe !== undefined && hasContent(directory) && looksWhole(join(directory, DATA_FILE)) && !raiseDoubt(directory).wasDoubted;
    const judging = judge(directory, probe, notes);
    const verdict = await (mayBeUnseen ? Promise.race([judging, delay(probeWithinMs, undefined, { ref: false })]) : judging);
    if (verdict === 'corrupt') movedTo = setAside(directory, clock.now());
    if (verdict === undefined) unjudged = judging;
    else settleDoubt(directory);
  }
  try {
    return { ...(await openMigrated(options)), movedTo, notes, unjudged };
  } catch (thrown) {
    if (movedTo !== undefined || !isDamage(thrown)) throw thrown;
    movedTo = setAside(directory, clock.now());
    settleDoubt(directory);
    return { ...(await openMigrated(options)), movedTo, notes, unjudged: undefined };
  }
};

const PROBE_WITHIN_MS = 5000;

const judgeMeanwhile = async (directory: string, judging: Promise<Verdict>, distrust: (why: string) => void): Promise<void> => {
  const verdict = await judging.catch(() => 'gone'); // the whole directory was removed meanwhile
  if (verdict === 'ok') settleDoubt(directory);
  if (verdict === 'corrupt') distrust('the database was found damaged; the next start sets it aside');
};

const openMigrated = async ({ directory, migrations = MIGRATIONS }: StoreOptions): Promise<Migrated> => {
  const environment = openEnvironment(directory);
  try {
    return { environment, schemaVersion: await migrate(environment, directory, migrations) };
  } catch (thrown) {
    await environment.close();
    throw thrown;
  }
};

const judge = async (directory: string, probe: Probe | undefined, notes: string[]): Promise<Verdict> => {
  if (!hasContent(directory)) return 'corrupt';
  if (probe === undefined) return 'ok';
  try {
    return await probe(directory);
  } catch (thrown) {
    // a probe that cannot run says nothing about the database: moving a good one away would lose every lease
    notes.push(`not probed: ${messageOf(thrown)}`);
    return 'ok';
  }
};

// an empty file would be taken for a new database, and everything in force forgotten without a word
const hasContent = (directory: string): boolean => {
  const file = lstatSync(join(directory, DATA_FILE));
  return file.isFile() && file.size > 0;
};

const isThere = (path: string): boolean => lstatSync(path, { throwIfNoEntry: false }) !== undefined;

const isDamage = (thrown: unknown): boolean =>
  (thrown instanceof SecError && thrown.code === 'SEC_STORE_CORRUPT') ||
  /^MDB_(INVALID|CORRUPTED|VERSION_MISMATCH|PAGE_NOTFOUND|BAD_|INCOMPATIBLE|PROBLEM)/.test(messageOf(thrown));

const asStoreError = (thrown: unknown): unknown => {
  if (thrown instanceof SecError) return thrown;
  const text = messageOf(thrown);
  if (/ENOSPC|EDQUOT|No space left|quota/i.test(text)) return new SecError('SEC_STORE_FULL', text, { cause: thrown });
  return new SecError('SEC_STORE_CORRUPT', text, { cause: thrown });
};
