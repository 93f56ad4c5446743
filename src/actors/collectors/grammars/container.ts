import type { Grammar } from '../../contract.ts';

/**
 * Logs of containers as Docker's json-file driver writes them: the wrapper comes off, the line inside goes to `inner`, with the
 * container as its observer. A line over 16 KiB comes in pieces: only the first is read, so that nobody's text begins a line.
 */
export const createContainerGrammar = (inner: Grammar): Grammar => {
  const isOpen = new Map<string, boolean>();
  return {
    id: 'container',
    eventTypes: inner.eventTypes,
    lastTaken: () => inner.lastTaken?.() ?? inner.id,
    parse: (line, context, emit) => {
      const entry = entryOf(line);
      if (entry === undefined) return 'unparsed';
      const continues = isOpen.get(entry.stream) === true;
      const isWhole = entry.log.endsWith('\n');
      isOpen.set(entry.stream, !isWhole);
      if (continues) return 'irrelevant';
      const at = Date.parse(entry.time.slice(0, 40));
      const receivedAt = Number.isNaN(at) || at > context.receivedAt ? context.receivedAt : at;
      return inner.parse(withoutEnd(entry.log), { ...context, receivedAt, isCut: context.isCut === true || !isWhole }, (event) =>
        emit({ ...event, observer: containerOf(context.source) ?? event.observer }),
      );
    },
  };
};

type Entry = { readonly log: string; readonly stream: 'stdout' | 'stderr'; readonly time: string };

const entryOf = (line: string): Entry | undefined => {
  if (!line.startsWith('{"log":')) return undefined;
  try {
    const value: unknown = JSON.parse(line);
    if (typeof value !== 'object' || value === null || !('log' in value) || typeof value.log !== 'string') return undefined;
    const time = 'time' in value && typeof value.time === 'string' ? value.time : '';
    return { log: value.log, stream: 'stream' in value && value.stream === 'stderr' ? 'stderr' : 'stdout', time };
  } catch {
    // Cut or no JSON: not a line of this driver.
    return undefined;
  }
};

const withoutEnd = (log: string): string => (log.endsWith('\r\n') ? log.slice(0, -2) : log.endsWith('\n') ? log.slice(0, -1) : log);

const CONTAINER = /\/([0-9a-f]{12})[0-9a-f]{52}-json\.log$/;
const containerOf = (source: string): string | undefined => {
  const id = CONTAINER.exec(source)?.[1];
  return id === undefined ? undefined : `container:${id}`;
};
