import { z } from 'zod';
import type { Details, SecurityEvent, Trust } from './event.ts';
import { canonicalIp } from './ip.ts';
import { SEVERITIES } from './severity.ts';

const TOKEN = /^[a-z0-9_-]{1,64}$/;
const MAX_RAW = 8192;

/** The wire form of an event (the format of 1-SEC event files). `raw_data` is base64. Unknown keys are kept out. */
export const securityEventSchema = z.object({
  id: z.string().max(256).default(''),
  timestamp: z.iso.datetime({ offset: true }).optional(),
  source: z.string().max(256).default('external'),
  module: z.string().max(256).default('external'),
  type: z.string().min(1).max(256),
  severity: z.enum(SEVERITIES).default('INFO'),
  summary: z.string().max(8192).default(''),
  details: z.record(z.string(), z.unknown()).default({}),
  raw_data: z.string().max(1_048_576).optional(),
  source_ip: z.string().max(256).optional(),
  dest_ip: z.string().max(256).optional(),
  user_agent: z.string().max(8192).optional(),
  request_id: z.string().max(256).optional(),
});

export type SecurityEventJson = z.infer<typeof securityEventSchema>;

/**
 * An event from its wire form. Trust is the caller's to set. Addresses become canonical; what is not an address is kept
 * in `details.original_source_ip` and `details.original_dest_ip` only. Routing tokens that are not plain become `external` / `unknown`, originals kept.
 */
export const eventFromJson = (json: SecurityEventJson, trust: Trust, now: number): SecurityEvent => {
  const sourceIp = json.source_ip === undefined ? undefined : canonicalIp(json.source_ip);
  const destIp = json.dest_ip === undefined ? undefined : canonicalIp(json.dest_ip);
  const details: { [key: string]: unknown } = { ...json.details };
  if (json.source_ip !== undefined && json.source_ip !== '' && sourceIp === undefined) details['original_source_ip'] = json.source_ip;
  if (json.dest_ip !== undefined && json.dest_ip !== '' && destIp === undefined) details['original_dest_ip'] = json.dest_ip;
  if (!TOKEN.test(json.module)) details['original_module'] = json.module;
  if (!TOKEN.test(json.type)) details['original_type'] = json.type;
  const content = json.raw_data === undefined ? undefined : Buffer.from(json.raw_data, 'base64');
  const raw = content?.toString('utf8').slice(0, MAX_RAW);
  return {
    id: json.id,
    at: json.timestamp === undefined ? now : Date.parse(json.timestamp),
    source: json.source,
    module: TOKEN.test(json.module) ? json.module : 'external',
    type: TOKEN.test(json.type) ? json.type : 'unknown',
    severity: json.severity,
    summary: json.summary,
    details,
    raw,
    bytes: content === undefined || raw === undefined || content.equals(Buffer.from(raw, 'utf8')) ? undefined : content,
    sourceIp,
    destIp,
    userAgent: json.user_agent,
    requestId: json.request_id,
    entities: { ip: sourceIp, user: userOf(details) },
    trust,
  };
};

const userOf = (details: Details): string | undefined => {
  const user = details['username'];
  return typeof user === 'string' && user !== '' ? user : undefined;
};

/** The wire form of an event; empty members are left out. */
export const eventToJson = (event: SecurityEvent): { readonly [key: string]: unknown } => ({
  id: event.id,
  timestamp: new Date(event.at).toISOString(),
  source: event.source,
  module: event.module,
  type: event.type,
  severity: event.severity,
  summary: event.summary,
  ...(Object.keys(event.details).length === 0 ? {} : { details: event.details }),
  ...(event.raw === undefined && event.bytes === undefined
    ? {}
    : { raw_data: Buffer.from(event.bytes ?? Buffer.from(event.raw ?? '', 'utf8')).toString('base64') }),
  ...(event.sourceIp === undefined ? {} : { source_ip: event.sourceIp }),
  ...(event.destIp === undefined ? {} : { dest_ip: event.destIp }),
  ...(event.userAgent === undefined ? {} : { user_agent: event.userAgent }),
  ...(event.requestId === undefined ? {} : { request_id: event.requestId }),
  ...(event.observer === undefined ? {} : { observer: event.observer }),
});
