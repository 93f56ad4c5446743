import { targetKey } from '../domain/action.ts';
import type { Alert } from '../domain/alert.ts';
import type { Actor, Approval } from '../domain/approval.ts';
import type { Entities, ProcessRef } from '../domain/entity.ts';
import type { HistoryRecord } from '../domain/history.ts';
import type { Lease } from '../domain/lease.ts';
import type { EnforcementPolicy } from '../domain/policy.ts';
import { neededText, votesMissing } from '../domain/quorum.ts';
import type { ActorJson, AlertJson, ApprovalJson, LeaseJson, PolicyJson, RecordJson } from '../protocol/schemas.ts';
import { correlationToJson } from './correlation-to-json.ts';

/** Domain words → wire form. Undefined members are left out. */
const time = (ms: number): string => new Date(ms).toISOString();
const optionalTime = (ms: number | undefined): string | undefined => (ms === undefined ? undefined : time(ms));

const defined = <Value extends object>(value: Value): { [Key in keyof Value]: Exclude<Value[Key], undefined> } =>
  Object.fromEntries(Object.entries(value).filter(([, inner]) => inner !== undefined)) as { [Key in keyof Value]: Exclude<Value[Key], undefined> };

const processToJson = (process: ProcessRef) =>
  defined({
    pid: process.pid,
    start_time: process.startTime,
    exe: process.exe,
    uid: process.uid,
    cgroup: process.cgroup,
    name: process.name,
    command_line: process.commandLine,
  });

const entitiesToJson = (entities: Entities): AlertJson['entities'] =>
  defined({
    ip: entities.ip,
    user: entities.user,
    process: entities.process === undefined ? undefined : processToJson(entities.process),
    file: entities.file === undefined ? undefined : defined({ path: entities.file.path, sha256: entities.file.sha256 }),
    session: entities.session,
    agent: entities.agent,
  });

const actorToJson = (actor: Actor): ActorJson => defined({ name: actor.name, uid: actor.uid, pid: actor.pid, via: actor.via });

export const alertToJson = (alert: Alert): AlertJson => ({
  id: alert.id,
  timestamp: time(alert.createdAt),
  module: alert.module,
  type: alert.type,
  severity: alert.severity,
  status: alert.status,
  title: alert.title,
  description: alert.description,
  event_ids: [...alert.eventIds],
  metadata: defined({
    source_ip: alert.entities.ip,
    username: alert.entities.user,
    process_id: alert.entities.process?.pid,
    process_name: alert.entities.process?.name,
    file_path: alert.entities.file?.path,
    chain_name: alert.correlation?.chain,
    modules: alert.correlation === undefined ? undefined : [...new Set(alert.correlation.steps.map(({ module }) => module))],
    recommended_actions: alert.correlation?.recommended,
  }),
  mitigations: [...alert.mitigations],
  entities: entitiesToJson(alert.entities),
  evidence: defined({
    ...alert.evidence,
    span: alert.evidence.span === undefined ? undefined : ([...alert.evidence.span] as [number, number]),
  }) as AlertJson['evidence'],
  mitre: [...alert.mitre],
  count: alert.count,
  first_seen: time(alert.firstSeen),
  last_seen: time(alert.lastSeen),
  claim: alert.isClaim,
  ...(alert.correlation === undefined ? {} : { correlation: correlationToJson(alert.correlation) }),
  ...(alert.escalation === undefined
    ? {}
    : { escalation: defined({ count: alert.escalation.count, found: alert.escalation.found, next_at: optionalTime(alert.escalation.dueAt) }) }),
  version: alert.version,
});

export const recordToJson = (record: HistoryRecord): RecordJson =>
  defined({
    id: record.id,
    sequence: record.sequence,
    timestamp: time(record.at),
    kind: record.kind,
    action_id: record.actionId,
    alert_id: record.alertId,
    approval_id: record.approvalId,
    module: record.module,
    alert_type: record.alertType,
    action: record.action,
    target: record.target,
    severity: record.severity,
    outcome: record.outcome,
    verification: record.verification,
    preset: record.preset,
    dry_run: record.dryRun,
    actor: record.actor === undefined ? undefined : actorToJson(record.actor),
    reason: record.reason,
    details: record.details,
    duration_ms: record.durationMs,
    previous_hash: record.previousHash,
    hash: record.hash,
  });

export const approvalToJson = (approval: Approval): ApprovalJson =>
  defined({
    id: approval.id,
    action_id: approval.actionId,
    alert_id: approval.alertId,
    module: approval.module,
    alert_type: approval.alertType,
    title: approval.title,
    severity: approval.severity,
    action: approval.action,
    target: targetKey(approval.target),
    process: approval.target.kind === 'process' ? processToJson(approval.target.process) : undefined,
    plan: [...approval.plan],
    undo_note: approval.undoNote,
    state: approval.state,
    held: approval.isHeld,
    created_at: time(approval.createdAt),
    expires_at: time(approval.expiresAt),
    decided_at: optionalTime(approval.decidedAt),
    decided_by: approval.decidedBy === undefined ? undefined : actorToJson(approval.decidedBy),
    reason: approval.reason,
    result: approval.result,
    version: approval.version,
    basis: approval.basis,
    count: approval.count,
    latest_at: optionalTime(approval.latestAt),
    latest_alert_id: approval.latestAlertId,
    reminded: approval.reminded,
    ...(approval.seats === undefined
      ? {}
      : {
          votes: (approval.votes ?? []).map(({ by, at, reason }) => ({ by: actorToJson(by), at: time(at), reason })),
          votes_missing: votesMissing(approval),
          needed: neededText(approval),
        }),
    break_glass: approval.isBreakGlass,
    revoked_by: approval.revokedBy === undefined ? undefined : actorToJson(approval.revokedBy),
    revoked_at: optionalTime(approval.revokedAt),
  });

export const leaseToJson = (lease: Lease): LeaseJson =>
  defined({
    id: lease.id,
    action_id: lease.actionId,
    alert_id: lease.alertId,
    module: lease.module,
    preset: lease.preset,
    action: lease.action,
    target: targetKey(lease.target),
    state: lease.state,
    created_at: time(lease.createdAt),
    expires_at: optionalTime(lease.expiresAt),
    ended_because: lease.endedBecause,
  });

export const policiesToJson = (policy: EnforcementPolicy): PolicyJson[] =>
  Object.entries(policy.policies).map(([module, entry]) => ({
    module,
    enabled: entry.enabled,
    min_severity: entry.minSeverity,
    cooldown_seconds: entry.cooldownSeconds,
    max_actions_per_min: entry.maxActionsPerMinute,
    dry_run: entry.dryRun,
    allow_list: [...entry.allowList],
    actions: entry.rules.map((rule) => ({
      action: rule.action,
      min_severity: rule.minSeverity,
      params: redact(rule.params),
      skip_approval: rule.skipApproval,
      dry_run: rule.dryRun,
      hold: rule.hold,
      types: [...rule.types],
      description: rule.description,
    })),
  }));

const SHOWN = new Set(['duration', 'timeout', 'template', 'endpoint', 'quarantine_dir']);

/** Addresses and tokens of a rule are secrets: only what is harmless is shown. */
export const redact = (params: { readonly [name: string]: string }): { [name: string]: string } =>
  Object.fromEntries(Object.entries(params).map(([name, value]) => [name, SHOWN.has(name) ? value : '[set]']));
