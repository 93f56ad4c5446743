import { constants } from 'node:fs';
import { open } from 'node:fs/promises';

/** The text of a regular file of at most `maxBytes`, or in words why there is none. Never waits for a pipe, never rejects. */
export const readListFile = async (path: string, maxBytes: number): Promise<{ readonly text: string } | { readonly reason: string }> => {
  try {
    await using file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    const { size } = await file.stat().then((stat) => (stat.isFile() ? stat : { size: -1 }));
    if (size < 0) return { reason: 'it is no file' };
    if (size > maxBytes) return { reason: `it is larger than ${maxBytes} bytes` };
    const buffer = Buffer.alloc(size);
    const { bytesRead } = await file.read(buffer, 0, size, 0);
    return { text: buffer.toString('utf8', 0, bytesRead) };
  } catch (problem) {
    const code = problem instanceof Error && 'code' in problem ? String(problem.code) : 'unknown';
    return { reason: `it cannot be read (${code})` };
  }
};
