import { MODULES } from '../actors/registry.ts';
import type { ChildView, Root } from '../actors/root.ts';
import type { HostDescription } from '../domain/host.ts';
import type { EnforcementPolicy } from '../domain/policy.ts';
import { type ChildJson, type EndpointJson, type ModuleJson, PROTOCOL_VERSION, type SourceJson, type StatusJson } from '../protocol/schemas.ts';
import type { Store } from '../store/contract.ts';
import type { SensorHealth } from '../workers/contract.ts';
import { pendingToJson } from './mode-handlers.ts';
import type { PendingRollback, PolicyKeeper } from './policy-keeper.ts';

export type StatusDependencies = {
  readonly version: string;
  readonly startedAt: number;
  readonly pid: number;
  readonly now: () => number;
  readonly host: HostDescription;
  readonly root: Root;
  readonly store: Store;
  readonly sensor: () => SensorHealth;
  readonly policy: () => EnforcementPolicy;
  readonly origins: PolicyKeeper['origins'];
  readonly pendingRollback: () => PendingRollback | undefined;
  readonly leases: () => number;
  readonly notes: () => readonly string[];
  /** A person's flag keeps enforcement off. */
  readonly isFlagged: () => boolean;
  readonly notifications: () => readonly EndpointJson[];
};

/** The daemon as the operator sees it. */
export const buildStatus = (dependencies: StatusDependencies): StatusJson => {
  const { store, root, host } = dependencies;
  const children = root.children();
  const storeHealth = store.health();
  const sensor = dependencies.sensor();
  const policy = dependencies.policy();
  const origins = dependencies.origins();
  const pending = dependencies.pendingRollback();
  const modules = children.filter((child) => child.record.spec.kind === 'module');
  const isWhole = root.state() !== 'escalated' && children.every((child) => child.record.state !== 'degraded');
  return {
    version: dependencies.version,
    protocol: PROTOCOL_VERSION,
    status: storeHealth.state === 'observe-only' || dependencies.isFlagged() ? 'observe-only' : isWhole && storeHealth.state === 'ok' ? 'running' : 'degraded',
    hostname: host.hostname,
    pid: dependencies.pid,
    uptime_secs: Math.round((dependencies.now() - dependencies.startedAt) / 1000),
    timestamp: new Date(dependencies.now()).toISOString(),
    alerts_total: store.alerts.count(),
    approvals_pending: store.approvals.waiting().filter((approval) => approval.state === 'pending').length,
    leases_active: dependencies.leases(),
    modules_running: modules.filter((child) => child.state === 'running').length,
    modules_total: modules.length,
    enforcement: {
      enabled: policy.enabled,
      dry_run: policy.dryRun,
      preset: policy.preset,
      dry_run_from: origins.dryRun,
      preset_from: origins.preset,
      ...(pending === undefined ? {} : { pending_rollback: pendingToJson(pending, dependencies.now()) }),
      firewall: host.firewall,
    },
    sensor: { lines: sensor.lines, parsed: sensor.parsed, dropped: sensor.dropped, lag_ms: Math.round(sensor.lagMs), restarts: sensor.restarts },
    sources: children.filter((child) => child.record.spec.kind === 'collector').map(sourceToJson),
    children: children.filter((child) => child.record.spec.kind !== 'approval').map(childToJson),
    store: { state: storeHealth.state, detail: storeHealth.detail, bytes: storeHealth.bytes, schema_version: storeHealth.schemaVersion },
    notifications: [...dependencies.notifications()],
    limits: [...host.limits, ...dependencies.notes()],
  };
};

/** Every module of the registry, running or not. */
export const buildModules = (root: Root): readonly ModuleJson[] =>
  MODULES.map(({ manifest }) => {
    const child = root.child(`module:${manifest.id}`);
    return {
      name: manifest.id,
      title: manifest.title,
      description: manifest.description,
      tier: manifest.tier,
      enabled: child !== undefined && child.state !== 'disabled',
      state: child?.state ?? 'disabled',
      detail: child === undefined ? '' : detailOf(child),
      event_types: [...manifest.eventTypes],
      alert_types: Object.keys(manifest.alertTypes),
      findings: numberIn(child, 'findings'),
      restarts: child === undefined ? 0 : child.record.restartCount + numberIn(child, 'restartCount'),
    };
  });

const childToJson = (child: ChildView): ChildJson => ({
  id: child.record.spec.id,
  // Approvals are not in this list; their kind is the only one the wire form does not have.
  kind: child.record.spec.kind === 'approval' ? 'module' : child.record.spec.kind,
  state: child.state,
  detail: detailOf(child),
  restarts: child.record.restartCount + numberIn(child, 'restartCount'),
  critical: child.record.spec.critical,
});

const sourceToJson = (child: ChildView): SourceJson => ({
  id: child.record.spec.id.slice('collector:'.length),
  collector: child.record.spec.kind === 'collector' ? child.record.spec.input.collector : '',
  state: child.state,
  detail: detailOf(child),
  lines: numberIn(child, 'lines'),
  parsed: numberIn(child, 'parsed'),
  dropped: numberIn(child, 'dropped'),
  lag_bytes: numberIn(child, 'lagBytes'),
});

/** Why it is as it is, in words; empty when there is nothing to say. */
export const detailOf = (child: ChildView): string => {
  if (child.record.parkedBecause !== undefined) return child.record.parkedBecause;
  for (const key of ['degradedBecause', 'reason', 'detail', 'lastRepair']) {
    const text = child.context[key];
    if (typeof text === 'string' && text !== '') return text;
  }
  return '';
};

/** A number of an actor's context, 0 when it has none. */
export const numberIn = (child: ChildView | undefined, key: string): number => {
  const value = child?.context[key];
  return typeof value === 'number' ? value : 0;
};
