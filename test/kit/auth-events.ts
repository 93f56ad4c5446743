import { authFortress } from '../../src/actors/modules/auth_fortress/detect.ts';
import type { SecurityEvent, Trust } from '../../src/domain/event.ts';
import { type Raised, runDetector, TEST_START } from './run-detector.ts';

export type Step = {
  readonly type: string;
  /** ms after the first event. */
  readonly after: number;
  readonly ip?: string | undefined;
  readonly details?: { readonly [key: string]: unknown };
  readonly userAgent?: string | undefined;
  readonly trust?: Trust;
};

let next = 0;

/** An event for auth_fortress at `after` ms from the start of the test. */
export const authEvent = ({ type, after, ip, details = {}, userAgent, trust = 'sensor' }: Step): SecurityEvent => ({
  id: `auth-${++next}`,
  at: TEST_START + after,
  source: 'file:/var/log/auth.log',
  module: 'authlog',
  type,
  severity: 'INFO',
  summary: '',
  details,
  raw: 'a line',
  sourceIp: ip,
  userAgent,
  entities: { ip, user: typeof details['username'] === 'string' ? details['username'] : undefined },
  trust,
});

/** A failed password. */
export const failed = (after: number, ip: string | undefined, username: string, more: { readonly [key: string]: unknown } = {}): SecurityEvent =>
  authEvent({ type: 'auth_failure', after, ip, details: { username, method: 'password', service: 'sshd', ...more } });

/** A login that worked. */
export const accepted = (after: number, ip: string | undefined, username: string, more: { readonly [key: string]: unknown } = {}): SecurityEvent =>
  authEvent({ type: 'auth_success', after, ip, details: { username, method: 'password', service: 'sshd', ...more } });

/** `count` events, `everyMs` apart, the first at 0. */
export const series = (count: number, everyMs: number, make: (after: number, n: number) => SecurityEvent): readonly SecurityEvent[] =>
  Array.from({ length: count }, (_, n) => make(n * everyMs, n));

/** What a fresh auth_fortress says about these events. */
export const judge = (events: readonly SecurityEvent[], settings: unknown = {}): readonly Raised[] => runDetector(authFortress, settings, events);

/** The different alert types raised, sorted. */
export const typesOf = (raised: readonly Raised[]): readonly string[] => [...new Set(raised.map((finding) => finding.type))].sort();

/** The different rules that spoke, sorted, without the module's name. */
export const rulesOf = (raised: readonly Raised[]): readonly string[] =>
  [...new Set(raised.map((finding) => finding.draft.evidence.rule.replace('auth_fortress/', '')))].sort();

export const MINUTE = 60_000;
export const HOUR = 3_600_000;
export const DAY = 86_400_000;
