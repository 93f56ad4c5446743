/**
 * A copy of a piece of a long line that does not keep the whole line in memory. V8 makes long substrings views of their
 * parent: a detector that remembers 50,000 names would otherwise remember 50,000 lines of 8 KiB.
 */
export const detach = (piece: string, line: string): string =>
  line.length <= SMALL || piece.length <= NEVER_A_VIEW ? piece : Buffer.from(piece, 'utf16le').toString('utf16le');

const SMALL = 512;
const NEVER_A_VIEW = 12;
