import { flagOf, numberOf, type SecurityEvent, textOf } from '../../../domain/event.ts';
import { createBoundedMap } from '../../../domain/windows/bounded-map.ts';
import { hashOfKey } from '../../../domain/windows/keyed-slots.ts';
import { fileName, isDense, isRansomEnding, newEndingOf, noteKind } from './file-names.ts';
import { doerOf, type Say } from './say.ts';
import type { RansomwareSettings } from './settings.ts';

const IDLE_MS = 3_600_000;
const RENAME_MS = 120_000;
const BURST_MS = 60_000;
const MANY_FOLDERS = 5;
const MAX_PATHS = 512;

type Doer = {
  last: number;
  readonly paths: Set<number>;
  entropySum: number;
  entropyCount: number;
  renameFrom: number;
  renames: number;
  noteFrom: number;
  noteName: string;
  readonly noteFolders: Set<number>;
  firstEvent: string;
};

/** What processes do to files: what they make unreadable, how they name it, what they leave. */
export const createFiles = (settings: RansomwareSettings) => {
  const doers = createBoundedMap<string, Doer>(settings.max_tracked);
  const doerFor = (event: SecurityEvent): Doer => {
    const key = doerOf(event);
    const known = doers.get(key);
    const isStale = known === undefined || Math.abs(event.at - known.last) > IDLE_MS;
    const doer: Doer = isStale
      ? {
          last: event.at,
          paths: new Set(),
          entropySum: 0,
          entropyCount: 0,
          renameFrom: event.at,
          renames: 0,
          noteFrom: event.at,
          noteName: '',
          noteFolders: new Set(),
          firstEvent: event.id,
        }
      : known;
    doer.last = Math.max(doer.last, event.at);
    doers.set(key, doer);
    return doer;
  };
  const judgeEntropy = (event: SecurityEvent, path: string, say: Say): void => {
    const entropy = numberOf(event.details, 'entropy');
    if (entropy === undefined || entropy < 0 || entropy > 8 || isDense(path)) return;
    const doer = doerFor(event);
    const hash = hashOfKey(path);
    if (!doer.paths.has(hash) && doer.paths.size < MAX_PATHS) doer.paths.add(hash);
    doer.entropySum += entropy;
    doer.entropyCount++;
    if (entropy > 7.5) {
      say({
        type: 'high_entropy',
        rule: 'entropy',
        says: `${path} now has ${entropy.toFixed(2)} bits of entropy a byte: encrypted or compressed.`,
        field: 'path',
        text: path,
        counters: { entropyPercent: Math.round((entropy / 8) * 100) },
      });
    }
    const mean = doer.entropySum / doer.entropyCount;
    if (doer.paths.size < settings.encryption_threshold || mean <= 7) return;
    say({
      type: 'mass_encryption',
      rule: 'files-of-process',
      says: `${nameOf(event)} made ${doer.paths.size} files unreadable (${mean.toFixed(2)} bits of entropy a byte on average).`,
      field: 'path',
      text: path,
      counters: { files: doer.paths.size, threshold: settings.encryption_threshold },
      earlier: [doer.firstEvent],
    });
  };
  const judgeRename = (event: SecurityEvent, path: string, say: Say): void => {
    const target = textOf(event.details, 'new_path').slice(0, 4096);
    const ending = target === '' ? undefined : newEndingOf(path, target);
    if (target !== '' && ending === undefined) return;
    const doer = doerFor(event);
    if (Math.abs(event.at - doer.renameFrom) > RENAME_MS) {
      doer.renameFrom = event.at;
      doer.renames = 0;
    }
    doer.renames++;
    if (doer.renames <= settings.rename_threshold) return;
    say({
      type: 'rapid_rename',
      rule: 'renames-of-process',
      says: `${nameOf(event)} renamed ${doer.renames} files within two minutes${ending === undefined ? '' : `, the last to end in .${ending}`}.`,
      field: 'path',
      text: target || path,
      counters: { renames: doer.renames, threshold: settings.rename_threshold },
    });
  };
  return {
    /** A file that was written or renamed. */
    onChanged: (event: SecurityEvent, say: Say): void => {
      const path = textOf(event.details, 'path').slice(0, 4096);
      const target = textOf(event.details, 'new_path').slice(0, 4096);
      const named = target === '' ? path : target;
      if (isRansomEnding(named)) {
        say({
          type: 'ransomware_extension',
          rule: 'ending',
          says: `${named} is named like a file that ransomware left.`,
          field: target === '' ? 'path' : 'new_path',
          text: named,
        });
        return;
      }
      const done = numberOf(event.details, 'bytes_encrypted') ?? 0;
      const size = numberOf(event.details, 'file_size') ?? 0;
      if (flagOf(event.details, 'partial_encryption') === true || (done > 0 && done < size)) {
        say({
          type: 'intermittent_encryption',
          rule: 'parts',
          says: `${path} was made unreadable in parts (${done} of ${size} bytes).`,
          field: 'path',
          text: path,
          counters: { bytes: done, size },
        });
        return;
      }
      judgeEntropy(event, path, say);
      if (event.type === 'file_renamed') judgeRename(event, path, say);
    },
    onCreated: (event: SecurityEvent, say: Say): void => {
      const path = textOf(event.details, 'path').slice(0, 4096);
      if (isRansomEnding(path))
        say({ type: 'ransomware_extension', rule: 'ending', says: `${path} is named like a file that ransomware left.`, field: 'path', text: path });
      const kind = noteKind(path);
      if (kind === 'yes') say({ type: 'ransom_note', rule: 'note', says: `${path} is named like a ransom note.`, field: 'path', text: path });
      if (kind !== 'maybe') return;
      const doer = doerFor(event);
      const name = fileName(path).toLowerCase();
      if (doer.noteName !== name || Math.abs(event.at - doer.noteFrom) > BURST_MS) {
        doer.noteName = name;
        doer.noteFrom = event.at;
        doer.noteFolders.clear();
      }
      if (doer.noteFolders.size < MAX_PATHS) doer.noteFolders.add(hashOfKey(path.slice(0, -name.length)));
      // A README in one folder is documentation; the same in many at once, by a process that damages files, is not.
      if (doer.noteFolders.size < MANY_FOLDERS || doer.paths.size + doer.renames < settings.encryption_threshold) return;
      say({
        type: 'ransom_note',
        rule: 'note-everywhere',
        says: `${nameOf(event)} wrote ${fileName(path)} into ${doer.noteFolders.size} folders within a minute, after it changed other files.`,
        field: 'path',
        text: path,
        counters: { folders: doer.noteFolders.size },
      });
    },
    size: doers.size,
    sweep: (now: number): void => doers.prune((doer) => doer.last < now - IDLE_MS),
  };
};

const nameOf = (event: SecurityEvent): string => textOf(event.details, 'process_name').slice(0, 128) || event.entities.process?.name || 'A process';
