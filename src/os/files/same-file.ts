import type { QuarantineRecord } from '../../domain/undo-record.ts';
import type { Entry } from './place.ts';

/** Whether an entry is the recorded file, by device and inode. */
export const isSameFile = (entry: Entry, record: QuarantineRecord): boolean =>
  entry.stat.isFile() && Number(entry.stat.dev) === record.dev && Number(entry.stat.ino) === record.ino;
