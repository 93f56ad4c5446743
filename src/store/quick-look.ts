import { closeSync, fstatSync, openSync, readSync } from 'node:fs';

/**
 * Whether a database file looks whole: both head pages are LMDB's, and the file reaches as far as the newer one says. Microseconds;
 * says nothing about what is inside. Layout: struct MDB_page and MDB_meta of mdb.c, data version 2.
 */
export const looksWhole = (path: string): boolean => {
  const file = openSync(path, 'r');
  try {
    const first = readHead(file, 0);
    const second = first === undefined ? undefined : readHead(file, first.pageSize);
    if (first === undefined || second === undefined || first.pageSize !== second.pageSize) return false;
    const newer = second.transaction > first.transaction ? second : first;
    return (newer.lastPage + 1n) * BigInt(newer.pageSize) <= BigInt(fstatSync(file).size);
  } finally {
    closeSync(file);
  }
};

const MAGIC = 0xbeefc0de;
const DATA_VERSION = 2;
const HEAD_BYTES = 160;
// Offsets in a head page: flags of the page, then the meta record behind 24 bytes of page header.
const FLAGS = 0x12;
const META_PAGE = 0x08;
const AT = { magic: 0x18, version: 0x1c, pageSize: 0x30, lastPage: 0x90, transaction: 0x98 } as const;

type Head = { readonly pageSize: number; readonly lastPage: bigint; readonly transaction: bigint };

const readHead = (file: number, position: number): Head | undefined => {
  const bytes = Buffer.alloc(HEAD_BYTES);
  if (readSync(file, bytes, 0, HEAD_BYTES, position) < HEAD_BYTES) return undefined;
  const pageSize = bytes.readUInt32LE(AT.pageSize);
  const isHead =
    (bytes.readUInt16LE(FLAGS) & META_PAGE) !== 0 &&
    bytes.readUInt32LE(AT.magic) === MAGIC &&
    (bytes.readUInt32LE(AT.version) & 0xffff) === DATA_VERSION &&
    pageSize >= 512 &&
    pageSize <= 65_536;
  return isHead ? { pageSize, lastPage: bytes.readBigUInt64LE(AT.lastPage), transaction: bytes.readBigUInt64LE(AT.transaction) } : undefined;
};
