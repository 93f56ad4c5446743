import { isAscii } from 'node:buffer';

/** Longest line that is taken; a longer one is skipped to its end and counted. */
export const MAX_LINE_BYTES = 65_536;
/** How much of a line is scanned. */
export const MAX_SCAN_BYTES = 8192;

/** What the splitter says about one line. */
export type LineHandler = {
  /** `isCut`: the line goes on after the text. `isGarbage`: it holds NUL bytes or is not UTF-8. */
  readonly onLine: (text: string, position: number, isCut: boolean, isGarbage: boolean) => void;
  /** Asked before a line becomes text, with the bytes that would be scanned; true = it was dealt with. */
  readonly takeQuiet?: ((bytes: Uint8Array, from: number, to: number, isCut: boolean) => boolean) | undefined;
  /** A line over the limit, given once, however many chunks it spans. */
  readonly onTooLong: () => void;
};

/** Splits the chunks of one source. Remembers only whether it is in the middle of a line that is too long. */
export type LineSplitter = {
  /** Gives the number of bytes taken; the rest (a line that has no end yet) must come again. `offset` is the position of the first byte. */
  readonly split: (bytes: Uint8Array, offset: number, isFinal: boolean) => number;
};

/** A splitter that hands its lines to `handler`. */
export const createLineSplitter = (handler: LineHandler): LineSplitter => {
  let isSkipping = false;
  let nextOffset = 0;

  const split = (bytes: Uint8Array, offset: number, isFinal: boolean): number => {
    if (bytes.byteLength === 0) return 0;
    const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    let at = isSkipping && offset === nextOffset ? skipRest(buffer) : 0;
    isSkipping = at > 0 && at === buffer.length && buffer[at - 1] !== NEWLINE;
    const isPlain = isAscii(buffer);
    const hasNul = buffer.includes(0);
    for (let end = buffer.indexOf(NEWLINE, at); end >= 0; end = buffer.indexOf(NEWLINE, at)) {
      giveLine(buffer, at, end, offset, isPlain, hasNul);
      at = end + 1;
    }
    if (isFinal && at < buffer.length) {
      giveLine(buffer, at, buffer.length, offset, isPlain, hasNul);
      at = buffer.length;
    } else if (buffer.length - at > MAX_LINE_BYTES) {
      handler.onTooLong();
      at = buffer.length;
      isSkipping = true;
    }
    nextOffset = offset + at;
    return at;
  };

  const giveLine = (buffer: Buffer, from: number, to: number, offset: number, isPlain: boolean, hasNul: boolean): void => {
    if (to - from > MAX_LINE_BYTES) {
      handler.onTooLong();
      return;
    }
    const end = to > from && buffer[to - 1] === RETURN ? to - 1 : to;
    const isCut = end - from > MAX_SCAN_BYTES;
    const stop = isCut ? from + MAX_SCAN_BYTES : end;
    if (handler.takeQuiet?.(buffer, from, stop, isCut) === true) return;
    // ASCII bytes are the same text in both encodings, and latin1 is the quicker one.
    const text = buffer.toString(isPlain ? 'latin1' : 'utf8', from, stop);
    const isGarbage = (!isPlain && text.includes('\ufffd')) || (hasNul && text.includes('\u0000'));
    handler.onLine(text, offset + from, isCut, isGarbage);
  };

  return { split };
};

const NEWLINE = 10;
const RETURN = 13;

const skipRest = (buffer: Buffer): number => {
  const end = buffer.indexOf(NEWLINE);
  return end < 0 ? buffer.length : end + 1;
};
