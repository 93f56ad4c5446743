import type { CollectorDefinition, Feeds } from '../../contract.ts';

/** The systemd journal, from where it was left. Fields that journald vouches for decide what is believed. */
export const journaldCollector: CollectorDefinition = {
  id: 'journald',
  title: 'systemd journal',
  run: async ({ spec, sink, cursors, feeds, report, signal }) => {
    let carry: Uint8Array = new Uint8Array();
    let offset = 0;
    report({ type: 'state', state: 'starting', detail: 'journalctl' });
    const take = async (bytes: Uint8Array): Promise<void> => {
      const joined = carry.byteLength === 0 ? bytes.slice() : concat(carry, bytes);
      const end = joined.lastIndexOf(NEWLINE) + 1;
      // A line without an end waits for the rest, unless it is too long for the pipeline anyway.
      const whole = end === 0 && joined.byteLength > MAX_CARRY ? joined.byteLength : end;
      carry = joined.slice(whole);
      if (whole === 0) return;
      const cursor = lastCursor(joined.subarray(0, whole));
      const result = await sink.chunk({ source: spec.id, grammar: spec.grammar ?? 'journal', bytes: joined.slice(0, whole), offset });
      offset += whole;
      if (cursor !== undefined) cursors.put(spec.id, { cursor });
      report({ type: 'progress', lines: result.lines, parsed: result.parsed, dropped: result.dropped, unparsed: result.unparsed, lagBytes: carry.byteLength });
    };
    report({ type: 'state', state: 'running', detail: 'journalctl' });
    await feeds.journal(storedPlace(cursors.get(spec.id)), signal, take);
  },
};

const NEWLINE = 10;
const MAX_CARRY = 262_144;
const KEY = '"__CURSOR"';

const concat = (a: Uint8Array, b: Uint8Array): Uint8Array => {
  const both = new Uint8Array(a.byteLength + b.byteLength);
  both.set(a);
  both.set(b, a.byteLength);
  return both;
};

// The newest line that has one; a message can hold the text, but not as a key of the line's own object.
const lastCursor = (bytes: Uint8Array): string | undefined => {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let end = buffer.length; end > 0; ) {
    const lineEnd = buffer[end - 1] === NEWLINE ? end - 1 : end;
    const start = lineEnd === 0 ? 0 : buffer.lastIndexOf(NEWLINE, lineEnd - 1) + 1;
    const cursor = cursorOf(buffer.toString('utf8', start, lineEnd));
    if (cursor !== undefined) return cursor;
    end = start;
  }
  return undefined;
};

const cursorOf = (line: string): string | undefined => {
  if (!line.includes(KEY)) return undefined;
  try {
    const entry: unknown = JSON.parse(line);
    return typeof entry === 'object' && entry !== null && '__CURSOR' in entry && typeof entry.__CURSOR === 'string' ? entry.__CURSOR : undefined;
  } catch {
    // Not a whole entry: an older line has a cursor too.
    return undefined;
  }
};

// What `markJournal` wrote down counts until there is a cursor.
const storedPlace = (stored: unknown): Parameters<Feeds['journal']>[0] => {
  if (typeof stored !== 'object' || stored === null) return undefined;
  if ('cursor' in stored && typeof stored.cursor === 'string') return stored.cursor;
  return 'sinceMs' in stored && typeof stored.sinceMs === 'number' && stored.sinceMs >= 0 ? { sinceMs: stored.sinceMs } : undefined;
};
