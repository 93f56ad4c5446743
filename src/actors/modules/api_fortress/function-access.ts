import type { Severity } from '../../../domain/severity.ts';
import { createBoundedMap } from '../../../domain/windows/bounded-map.ts';
import { type ApiRequest, isWrite } from './request.ts';
import { ADMIN_LEVEL, EDITOR_LEVEL, levelOf } from './roles.ts';
import { ownSegments } from './route.ts';
import type { Say } from './say.ts';

const ADMIN_FIRST: ReadonlySet<string> = new Set([
  'admin',
  'administrator',
  'administration',
  'management',
  'manage',
  'internal',
  'debug',
  'actuator',
  'console',
  'config',
  'system',
  'ops',
  'superadmin',
  'backoffice',
]);
const ADMIN_ANYWHERE: ReadonlySet<string> = new Set(['admin', 'superadmin', 'administrator', 'actuator']);
const PEOPLE: ReadonlySet<string> = new Set([
  'users',
  'accounts',
  'roles',
  'permissions',
  'policies',
  'billing',
  'subscriptions',
  'organizations',
  'organisations',
  'tenants',
]);
const SELF: ReadonlySet<string> = new Set(['me', 'self', 'current', 'profile', 'password', 'avatar', 'login', 'logout', 'register', 'signup']);

const REPEATS = 5;
const KEPT_MS = 3_600_000;

/** Functions somebody uses without the rights for them, and who keeps trying. */
export const createFunctionAccess = (maxTracked: number) => {
  const offenders = createBoundedMap<string, { at: number; count: number }>(maxTracked);
  return {
    /** `type` is the alert type to raise: ordinary requests and gRPC calls have one each. */
    onRequest: (request: ApiRequest, type: 'bfla' | 'grpc_bfla', say: Say): void => {
      if (request.role === '') return;
      const who = request.user || request.event.sourceIp || '';
      const known = who === '' ? undefined : offenders.get(who);
      const before = known !== undefined && request.event.at - known.at < KEPT_MS ? known.count : 0;
      const level = levelOf(request.role);
      const found = breachOf(request, level);
      if (found !== undefined && who !== '') offenders.set(who, { at: request.event.at, count: before + 1 });
      if (found === undefined && (before < REPEATS || level >= ADMIN_LEVEL)) return;
      const wasRefused = found !== undefined && request.outcome === 'refused' && before < REPEATS;
      say({
        type,
        rule: found?.rule ?? 'repeat-offender',
        severity: wasRefused ? 'LOW' : before >= REPEATS ? 'CRITICAL' : found?.severity,
        says: `${who || 'somebody'} as ${request.role}: ${found?.says ?? `goes on after ${before} breaches of rights within the hour`} (${request.method} ${request.path})${wasRefused ? '; refused' : ''}.`,
        field: 'path',
        text: request.path,
        counters: { level, earlier: before },
      });
    },
    size: offenders.size,
    sweep: (now: number): void => offenders.prune((entry) => entry.at < now - KEPT_MS),
  };
};

type Breach = { readonly rule: string; readonly severity: Severity; readonly says: string };

const breachOf = (request: ApiRequest, level: number): Breach | undefined => {
  const own = ownSegments(request.segments);
  if (level < ADMIN_LEVEL && isAdminPath(request.segments)) return { rule: 'admin-path', severity: 'CRITICAL', says: 'an administrator’s function' };
  const [first = '', second = ''] = own;
  if (level >= EDITOR_LEVEL || !isWrite(request.method) || !PEOPLE.has(first)) return undefined;
  if (SELF.has(second) || (request.user !== '' && second === request.user.toLowerCase())) return undefined;
  // Signing up is a POST to the collection itself by somebody who has no account yet.
  if (request.method === 'POST' && level === 0 && own.length === 1) return undefined;
  return { rule: 'write-to-accounts', severity: 'HIGH', says: `changes ${first}` };
};

/** True for paths whose own first part, or any part for the plainest names, is for administrators. Whole segments only. */
const isAdminPath = (segments: readonly string[]): boolean => {
  const [first = ''] = ownSegments(segments);
  if (ADMIN_FIRST.has(first) || segments.some((segment) => ADMIN_ANYWHERE.has(segment))) return true;
  // gRPC: /package.Service/Method
  return /^[\w.]{0,200}\b(?:admin|management|internal|debug|system|ops)[\w.]{0,200}$/.test(first) && first.includes('.');
};
