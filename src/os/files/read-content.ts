import { createHash } from 'node:crypto';
import { read, write } from 'node:fs';
import { promisify } from 'node:util';

const readSome = promisify(read);
const writeSome = promisify(write);

/** SHA-256 (hex) and length of what a descriptor reads from its start; with `copyTo`, written there as well, so that both are one reading. */
export const readContent = async (fd: number, copyTo?: number): Promise<{ readonly sha256: string; readonly bytes: number }> => {
  const hash = createHash('sha256');
  const buffer = Buffer.allocUnsafe(PIECE);
  let bytes = 0;
  for (;;) {
    const { bytesRead } = await readSome(fd, buffer, 0, PIECE, bytes);
    if (bytesRead === 0) return { sha256: hash.digest('hex'), bytes };
    const piece = buffer.subarray(0, bytesRead);
    hash.update(piece);
    if (copyTo !== undefined) await writeAll(copyTo, piece, bytes);
    bytes += bytesRead;
  }
};

const PIECE = 256 * 1024;

const writeAll = async (fd: number, piece: Uint8Array, position: number): Promise<void> => {
  for (let done = 0; done < piece.length; ) done += (await writeSome(fd, piece, done, piece.length - done, position + done)).bytesWritten;
};
