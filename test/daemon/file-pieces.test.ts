import { mkdtempSync, readdirSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { openPieces } from '../../src/daemon/file-pieces.ts';

const directory = mkdtempSync(join(tmpdir(), '1sec-pieces-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const fileOf = (bytes: Uint8Array): string => {
  const path = join(directory, `${bytes.length}.log`);
  writeFileSync(path, bytes);
  return path;
};

test.each([0, 1, 999, 1000, 1001, 12_345])('a file of %i bytes comes whole and in order in pieces of a thousand', async (length) => {
  const bytes = Uint8Array.from({ length }, (_, at) => (at * 31) % 251);
  const pieces: Uint8Array[] = [];
  for await (const piece of await openPieces(fileOf(bytes), 1000)) {
    expect(piece.length).toBeLessThanOrEqual(1000);
    pieces.push(piece.slice());
  }
  expect(Buffer.concat(pieces).equals(bytes)).toBe(true);
});

test('all pieces lie in two buffers', async () => {
  const buffers = new Set<ArrayBufferLike>();
  for await (const piece of await openPieces(fileOf(new Uint8Array(20_000)), 1000)) buffers.add(piece.buffer);
  expect(buffers.size).toBe(2);
});

test('who stops in the middle leaves no file open', async () => {
  const path = fileOf(new Uint8Array(30_000));
  for await (const piece of await openPieces(path, 1000)) if (piece.length > 0) break;
  const open = readdirSync('/proc/self/fd').filter((fd) => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`) === path;
    } catch {
      // The descriptor of this very listing.
      return false;
    }
  });
  expect(open).toEqual([]);
});

test('a file that is not there is a rejection before anything is read', async () => {
  await expect(openPieces(join(directory, 'none'))).rejects.toThrow('ENOENT');
});
