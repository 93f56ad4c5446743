import { type FileHandle, open } from 'node:fs/promises';

/**
 * A file in pieces, read one ahead. Each piece lies in one of two buffers and is gone when the next but one is asked for: a long
 * log leaves nothing for the garbage collector. Rejects when the file cannot be opened.
 */
export const openPieces = async (path: string, pieceBytes = 128 * 1024): Promise<AsyncIterable<Uint8Array>> => piecesOf(await open(path), pieceBytes);

async function* piecesOf(file: FileHandle, pieceBytes: number): AsyncGenerator<Uint8Array> {
  let piece: Uint8Array = new Uint8Array(pieceBytes);
  let spare: Uint8Array = new Uint8Array(pieceBytes);
  let reading = file.read(piece);
  try {
    for (;;) {
      const { bytesRead } = await reading;
      if (bytesRead === 0) return;
      reading = file.read(spare);
      yield piece.subarray(0, bytesRead);
      [piece, spare] = [spare, piece];
    }
  } finally {
    // It still writes into its buffer; how it ends matters to nobody any more.
    await reading.catch(() => undefined);
    await file.close();
  }
}
