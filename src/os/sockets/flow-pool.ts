import type { SocketFact } from '../../actors/contract.ts';
import { parseFlowLine } from './flow-line.ts';

/** Gathers the beginnings of connections between two looks: the same source, destination and port are one fact with a count. */
export type FlowPool = {
  readonly push: (text: string) => void;
  /** What was gathered, with `own` addresses to tell the direction; starts over. */
  readonly take: (at: number, own: ReadonlySet<string>) => readonly SocketFact[];
  /** True once any line was read. */
  readonly isAlive: () => boolean;
};

/** A pool of at most `capacity` facts; what is more is counted in an `overrun`. */
export const createFlowPool = (capacity = 20_000): FlowPool => {
  let rest = '';
  let flows = new Map<string, { readonly flow: NonNullable<ReturnType<typeof parseFlowLine>>; count: number }>();
  let lost = 0;
  let isAlive = false;

  const take = (line: string): void => {
    const flow = parseFlowLine(line);
    if (flow === undefined) return;
    isAlive = true;
    if (flow.source.startsWith('127.') || flow.source === '::1') return;
    const key = `${flow.protocol} ${flow.source} ${flow.destination} ${flow.port}`;
    const known = flows.get(key);
    if (known !== undefined) known.count += 1;
    else if (flows.size < capacity) flows.set(key, { flow, count: 1 });
    else lost += 1;
  };

  return {
    push: (text) => {
      const lines = (rest + text).split('\n');
      rest = (lines.pop() ?? '').slice(-MAX_LINE);
      for (const line of lines) take(line);
    },
    take: (at, own) => {
      const facts = [...flows.values()].map(
        ({ flow, count }): SocketFact => ({
          kind: own.has(flow.source) ? 'outbound' : own.has(flow.destination) ? 'inbound' : 'forwarded',
          at,
          count,
          ...flow,
        }),
      );
      flows = new Map();
      if (lost > 0) facts.push({ kind: 'overrun', at, lost });
      lost = 0;
      return facts;
    },
    isAlive: () => isAlive,
  };
};

const MAX_LINE = 1024;
