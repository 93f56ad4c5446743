import type { AlertJson, ApprovalJson, RecordJson, StatusJson } from '../../protocol/schemas.ts';
import type { Filter } from '../filter/grammar.ts';
import { type Filterable, matches } from '../filter/match.ts';
import type { AlertItem } from './app-state.ts';
import { byIdentity } from './memo.ts';
import { recordKey } from './merge.ts';

/** A row of the status view. */
export type StatusRow = {
  readonly key: string;
  readonly kind: 'heading' | 'fact' | 'child' | 'source' | 'limit';
  readonly name: string;
  readonly state: string;
  readonly detail: string;
  /** Something to worry about. */
  readonly isBad: boolean;
};

/** Rows of one view after its filter, with the keys the list state works on. */
export type Rows<Item> = { readonly items: readonly Item[]; readonly keys: readonly string[] };

/** Alerts and gaps, oldest first. A gap is only shown when nothing is filtered away. */
export const alertRows = byIdentity((items: readonly AlertItem[], filter: Filter): Rows<AlertItem> => {
  const kept = filter.length === 0 ? items : items.filter((item) => item.alert !== undefined && matches(filter, alertFilterable(item.alert)));
  return { items: kept, keys: kept.map((item) => item.key) };
});

/** Waiting approvals, oldest first. */
export const approvalRows = byIdentity((approvals: readonly ApprovalJson[], filter: Filter): Rows<ApprovalJson> => {
  const kept = filter.length === 0 ? approvals : approvals.filter((approval) => matches(filter, approvalFilterable(approval)));
  return { items: kept, keys: kept.map((approval) => approval.id) };
});

/** History, newest first. */
export const recordRows = byIdentity((records: readonly RecordJson[], filter: Filter): Rows<RecordJson> => {
  const kept = (filter.length === 0 ? records : records.filter((record) => matches(filter, recordFilterable(record)))).toReversed();
  return { items: kept, keys: kept.map(recordKey) };
});

/** Daemon, parts, sources and limits as rows. */
export const statusRows = byIdentity((status: StatusJson, filter: Filter): Rows<StatusRow> => {
  const rows = allStatusRows(status);
  const kept = filter.length === 0 ? rows : rows.filter((row) => row.kind !== 'heading' && matches(filter, statusFilterable(row)));
  return { items: kept, keys: kept.map((row) => row.key) };
});

/** The one thing that best says where an alert came from. */
export const sourceOf = (alert: AlertJson): string => {
  const { ip, user, process, file, agent, session } = alert.entities;
  return ip ?? user ?? (process === undefined ? undefined : `${process.name ?? process.exe} ${process.pid}`) ?? file?.path ?? agent ?? session ?? '-';
};

const known = new WeakMap<object, Filterable>();
const remembered =
  <Item extends object>(build: (item: Item) => Filterable) =>
  (item: Item): Filterable => {
    const hit = known.get(item);
    if (hit !== undefined) return hit;
    const built = build(item);
    known.set(item, built);
    return built;
  };

const haystackOf = (...parts: readonly (string | undefined)[]): string =>
  parts
    .filter((part) => part !== undefined)
    .join('\n')
    .slice(0, 4096)
    .toLowerCase();

const alertFilterable = remembered((alert: AlertJson): Filterable => {
  const { entities } = alert;
  return {
    severity: alert.severity,
    module: alert.module,
    source: entities.ip ?? sourceOf(alert),
    user: entities.user,
    type: alert.type,
    haystack: haystackOf(
      alert.title,
      alert.module,
      alert.type,
      entities.ip,
      entities.user,
      entities.process?.exe,
      entities.process?.name,
      entities.file?.path,
      entities.agent,
      alert.id,
      alert.description,
    ),
  };
});

const approvalFilterable = remembered(
  (approval: ApprovalJson): Filterable => ({
    severity: approval.severity,
    module: approval.module,
    source: approval.target,
    user: approval.action === 'disable_user' ? approval.target : undefined,
    type: approval.alert_type,
    haystack: haystackOf(approval.title, approval.action, approval.target, approval.module, approval.alert_type, approval.id),
  }),
);

const recordFilterable = remembered(
  (record: RecordJson): Filterable => ({
    severity: record.severity,
    module: record.module,
    source: record.target,
    user: record.actor?.name,
    type: record.alert_type ?? record.kind,
    haystack: haystackOf(record.reason, record.kind, record.action, record.target, record.module, record.outcome, record.actor?.name, record.id),
  }),
);

const statusFilterable = (row: StatusRow): Filterable => ({
  module: row.name,
  source: row.name,
  type: row.kind,
  haystack: haystackOf(row.name, row.state, row.detail),
});

const allStatusRows = (status: StatusJson): readonly StatusRow[] => {
  const { enforcement, sensor, store } = status;
  // Collectors are already there as sources.
  const actors = status.children.filter((child) => child.kind !== 'collector');
  const fact = (name: string, state: string, detail: string, isBad = false): StatusRow => ({ key: `fact:${name}`, kind: 'fact', name, state, detail, isBad });
  const heading = (name: string, detail: string): StatusRow => ({ key: `heading:${name}`, kind: 'heading', name, state: '', detail, isBad: false });
  return [
    heading('daemon', ''),
    fact('1-SEC', status.status, `version ${status.version}, pid ${status.pid}, protocol ${status.protocol}`, status.status !== 'running'),
    fact('enforcement', enforcementWord(status), `preset ${enforcement.preset}, ${status.leases_active} in force, ${status.approvals_pending} waiting`),
    ...(enforcement.pending_rollback === undefined
      ? []
      : [
          fact(
            'not confirmed',
            'goes back',
            `${enforcement.pending_rollback.what}; preset ${enforcement.pending_rollback.preset}, ${enforcement.pending_rollback.dry_run ? 'dry run' : 'LIVE'} again at ${enforcement.pending_rollback.deadline} unless C is pressed`,
            true,
          ),
        ]),
    fact(
      'sensor',
      sensor.dropped > 0 ? 'dropping' : 'running',
      `${sensor.lines} lines, ${sensor.parsed} parsed, ${sensor.dropped} dropped, ${sensor.lag_ms} ms behind, ${sensor.restarts} restarts`,
      sensor.dropped > 0,
    ),
    fact(
      'store',
      store.state,
      `${store.detail === '' ? '' : `${store.detail}, `}${store.bytes} bytes, schema ${store.schema_version}`,
      BAD_STATES.has(store.state),
    ),
    heading('sources', `${status.sources.length}`),
    ...status.sources.map(
      (source): StatusRow => ({
        key: `source:${source.id}`,
        kind: 'source',
        name: source.id,
        state: source.state,
        detail: `${source.lines} lines, ${source.parsed} parsed, ${source.dropped} dropped, ${source.lag_bytes} bytes behind${source.detail === '' ? '' : `; ${source.detail}`}`,
        isBad: source.dropped > 0 || BAD_STATES.has(source.state),
      }),
    ),
    heading('actors', `${actors.length}`),
    ...actors.map(
      (child): StatusRow => ({
        key: `child:${child.id}`,
        kind: 'child',
        name: child.id,
        state: child.state,
        detail: `${child.kind}${child.restarts > 0 ? `, ${child.restarts} restarts` : ''}${child.detail === '' ? '' : `; ${child.detail}`}`,
        isBad: BAD_STATES.has(child.state),
      }),
    ),
    ...(status.limits.length === 0 ? [] : [heading('limits', 'what this host or user cannot see or do')]),
    ...status.limits.map((limit, index): StatusRow => ({ key: `limit:${index}`, kind: 'limit', name: '', state: '', detail: limit, isBad: false })),
  ];
};

const BAD_STATES: ReadonlySet<string> = new Set(['parked', 'degraded', 'failed', 'broken', 'error', 'escalated', 'stalled', 'full', 'observe-only']);

/** `LIVE`, `DRY RUN`, `OBSERVE ONLY` or `OFF`. */
export const enforcementWord = (status: StatusJson): string => {
  if (status.status === 'observe-only') return 'OBSERVE ONLY';
  if (!status.enforcement.enabled) return 'OFF';
  return status.enforcement.dry_run ? 'DRY RUN' : 'LIVE';
};
