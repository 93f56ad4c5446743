import { z } from 'zod';
import { ALERT_STATUSES } from '../domain/alert.ts';
import { PRESETS } from '../domain/policy.ts';
import { SEVERITIES } from '../domain/severity.ts';
import * as events from './event-schemas.ts';
import * as json from './schemas.ts';

/** What a caller must be: see peer credentials. `viewer` reads, `operator` decides and undoes, `admin` configures and stops. */
export type Role = 'viewer' | 'operator' | 'admin';

/** One route as data. Server, client, CLI and docs derive from this table and nothing else. */
export type Route<
  Params extends z.ZodType = z.ZodType,
  Query extends z.ZodType = z.ZodType,
  Body extends z.ZodType = z.ZodType,
  Reply extends z.ZodType = z.ZodType,
> = {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  /** Fastify form: `/api/v1/alerts/:id`. */
  readonly path: string;
  readonly role: Role;
  readonly summary: string;
  readonly params: Params;
  readonly query: Query;
  readonly body: Body;
  readonly reply: Reply;
  /** Most bytes of a request, where it is not 64 KiB. */
  readonly maxBytes?: number | undefined;
};

const route = <Params extends z.ZodType, Query extends z.ZodType, Body extends z.ZodType, Reply extends z.ZodType>(
  definition: Route<Params, Query, Body, Reply>,
): Route<Params, Query, Body, Reply> => definition;

/** Most bytes of one request that brings events. */
export const MAX_INGEST_BYTES = 8 * 1024 * 1024;

const none = z.object({});
const idParams = z.object({ id: z.string().min(4).max(64) });
const limit = (fallback: number) => z.coerce.number().int().min(1).max(1000).default(fallback);
/** Why a person did it: shown in the history. */
const reason = z.object({ reason: z.string().max(500).default('') });
/** How a change to something stronger is confirmed: within so many seconds, or not at all. */
const commit = { confirm_within_seconds: z.number().int().min(1).max(3600).optional(), no_rollback: z.boolean().default(false) };
/** A decision names the version it was made on; the daemon refuses it when it changed. */
const decisionBody = z.object({ reason: z.string().max(500).default(''), version: z.number().int().optional() });

/** `break_glass`: alone where several should agree; `confirm` is the code that the first attempt was answered with. */
const approveBody = decisionBody.extend({ break_glass: z.boolean().default(false), confirm: z.string().max(64).optional() });

export const ROUTES = {
  health: route({
    method: 'GET',
    path: '/health',
    role: 'viewer',
    summary: 'Is the daemon alive',
    params: none,
    query: none,
    body: none,
    reply: z.object({ status: z.enum(['healthy', 'degraded']), timestamp: z.string() }),
  }),
  status: route({
    method: 'GET',
    path: '/api/v1/status',
    role: 'viewer',
    summary: 'Daemon, sources, actors and limits',
    params: none,
    query: none,
    body: none,
    reply: json.statusJson,
  }),
  modules: route({
    method: 'GET',
    path: '/api/v1/modules',
    role: 'viewer',
    summary: 'Detection modules and their state',
    params: none,
    query: none,
    body: none,
    reply: z.object({ modules: z.array(json.moduleJson), total: z.number() }),
  }),
  alerts: route({
    method: 'GET',
    path: '/api/v1/alerts',
    role: 'viewer',
    summary: 'Alerts, newest first',
    params: none,
    query: z.object({
      limit: limit(100),
      min_severity: z.enum(SEVERITIES).optional(),
      module: z.string().max(64).optional(),
      status: z.enum(ALERT_STATUSES).optional(),
      ip: z.string().max(64).optional(),
      before: z.string().max(64).optional(),
    }),
    body: none,
    reply: z.object({ alerts: z.array(json.alertJson), total: z.number() }),
  }),
  alert: route({
    method: 'GET',
    path: '/api/v1/alerts/:id',
    role: 'viewer',
    summary: 'One alert, by unique prefix of its id',
    params: idParams,
    query: none,
    body: none,
    reply: json.alertJson,
  }),
  setAlertStatus: route({
    method: 'PATCH',
    path: '/api/v1/alerts/:id',
    role: 'operator',
    summary: 'Acknowledge, resolve, mark as false positive',
    params: idParams,
    query: none,
    body: z.object({ status: z.enum(ALERT_STATUSES), reason: z.string().max(500).default('') }),
    reply: json.alertJson,
  }),
  correlator: route({
    method: 'GET',
    path: '/api/v1/correlator',
    role: 'viewer',
    summary: 'Attack chains: known, begun, completed lately',
    params: none,
    query: z.object({ limit: limit(50) }),
    body: none,
    reply: json.correlatorJson,
  }),
  threats: route({
    method: 'GET',
    path: '/api/v1/threats',
    role: 'viewer',
    summary: 'Score of each address with its ledger, the worst first',
    params: none,
    query: z.object({ limit: limit(100) }),
    body: none,
    reply: json.threatsJson,
  }),
  enforceStatus: route({
    method: 'GET',
    path: '/api/v1/enforce/status',
    role: 'viewer',
    summary: 'Mode, preset, guards and what each action needs',
    params: none,
    query: none,
    body: none,
    reply: json.enforceStatusJson,
  }),
  enforceTest: route({
    method: 'GET',
    path: '/api/v1/enforce/test/:module',
    role: 'viewer',
    summary: 'What would be decided about such an alert now; nothing is done',
    params: z.object({ module: z.string().min(1).max(64) }),
    query: z.object({
      severity: z.enum(SEVERITIES).default('HIGH'),
      type: z.string().max(64).default('test'),
      ip: z.union([z.ipv4(), z.ipv6()]).optional(),
      pid: z.coerce.number().int().min(1).max(4_194_304).optional(),
      file: z.string().regex(/^\//, 'expected an absolute path').max(4096).optional(),
      user: z.string().min(1).max(64).optional(),
    }),
    body: none,
    reply: z.object({
      decisions: z.array(z.object({ action: z.string(), target: z.string(), outcome: z.string(), reason: z.string(), rehearsal: z.string().optional() })),
      dry_run: z.boolean(),
    }),
  }),
  policies: route({
    method: 'GET',
    path: '/api/v1/enforce/policies',
    role: 'viewer',
    summary: 'The decision table in force',
    params: none,
    query: none,
    body: none,
    reply: z.object({ policies: z.array(json.policyJson) }),
  }),
  history: route({
    method: 'GET',
    path: '/api/v1/enforce/history',
    role: 'viewer',
    summary: 'History, newest first',
    params: none,
    query: z.object({
      limit: limit(50),
      module: z.string().max(64).optional(),
      kind: z.string().max(32).optional(),
      before: z.coerce.number().int().optional(),
    }),
    body: none,
    reply: z.object({ records: z.array(json.recordJson), count: z.number() }),
  }),
  verifyHistory: route({
    method: 'GET',
    path: '/api/v1/enforce/history/verify',
    role: 'viewer',
    summary: 'Walk the hash chain',
    params: none,
    query: none,
    body: none,
    reply: z.object({
      intact: z.boolean(),
      records: z.number(),
      head: z.string().optional(),
      broken_at: z.number().optional(),
      problem: z.string().optional(),
    }),
  }),
  leases: route({
    method: 'GET',
    path: '/api/v1/enforce/leases',
    role: 'viewer',
    summary: 'Actions in force',
    params: none,
    query: z.object({ limit: limit(100) }),
    body: none,
    reply: z.object({ leases: z.array(json.leaseJson), total: z.number() }),
  }),
  allowList: route({
    method: 'GET',
    path: '/api/v1/enforce/allow',
    role: 'viewer',
    summary: 'Networks that are never blocked',
    params: none,
    query: none,
    body: none,
    reply: z.object({ entries: z.array(json.allowEntryJson), total: z.number() }),
  }),
  allowAdd: route({
    method: 'POST',
    path: '/api/v1/enforce/allow',
    role: 'operator',
    summary: 'Never block a network: its blocks are lifted, its approvals ended',
    params: none,
    query: none,
    /** `for_seconds`: without it, until it is removed. */
    body: z.object({
      address: z.string().min(2).max(64),
      reason: z.string().max(500).default(''),
      for_seconds: z
        .number()
        .min(1)
        .max(10 * 366 * 86_400)
        .optional(),
    }),
    reply: z.object({
      entry: json.allowEntryJson,
      lifted: z.number().int(),
      failed: z.array(z.string()),
      approvals_ended: z.number().int(),
      took_ms: z.number(),
    }),
  }),
  allowRemove: route({
    method: 'POST',
    path: '/api/v1/enforce/allow/remove',
    role: 'operator',
    summary: 'Take a network off the allow list',
    params: none,
    query: none,
    body: z.object({ address: z.string().min(2).max(64), reason: z.string().max(500).default('') }),
    reply: json.allowEntryJson,
  }),
  quarantine: route({
    method: 'GET',
    path: '/api/v1/enforce/quarantine',
    role: 'viewer',
    summary: 'Files that were put out of reach',
    params: none,
    query: z.object({ limit: limit(100) }),
    body: none,
    reply: z.object({ files: z.array(json.quarantinedJson), total: z.number() }),
  }),
  escalations: route({
    method: 'GET',
    path: '/api/v1/escalation/status',
    role: 'viewer',
    summary: 'Alerts that are raised unless somebody acknowledges them, the next one first',
    params: none,
    query: z.object({ limit: limit(100) }),
    body: none,
    reply: json.escalationsJson,
  }),
  offenderLists: route({
    method: 'GET',
    path: '/api/v1/enforce/lists',
    role: 'viewer',
    summary: 'Lists of offenders that others publish: entries, age, last error, packets dropped',
    params: none,
    query: none,
    body: none,
    reply: json.offenderListsJson,
  }),
  batching: route({
    method: 'GET',
    path: '/api/v1/enforce/batching/stats',
    role: 'viewer',
    summary: 'Storms that are folded for people: what is held back, and until when',
    params: none,
    query: none,
    body: none,
    reply: json.batchingJson,
  }),
  chains: route({
    method: 'GET',
    path: '/api/v1/enforce/chains',
    role: 'viewer',
    summary: 'Action chains of the configuration',
    params: none,
    query: none,
    body: none,
    reply: json.chainsJson,
  }),
  chainRecords: route({
    method: 'GET',
    path: '/api/v1/enforce/chains/records',
    role: 'viewer',
    summary: 'Runs of action chains, newest first',
    params: none,
    query: z.object({ limit: limit(20) }),
    body: none,
    reply: z.object({ records: z.array(json.chainRunJson), total: z.number() }),
  }),
  chainRecord: route({
    method: 'GET',
    path: '/api/v1/enforce/chains/records/:id',
    role: 'viewer',
    summary: 'One run of a chain, by unique prefix of its id',
    params: idParams,
    query: none,
    body: none,
    reply: json.chainRunJson,
  }),
  undoChain: route({
    method: 'POST',
    path: '/api/v1/enforce/chains/records/:id/undo',
    role: 'operator',
    summary: 'End a run of a chain and take its steps back, the last first',
    params: idParams,
    query: none,
    body: reason,
    reply: json.chainRunJson,
  }),
  pendingApprovals: route({
    method: 'GET',
    path: '/api/v1/enforce/approvals/pending',
    role: 'viewer',
    summary: 'Actions that wait for a person, oldest first',
    params: none,
    query: z.object({ limit: z.coerce.number().int().min(1).max(10_000).default(1000) }),
    body: none,
    reply: z.object({ approvals: z.array(json.approvalJson), total: z.number() }),
  }),
  approvalHistory: route({
    method: 'GET',
    path: '/api/v1/enforce/approvals/history',
    role: 'viewer',
    summary: 'Decided and expired approvals, newest first',
    params: none,
    query: z.object({ limit: limit(50) }),
    body: none,
    reply: z.object({ approvals: z.array(json.approvalJson), total: z.number() }),
  }),
  approval: route({
    method: 'GET',
    path: '/api/v1/enforce/approvals/:id',
    role: 'viewer',
    summary: 'One approval, by unique prefix of its id',
    params: idParams,
    query: none,
    body: none,
    reply: json.approvalJson,
  }),
  viewApproval: route({
    method: 'POST',
    path: '/api/v1/enforce/approvals/:id/view',
    role: 'operator',
    summary: 'A person looks at it: for two minutes at most it does not run out meanwhile',
    params: idParams,
    query: none,
    body: none,
    reply: json.approvalJson,
  }),
  approve: route({
    method: 'POST',
    path: '/api/v1/enforce/approve/:id',
    role: 'operator',
    summary: 'Let a waiting action happen, or be one of those who must agree',
    params: idParams,
    query: none,
    body: approveBody,
    reply: json.approvalJson,
  }),
  reject: route({
    method: 'POST',
    path: '/api/v1/enforce/reject/:id',
    role: 'operator',
    summary: 'Refuse a waiting action',
    params: idParams,
    query: none,
    body: decisionBody,
    reply: json.approvalJson,
  }),
  revoke: route({
    method: 'POST',
    path: '/api/v1/enforce/approvals/:id/revoke',
    role: 'operator',
    summary: 'Take back what an approval let happen, verified',
    params: idParams,
    query: none,
    body: reason,
    reply: json.approvalJson,
  }),
  undo: route({
    method: 'POST',
    path: '/api/v1/enforce/rollback/:id',
    role: 'operator',
    summary: 'Take an action back by its id, or all that is in force on a target; verified',
    params: z.object({ id: z.string().min(1).max(100) }),
    query: none,
    body: reason,
    reply: json.undoneJson,
  }),
  undoMatching: route({
    method: 'POST',
    path: '/api/v1/enforce/rollback',
    role: 'admin',
    summary: 'Take back, or list, all in force that fits: since, module, preset; in pages',
    params: none,
    query: none,
    body: reason.extend({
      since_seconds: z.number().int().min(1).max(31_622_400).optional(),
      module: z.string().min(1).max(64).optional(),
      preset: z.string().min(1).max(64).optional(),
      dry_run: z.boolean().default(false),
      /** `next` of the page before. */
      after: z.string().max(64).optional(),
    }),
    reply: json.undoneMatchingJson,
  }),
  dryRun: route({
    method: 'POST',
    path: '/api/v1/enforce/dry-run/:mode',
    role: 'admin',
    summary: 'Only say what would be done, or do it',
    params: z.object({ mode: z.enum(['on', 'off']) }),
    query: none,
    body: reason.extend(commit),
    reply: z.object({ dry_run: z.boolean(), previous: z.boolean(), pending_rollback: json.pendingRollbackJson.optional() }),
  }),
  preset: route({
    method: 'POST',
    path: '/api/v1/enforce/preset/:name',
    role: 'admin',
    summary: 'Apply a preset live, or show what it would change',
    params: z.object({ name: z.enum(PRESETS) }),
    query: none,
    body: z.object({ preview: z.boolean().default(false), reason: z.string().max(500).default(''), ...commit }),
    reply: json.presetChangeJson,
  }),
  confirm: route({
    method: 'POST',
    path: '/api/v1/enforce/confirm',
    role: 'admin',
    summary: 'Keep a stronger change; from a connection opened after it',
    params: none,
    query: none,
    body: reason,
    reply: z.object({ confirmed: z.string(), preset: z.enum(PRESETS), dry_run: z.boolean() }),
  }),
  cleanup: route({
    method: 'POST',
    path: '/api/v1/enforce/cleanup',
    role: 'admin',
    summary: 'Take everything back and leave nothing behind',
    params: none,
    query: none,
    /** `restore_files`: quarantined files come back, too. */
    body: z.object({ reason: z.string().max(500).default(''), restore_files: z.boolean().default(false) }),
    reply: json.cleanupJson,
  }),
  notifyEndpoints: route({
    method: 'GET',
    path: '/api/v1/notify/endpoints',
    role: 'viewer',
    summary: 'Where notices go, and how that goes; never an address',
    params: none,
    query: none,
    body: none,
    reply: z.object({ endpoints: z.array(json.endpointJson) }),
  }),
  notifyTest: route({
    method: 'POST',
    path: '/api/v1/notify/endpoints/:name/test',
    role: 'operator',
    summary: 'Send a test notice now',
    params: z.object({ name: z.string().min(1).max(64) }),
    query: none,
    body: none,
    reply: z.object({ name: z.string(), delivered: z.boolean(), detail: z.string() }),
  }),
  notifyDeadLetters: route({
    method: 'GET',
    path: '/api/v1/notify/dead-letters',
    role: 'viewer',
    summary: 'Notices that were given up, newest first',
    params: none,
    query: z.object({ limit: limit(100) }),
    body: none,
    reply: z.object({ dead_letters: z.array(json.deadLetterJson), total: z.number() }),
  }),
  notifyRetry: route({
    method: 'POST',
    path: '/api/v1/notify/dead-letters/:id/retry',
    role: 'operator',
    summary: 'Queue a notice again that was given up',
    params: idParams,
    query: none,
    body: none,
    reply: json.deadLetterJson,
  }),
  sources: route({
    method: 'GET',
    path: '/api/v1/sources',
    role: 'viewer',
    summary: 'Each source: state, lag, lines, how many were understood, why one is not read',
    params: none,
    query: none,
    body: none,
    reply: z.object({ sources: z.array(events.collectedJson), total: z.number() }),
  }),
  events: route({
    method: 'GET',
    path: '/api/v1/events',
    role: 'viewer',
    summary: 'The events seen last, oldest first; 512 are kept',
    params: none,
    query: z.object({ limit: limit(50), type: z.string().max(64).optional(), after: z.coerce.number().int().min(0).default(0) }),
    body: none,
    reply: events.recentEventsJson,
  }),
  ingest: route({
    method: 'POST',
    path: '/api/v1/events',
    role: 'operator',
    summary: 'Take one event, or up to 1000 as NDJSON, 1 MiB each: claims of the caller',
    params: none,
    query: none,
    /** One event; or `{"ndjson": "…"}`, which is also what a body of type application/x-ndjson is read as. */
    body: z.record(z.string(), z.unknown()),
    reply: events.ingestJson,
    maxBytes: MAX_INGEST_BYTES,
  }),
  shutdown: route({
    method: 'POST',
    path: '/api/v1/shutdown',
    role: 'admin',
    summary: 'Stop the daemon',
    params: none,
    query: none,
    body: reason,
    reply: z.object({ status: z.string() }),
  }),
} as const;

export type Routes = typeof ROUTES;
export type RouteName = keyof Routes;

export type RouteInput<Name extends RouteName> = {
  readonly params?: z.input<Routes[Name]['params']>;
  readonly query?: z.input<Routes[Name]['query']>;
  readonly body?: z.input<Routes[Name]['body']>;
};
export type RouteReply<Name extends RouteName> = z.output<Routes[Name]['reply']>;

/** Server-sent events: `GET /api/v1/stream?after=<sequence>`, role viewer; messages are `streamMessage`. */
export const STREAM_PATH = '/api/v1/stream';
