import { SecError } from '../../../domain/errors.ts';
import type { CollectorContext } from '../../contract.ts';
import { extendHead, type OpenLog, readAt } from './open-log.ts';

const CHUNK_BYTES = 262_144;
const NEWLINE = 10;

/**
 * Hands everything from the log's offset to its end to the sink, whole lines only; the cursor is put after the sink took them. With
 * `isLast` a line without an end is taken too, because nobody will finish it. True when something was taken.
 */
export const drainLog = async (log: OpenLog, context: CollectorContext, isLast: boolean, putCursor: () => void): Promise<boolean> => {
  let hasMoved = false;
  while (!context.signal.aborted) {
    const { size } = await log.handle.stat();
    if (size <= log.offset || (size === log.partialAt && !isLast)) break;
    const bytes = await readAt(log.handle, log.offset, Math.min(size - log.offset, CHUNK_BYTES));
    if (bytes.byteLength === 0) break;
    if (log.isSkipping) {
      skip(log, bytes);
      continue;
    }
    const whole = wholeLines(bytes, isLast && log.offset + bytes.byteLength >= size);
    if (whole === undefined) {
      log.partialAt = size;
      break;
    }
    const lineEnd = log.offset;
    const result = await context.sink.chunk({ source: context.spec.id, grammar: grammarOf(context), bytes: whole, offset: lineEnd });
    // The end of line that was added to a last line is not in the file.
    const taken = Math.min(result.consumed, bytes.byteLength);
    if (taken === 0) {
      log.partialAt = size;
      break;
    }
    log.offset += taken;
    log.partialAt = -1;
    hasMoved = true;
    await extendHead(log);
    putCursor();
    const { lines, parsed, dropped, unparsed } = result;
    context.report({ type: 'progress', lines, parsed, dropped, unparsed, lagBytes: Math.max(size - log.offset, 0) });
  }
  return hasMoved;
};

const skip = (log: OpenLog, bytes: Uint8Array): void => {
  const end = bytes.indexOf(NEWLINE);
  log.offset += end < 0 ? bytes.byteLength : end + 1;
  log.isSkipping = end < 0;
};

// A buffer that is full and has no end of line goes as it is: the line is too long, and the pipeline skips it.
const wholeLines = (bytes: Uint8Array, isEnd: boolean): Uint8Array | undefined => {
  const end = bytes.lastIndexOf(NEWLINE) + 1;
  if (isEnd && end < bytes.byteLength) {
    const closed = new Uint8Array(bytes.byteLength + 1);
    closed.set(bytes);
    closed[bytes.byteLength] = NEWLINE;
    return closed;
  }
  if (end === bytes.byteLength) return bytes;
  if (end > 0) return bytes.slice(0, end);
  return bytes.byteLength === CHUNK_BYTES ? bytes : undefined;
};

const grammarOf = (context: CollectorContext): string => {
  if (context.spec.grammar === undefined) throw new SecError('SEC_CONFIG_INVALID', `${context.spec.id}: a file source needs a grammar`);
  return context.spec.grammar;
};
