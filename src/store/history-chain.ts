import { createHash } from 'node:crypto';
import { canonicalJson } from '../domain/canonical-json.ts';
import type { HistoryDraft, HistoryRecord } from '../domain/history.ts';
import type { ChainCheck } from './contract.ts';

/** The last link: what the next record chains to, and how many there must be. */
export type ChainHead = { readonly sequence: number; readonly hash: string };

/** Before the first record. */
export const GENESIS: ChainHead = { sequence: 0, hash: '0'.repeat(64) };

/** The record that follows `head`. What JSON cannot hold is gone from it, so that it hashes the same when read back. */
export const chainRecord = (draft: HistoryDraft, id: string, head: ChainHead): HistoryRecord => {
  // drafts are typed; the round trip only takes away what would not survive the disk (undefined, dates, functions)
  const plain = JSON.parse(JSON.stringify(draft)) as HistoryDraft;
  const linked = { ...plain, id, sequence: head.sequence + 1, previousHash: head.hash };
  return { ...linked, hash: hashOf(linked) };
};

/**
 * Walks a whole chain in order: numbers without a gap from 1, each hash right and equal to the next one's `previousHash`,
 * the last one equal to the head that is kept apart. `brokenAt` is the sequence of the first record that is wrong or missing.
 */
export const verifyChain = (records: Iterable<{ readonly sequence: number; readonly record: HistoryRecord | undefined }>, head: ChainHead): ChainCheck => {
  let last = GENESIS;
  for (const { sequence, record } of records) {
    const problem = problemOf(sequence, record, last);
    if (problem !== undefined) return { isIntact: false, records: last.sequence, brokenAt: last.sequence + 1, problem };
    last = { sequence, hash: record?.hash ?? '' };
  }
  if (last.sequence < head.sequence) {
    const problem = `missing: the head says there are ${head.sequence} records, the last one found is ${last.sequence}`;
    return { isIntact: false, records: last.sequence, brokenAt: last.sequence + 1, problem };
  }
  if (last.sequence > head.sequence || last.hash !== head.hash) {
    return { isIntact: false, records: last.sequence, brokenAt: last.sequence, problem: `it is not the head, which is record ${head.sequence}` };
  }
  return { isIntact: true, records: last.sequence, head: last.hash };
};

const problemOf = (sequence: number, record: HistoryRecord | undefined, last: ChainHead): string | undefined => {
  if (sequence !== last.sequence + 1) return `missing: the next record found is ${sequence}`;
  if (record === undefined || typeof record !== 'object' || record === null) return 'the record cannot be read';
  if (record.sequence !== sequence) return `stored in place ${sequence}, but it says it is ${record.sequence}`;
  if (record.previousHash !== last.hash) return 'it does not follow the record before it';
  const { hash, ...linked } = record;
  return hash === hashOf(linked) ? undefined : 'its content does not match its hash';
};

const hashOf = (linked: Omit<HistoryRecord, 'hash'>): string => createHash('sha256').update(linked.previousHash).update(canonicalJson(linked)).digest('hex');
