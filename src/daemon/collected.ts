import type { ChildView } from '../actors/root.ts';
import type { CollectedJson } from '../protocol/event-schemas.ts';
import type { IngestCounters } from './ingest.ts';
import { detailOf, numberIn } from './status.ts';

/** A log this host could have, and why it is not read. */
export type NotRead = { readonly id: string; readonly collector: string; readonly grammar: string; readonly why: string };

/** Each source as an operator wants to see it: those that are read, what programs bring, and those that are not there. */
export const buildCollected = (children: readonly ChildView[], ingest: IngestCounters, notRead: readonly NotRead[]): readonly CollectedJson[] => {
  const read = children.filter((child) => child.record.spec.kind === 'collector').map(collectedFrom);
  const ids = new Set(read.map(({ id }) => id));
  return [...read, apiSource(ingest), ...notRead.filter(({ id }) => !ids.has(id)).map(absent)];
};

const collectedFrom = (child: ChildView): CollectedJson => {
  const { spec } = child.record;
  const lines = numberIn(child, 'lines');
  const unparsed = numberIn(child, 'unparsed');
  const dropped = numberIn(child, 'dropped');
  const last = numberIn(child, 'lastLineAt');
  return {
    id: spec.id.slice('collector:'.length),
    collector: spec.kind === 'collector' ? spec.input.collector : '',
    grammar: spec.kind === 'collector' ? (spec.input.grammar ?? '') : '',
    state: child.state,
    detail: detailOf(child),
    lines,
    parsed: numberIn(child, 'parsed'),
    unparsed,
    dropped,
    ...(lines === 0 ? {} : { understood: Math.max(0, (lines - unparsed - dropped) / lines) }),
    lag_bytes: numberIn(child, 'lagBytes'),
    ...(last === 0 ? {} : { last_line: new Date(last).toISOString() }),
  };
};

const apiSource = ({ accepted, rejected, limited, lastAt }: IngestCounters): CollectedJson => {
  const lines = accepted + rejected;
  return {
    id: 'api',
    collector: 'api',
    grammar: '',
    state: 'running',
    detail: limited === 0 ? 'POST /api/v1/events, 1sec collect stdin' : `${limited} events were over the rate`,
    lines,
    parsed: accepted,
    unparsed: rejected,
    dropped: 0,
    ...(lines === 0 ? {} : { understood: accepted / lines }),
    lag_bytes: 0,
    ...(lastAt === undefined ? {} : { last_line: new Date(lastAt).toISOString() }),
  };
};

const absent = ({ id, collector, grammar, why }: NotRead): CollectedJson => ({
  id,
  collector,
  grammar,
  state: 'absent',
  detail: why,
  lines: 0,
  parsed: 0,
  unparsed: 0,
  dropped: 0,
  lag_bytes: 0,
});
