import { SecError } from '../../domain/errors.ts';
import type { HostOperations } from '../../domain/host.ts';
import type { QuarantineRecord } from '../../domain/undo-record.ts';
import { loadFileCalls } from './file-calls.ts';
import { type InspectDependencies, inspectFile } from './inspect-file.ts';
import { createPackageOwner } from './package-owner.ts';
import { type Entry, entryAt, openPlace, type Place } from './place.ts';
import { checkedId, createQuarantineStore } from './quarantine-store.ts';
import { restoreFile } from './restore-file.ts';
import { countRunning } from './running-files.ts';
import { isSameFile } from './same-file.ts';
import { takeAway } from './take-away.ts';

type FileOperation = 'file.inspect' | 'file.quarantine' | 'file.locate' | 'file.restore' | 'file.stored';

export type QuarantineOptions = {
  /** Without one nothing can be put away: SEC_UNAVAILABLE. */
  readonly dataDirectory?: string | undefined;
  readonly dpkgInfo?: string | undefined;
  readonly accountsRoot?: string | undefined;
  /** Directories that hold this program. */
  readonly program: readonly string[];
};

/** Takes files out of reach and brings them back, by descriptors only. */
export const createQuarantine = (
  options: QuarantineOptions,
): { readonly [Name in FileOperation]: (request: HostOperations[Name]['request']) => Promise<HostOperations[Name]['reply']> } => {
  const ownerOf = createPackageOwner(options.dpkgInfo);
  const own = [...options.program, ...(options.dataDirectory === undefined ? [] : [options.dataDirectory])];
  const storeOf = () => {
    if (options.dataDirectory === undefined) throw new SecError('SEC_UNAVAILABLE', 'no data directory to put files away in');
    return createQuarantineStore(options.dataDirectory);
  };
  const inspecting = async (): Promise<InspectDependencies> => ({ calls: await loadFileCalls(), ownerOf, own, accountsRoot: options.accountsRoot ?? '/' });

  return {
    'file.inspect': async ({ path, guards }) => {
      const dependencies = await inspecting();
      return inPlace(openPlace(dependencies.calls, path), async (place) => {
        const entry = entryAt(dependencies.calls, place.directory, place.name);
        if (entry === undefined) throw new SecError('SEC_NOT_FOUND', `${path} does not exist`);
        return inEntry(entry, async () => ({ record: await inspectFile(dependencies, path, entry, guards) }));
      });
    },
    'file.quarantine': async ({ id, record, guards }) => {
      const dependencies = await inspecting();
      const { calls } = dependencies;
      const store = storeOf();
      return inPlace(store.open(calls), (inside) =>
        inPlace(openPlace(calls, record.path), async (from) => {
          const to = { directory: inside.directory, name: checkedId(id) };
          const judge = async (entry: Entry): Promise<void> => assertSame(record, await inspectFile(dependencies, record.path, entry, guards));
          const how = await takeAway({ calls, id, record, from, to, judge, note: () => store.note(id, record) });
          return { how, running: countRunning(record), otherNames: how === 'copied' ? Math.max(record.links - 1, 0) : 0 };
        }),
      );
    },
    'file.locate': async ({ id, record }) => {
      const { calls } = await inspecting();
      const store = storeOf();
      const isStored = await inPlace(store.open(calls), async (inside) => isThere(entryAt(calls, inside.directory, checkedId(id))));
      return { isStored, atPath: record === undefined ? 'nothing' : await whatIsAt(record) };
    },
    'file.restore': async ({ id, record }) => {
      const { calls } = await inspecting();
      const store = storeOf();
      const how = await inPlace(store.open(calls), (inside) => restoreFile({ calls, id, record, from: { directory: inside.directory, name: checkedId(id) } }));
      store.forget(id);
      return { how };
    },
    'file.stored': async () => ({ files: options.dataDirectory === undefined ? [] : storeOf().list() }),
  };
};

const inPlace = async <Value>(place: Place, work: (place: Place) => Promise<Value>): Promise<Value> => {
  try {
    return await work(place);
  } finally {
    place.close();
  }
};

const inEntry = async <Value>(entry: Entry, work: () => Promise<Value>): Promise<Value> => {
  try {
    return await work();
  } finally {
    entry.close();
  }
};

const isThere = (entry: Entry | undefined): boolean => {
  entry?.close();
  return entry !== undefined;
};

const whatIsAt = async (record: QuarantineRecord): Promise<'nothing' | 'same' | 'other'> => {
  const calls = await loadFileCalls();
  const place = placeIfThere(() => openPlace(calls, record.path));
  if (place === undefined) return 'nothing';
  return inPlace(place, async () => {
    const entry = entryAt(calls, place.directory, place.name);
    const answer = entry === undefined ? 'nothing' : isSameFile(entry, record) ? 'same' : 'other';
    entry?.close();
    return answer;
  });
};

const placeIfThere = (open: () => Place): Place | undefined => {
  try {
    return open();
  } catch (problem) {
    // A directory that is gone, or a link in its place: then nothing has the old name.
    if (problem instanceof SecError) return undefined;
    throw problem;
  }
};

const assertSame = (record: QuarantineRecord, now: QuarantineRecord): void => {
  const isSame = now.dev === record.dev && now.ino === record.ino && now.size === record.size && now.sha256 === record.sha256;
  const isUnread = record.sha256 === undefined && now.mtimeNs !== record.mtimeNs;
  if (!isSame || isUnread) throw new SecError('SEC_CONFLICT', `${record.path} is not the file any more that was judged`);
};
