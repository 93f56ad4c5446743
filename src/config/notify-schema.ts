import { z } from 'zod';
import { ENDPOINT_TYPES } from '../domain/endpoint.ts';
import { durationMs, severity } from './fields.ts';
import { urlProblem } from './url-problem.ts';

const MAX_ENDPOINTS = 32;
/** Itself, `env:NAME`, or `file:/path`. */
const secret = z.string().min(1, 'expected a value, env:NAME or file:/path').max(4096);

/** One place that notices go to. Secrets may be given by reference; those given as `env:` or `file:` are read when the daemon starts. */
const endpointSchema = z
  .strictObject({
    type: z.enum(ENDPOINT_TYPES).default('generic'),
    url: secret.optional(),
    url_env: z
      .string()
      .regex(/^[A-Za-z_][A-Za-z0-9_]{0,127}$/, 'expected the name of an environment variable')
      .optional(),
    url_file: z.string().startsWith('/', 'expected an absolute path').optional(),
    token: secret.optional(),
    secret: secret.optional(),
    routing_key: secret.optional(),
    chat_id: z.union([z.string(), z.number()]).transform(String).optional(),
    ca_file: z.string().startsWith('/', 'expected an absolute path').optional(),
    min_severity: severity.default('HIGH'),
    digest: durationMs.optional(),
    max_attempts: z.number().int().min(1).max(100).default(12),
    allow_private: z.boolean().default(false),
  })
  .superRefine((endpoint, context) => {
    const say = (path: string, message: string): void => context.addIssue({ code: 'custom', path: [path], message });
    const given = [endpoint.url, endpoint.url_env, endpoint.url_file].filter((value) => value !== undefined).length;
    const hasOwnUrl = endpoint.type === 'pagerduty' || (endpoint.type === 'telegram' && endpoint.token !== undefined);
    if (given > 1) say('url', 'expected one of url, url_env and url_file');
    if (given === 0 && !hasOwnUrl) say('url', 'expected the address of the endpoint: url, url_env or url_file');
    const problem = endpoint.url === undefined || isReference(endpoint.url) ? undefined : urlProblem(endpoint.url, endpoint.allow_private);
    if (problem !== undefined) say('url', problem);
    if (endpoint.type === 'pagerduty' && endpoint.routing_key === undefined) say('routing_key', 'expected the routing key of the service');
    if (endpoint.type === 'pagerduty' && endpoint.digest !== undefined) say('digest', 'expected nothing: an incident is one alert, never a digest');
    if (endpoint.type === 'telegram' && endpoint.chat_id === undefined) say('chat_id', 'expected the chat to write to');
    if (endpoint.digest !== undefined && endpoint.digest > MAX_DIGEST_MS) say('digest', 'expected at most 1h');
  });

const MAX_DIGEST_MS = 3_600_000;

/** True for a secret that is kept elsewhere. */
export const isReference = (text: string): boolean => /^(env|file):/.test(text);

/** Section `notifications`. */
export const notificationsSchema = z.strictObject({
  /** The operator's own word for this host; the only free text that is ever sent. */
  label: z.string().min(1).max(64).default('1-sec'),
  /** Storms from one source become one message for people. */
  batching: z
    .strictObject({
      enabled: z.boolean().default(true),
      window: durationMs.refine((ms) => ms >= 1000 && ms <= MAX_DIGEST_MS, 'expected 1s to 1h').default(30_000),
      max_size: z.number().int().min(2).max(100).default(50),
    })
    .prefault({}),
  endpoints: z
    .record(
      z.string().regex(/^(?!policy-)[a-z0-9][a-z0-9-]{0,31}$/, 'expected a name of small letters, digits and -, not beginning with policy-'),
      endpointSchema,
    )
    .refine((endpoints) => Object.keys(endpoints).length <= MAX_ENDPOINTS, `expected at most ${MAX_ENDPOINTS} endpoints`)
    .default({}),
});

export type EndpointConfig = z.output<typeof endpointSchema>;
