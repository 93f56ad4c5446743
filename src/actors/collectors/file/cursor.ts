import { createHash } from 'node:crypto';
import { z } from 'zod';

/** A place in a file that is known again by what it is, not by its name. */
export type FilePlace = {
  readonly dev: number;
  readonly ino: number;
  /** Bytes taken so far, up to the end of a line. */
  readonly offset: number;
  /** `<length>:<SHA-256 of that many first bytes>`. */
  readonly headHash: string;
};

/** Where a file source was: its file, and files rotated away that were not read to their end for certain. */
export type FileCursor = FilePlace & { readonly previous: readonly FilePlace[] };

/** How many first bytes tell a file from another one with the same inode. */
export const HEAD_BYTES = 256;

/** The mark of a file that begins with these bytes. */
export const headHashOf = (head: Uint8Array): string => `${head.byteLength}:${createHash('sha256').update(head).digest('hex')}`;

/** How many bytes a mark covers. */
export const headLengthOf = (headHash: string): number => Number(headHash.slice(0, headHash.indexOf(':')));

const placeSchema = z.object({
  dev: z.number(),
  ino: z.number(),
  offset: z.number().int().nonnegative(),
  headHash: z.string().regex(/^[0-9]{1,3}:[0-9a-f]{64}$/),
});

const cursorSchema = placeSchema.extend({ previous: z.array(placeSchema).max(8).default([]) });

/** A cursor as it was stored; undefined when there is none or it is not one. */
export const readCursor = (stored: unknown): FileCursor | undefined => cursorSchema.safeParse(stored).data;
