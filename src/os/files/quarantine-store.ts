import { existsSync, mkdirSync, readdirSync, readFileSync, realpathSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { SecError } from '../../domain/errors.ts';
import type { StoredFile } from '../../domain/host.ts';
import type { QuarantineRecord } from '../../domain/undo-record.ts';
import { writeDurably } from '../write-durably.ts';
import type { FileCalls } from './file-calls.ts';
import { openPlace, type Place } from './place.ts';

/** The directory where files out of reach are kept: one file a name, and beside it what it was. Mode 0700, ours alone. */
export type QuarantineStore = {
  readonly directory: string;
  /** The open directory; made when it is missing. SEC_REFUSED when somebody else owns it. The caller closes it. */
  readonly open: (calls: FileCalls) => Place;
  readonly note: (id: string, record: QuarantineRecord) => void;
  readonly forget: (id: string) => void;
  /** What lies there, from the notes; no content is read. */
  readonly list: () => readonly StoredFile[];
};

/** A store under the data directory. */
export const createQuarantineStore = (dataDirectory: string): QuarantineStore => {
  const directory = join(dataDirectory, 'quarantine');
  const noteOf = (id: string): string => join(directory, `${checkedId(id)}${NOTE}`);
  return {
    directory,
    open: (calls) => {
      mkdirSync(directory, { recursive: true, mode: 0o700 });
      const { uid, mode } = statSync(directory);
      if (uid !== process.getuid?.() || (mode & 0o077) !== 0)
        throw new SecError('SEC_REFUSED', `${directory} is not ours alone: expected our own directory of mode 0700`);
      // Our own path may lead over links of the administrator.
      return openPlace(calls, `${realpathSync(directory)}/${INSIDE}`);
    },
    note: (id, record) => writeDurably(noteOf(id), JSON.stringify(record)),
    forget: (id) => rmSync(noteOf(id), { force: true }),
    list: () => {
      if (!existsSync(directory)) return [];
      const ids = readdirSync(directory).filter((name) => existsSync(join(directory, `${name}${NOTE}`)));
      return ids.map((id) => ({ id, path: pathIn(readFileSync(noteOf(id), 'utf8')) }));
    },
  };
};

/** An id that is a file name and nothing else. */
export const checkedId = (id: string): string => {
  if (!/^[0-9A-Za-z]{4,40}$/.test(id)) throw new SecError('SEC_INPUT_INVALID', `expected an id, got "${id}"`);
  return id;
};

const NOTE = '.json';
// Only the directory is walked to; the name is put in by each call.
const INSIDE = 'content';

const pathIn = (note: string): string => {
  try {
    const value: unknown = JSON.parse(note);
    return typeof value === 'object' && value !== null && 'path' in value && typeof value.path === 'string' ? value.path : '';
  } catch {
    // A note cut short by a crash: the lease still says what the file was.
    return '';
  }
};
