import type { AlertJson, ApprovalJson, LeaseJson, RecordJson, StatusJson } from '../../src/protocol/schemas.ts';

/** Noon of a day, local time, so that clock times do not depend on where the tests run. */
export const NOON = new Date(2026, 10, 24, 12, 0, 0).getTime();

const at = (ms: number): string => new Date(ms).toISOString();
const id = (kind: string, index: number): string => `01K${kind}${String(index).padStart(22, '0')}`;

export const sampleAlert = (index: number, changes: Partial<AlertJson> = {}): AlertJson => ({
  id: id('A', index),
  timestamp: at(NOON + index * 1000),
  module: 'auth_fortress',
  type: 'brute_force',
  severity: (['CRITICAL', 'HIGH', 'MEDIUM', 'LOW'] as const)[index % 4] ?? 'LOW',
  status: 'OPEN',
  title: `${20 + index} failed logins as root, 4 users`,
  description: 'One address guessed passwords for several accounts.',
  event_ids: [`event-${index}`],
  metadata: {},
  mitigations: ['Block the address', 'Allow keys only'],
  entities: { ip: `203.0.113.${index % 250}`, user: 'root' },
  evidence: {
    rule: 'auth_fortress/ssh-failures',
    counters: { failures: 20 + index, users: 4 },
    line: `sshd[811]: Failed password for root from 203.0.113.${index % 250}`,
  },
  mitre: ['T1110'],
  count: 1 + index,
  first_seen: at(NOON + index * 1000),
  last_seen: at(NOON + index * 1000),
  claim: false,
  version: 1,
  ...changes,
});

export const sampleApproval = (index: number, changes: Partial<ApprovalJson> = {}): ApprovalJson => ({
  id: id('P', index),
  action_id: id('X', index),
  alert_id: id('A', index),
  module: 'runtime_watcher',
  alert_type: 'reverse_shell',
  title: 'bash talks to 203.0.113.7:4444 with its standard input',
  severity: 'CRITICAL',
  action: 'kill_process',
  target: `pid ${4000 + index} (bash) @881122`,
  process: { pid: 4000 + index, start_time: 881_122, exe: '/usr/bin/bash', uid: 33, name: 'bash', command_line: 'bash -i' },
  plan: [`SIGTERM to pid ${4000 + index} through its pidfd`, 'wait 5 s', 'SIGKILL if it is still there'],
  undo_note: 'cannot be undone: a killed process does not come back',
  state: 'pending',
  held: true,
  created_at: at(NOON),
  expires_at: at(NOON + 300_000),
  version: 3,
  ...changes,
});

export const sampleRecord = (sequence: number, changes: Partial<RecordJson> = {}): RecordJson => ({
  id: id('R', sequence),
  sequence,
  timestamp: at(NOON + sequence * 1000),
  kind: 'outcome',
  action_id: id('X', sequence),
  alert_id: id('A', sequence),
  module: 'auth_fortress',
  action: 'block_ip',
  target: `203.0.113.${sequence % 250}`,
  outcome: 'success',
  verification: 'verified',
  actor: { name: 'ops', uid: 1000, via: 'tui' },
  reason: 'brute force from one address',
  previous_hash: 'aa',
  hash: 'bb',
  ...changes,
});

export const sampleLease = (index: number, changes: Partial<LeaseJson> = {}): LeaseJson => ({
  id: id('L', index),
  action_id: id('X', index),
  alert_id: id('A', index),
  module: 'auth_fortress',
  action: 'block_ip',
  target: `203.0.113.${index % 250}`,
  state: 'active',
  created_at: at(NOON),
  expires_at: at(NOON + 3_600_000),
  ...changes,
});

export const sampleStatus = (changes: Partial<StatusJson> = {}): StatusJson => ({
  version: '0.1.0',
  protocol: 1,
  status: 'running',
  hostname: 'web-1',
  pid: 811,
  uptime_secs: 3600,
  timestamp: at(NOON),
  alerts_total: 3,
  approvals_pending: 1,
  leases_active: 1,
  modules_running: 15,
  modules_total: 16,
  enforcement: { enabled: true, dry_run: true, preset: 'safe' },
  sensor: { lines: 12_000, parsed: 11_950, dropped: 0, lag_ms: 12, restarts: 0 },
  sources: [{ id: 'file:/var/log/auth.log', collector: 'auth_log', state: 'following', detail: '', lines: 9000, parsed: 8990, dropped: 0, lag_bytes: 0 }],
  children: [
    { id: 'auth_fortress', kind: 'module', state: 'running', detail: '', restarts: 0, critical: false },
    { id: 'supply_chain', kind: 'module', state: 'parked', detail: 'no package manager here', restarts: 3, critical: false },
  ],
  store: { state: 'open', detail: '', bytes: 1_048_576, schema_version: 1 },
  limits: ['journald is not there: only files are read'],
  ...changes,
});
