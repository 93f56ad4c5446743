import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { messageOf, SecError } from '../../domain/errors.ts';
import type { AccountRecord } from '../../domain/undo-record.ts';
import { writeDurably } from '../write-durably.ts';

/** What was locked here, in files beside the database: unlocking must not depend on a database that opens. */
export type LockNotes = {
  readonly write: (id: string, record: AccountRecord) => void;
  readonly remove: (id: string) => void;
  /** What can be read of them; `unreadable` names the others and why. */
  readonly list: () => { readonly notes: readonly { readonly id: string; readonly record: AccountRecord }[]; readonly unreadable: readonly string[] };
};

/** Notes under the data directory, mode 0600. SEC_UNAVAILABLE on writing when there is no data directory. */
export const createLockNotes = (dataDirectory: string | undefined): LockNotes => {
  const directory = dataDirectory === undefined ? undefined : join(dataDirectory, 'locked-accounts');
  const pathOf = (id: string): string => {
    if (directory === undefined) throw new SecError('SEC_UNAVAILABLE', 'no data directory to note a locked account in');
    if (!/^[0-9A-Za-z]{4,40}$/.test(id)) throw new SecError('SEC_INPUT_INVALID', `expected an id, got "${id}"`);
    return join(directory, `${id}.json`);
  };
  return {
    write: (id, record) => {
      const path = pathOf(id);
      mkdirSync(join(path, '..'), { recursive: true, mode: 0o700 });
      writeDurably(path, JSON.stringify(record));
    },
    remove: (id) => {
      if (directory !== undefined) rmSync(pathOf(id), { force: true });
    },
    list: () => {
      if (directory === undefined || !existsSync(directory)) return { notes: [], unreadable: [] };
      const ids = readdirSync(directory).flatMap((name) => /^([0-9A-Za-z]{4,40})\.json$/.exec(name)?.[1] ?? []);
      const unreadable: string[] = [];
      const notes = ids.flatMap((id) => {
        const path = join(directory, `${id}.json`);
        try {
          return [{ id, record: decode(readFileSync(path, 'utf8'), path) }];
        } catch (problem) {
          unreadable.push(messageOf(problem));
          return [];
        }
      });
      return { notes, unreadable };
    },
  };
};

const recordSchema = z.strictObject({
  kind: z.literal('account'),
  user: z.string(),
  uid: z.number().int(),
  wasLocked: z.boolean(),
  fields: z.array(z.string()),
  lineSha256: z.string(),
  keyFiles: z.array(z.string()),
});

const decode = (text: string, path: string): AccountRecord => {
  try {
    return recordSchema.parse(JSON.parse(text));
  } catch (cause) {
    throw new SecError('SEC_STORE_CORRUPT', `${path} cannot be read: the account it names stays locked`, { cause });
  }
};
