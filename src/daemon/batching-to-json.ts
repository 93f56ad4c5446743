import type { AlertBatcher } from '../actors/notify/alert-batcher.ts';
import type { Delivery } from '../domain/delivery.ts';
import { SEVERITIES, type Severity, worseOf } from '../domain/severity.ts';
import type { BatchingJson } from '../protocol/schemas.ts';
import type { Store } from '../store/contract.ts';

const SAMPLES = 5;

/** What is held back and what was folded, in wire form. */
export const batchingToJson = (batcher: AlertBatcher, outbox: Pick<Store['outbox'], 'held' | 'folded'>, streamFolded: number): BatchingJson => {
  const { settings } = batcher;
  const { immediate, held } = batcher.counts();
  const batches = outbox.held().map(batchToJson);
  return {
    enabled: settings.enabled,
    window_seconds: settings.windowMs / 1000,
    max_batch_size: settings.maxSize,
    active_batches: batches.length,
    batches,
    immediate,
    held_back: held,
    folded: outbox.folded(),
    stream_folded: streamFolded,
  };
};

const batchToJson = ({ endpoint, hold, items, at }: Delivery): BatchingJson['batches'][number] => {
  const notices = items.map(({ notice }) => notice);
  const count = (severity: Severity): number => notices.filter((notice) => notice.severity === severity).length;
  return {
    key: hold?.key ?? '',
    endpoint,
    alert_count: items.length,
    highest_severity: notices.reduce<Severity>((worst, notice) => worseOf(worst, notice.severity), 'INFO'),
    first_seen: new Date(at).toISOString(),
    flush_at: new Date(hold?.until ?? at).toISOString(),
    sample_alert_ids: notices.slice(0, SAMPLES).map(({ alertId }) => alertId),
    severity_counts: Object.fromEntries(SEVERITIES.flatMap((severity) => (count(severity) === 0 ? [] : [[severity, count(severity)]]))),
  };
};
