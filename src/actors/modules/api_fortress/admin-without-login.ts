import { type SecurityEvent, textOf } from '../../../domain/event.ts';
import { createBoundedMap } from '../../../domain/windows/bounded-map.ts';
import type { ApiRequest } from './request.ts';
import type { Say } from './say.ts';

const LOGIN_MS = 900_000;

/** Administration pages used by a session that nobody saw log in. */
export const createAdminWithoutLogin = (maxTracked: number) => {
  const logins = createBoundedMap<string, number>(maxTracked);
  return {
    onLogin: (event: SecurityEvent): void => {
      for (const key of keysOf(textOf(event.details, 'session_id'), event.sourceIp)) logins.set(key, event.at);
    },
    onRequest: (request: ApiRequest, say: Say): void => {
      if (!request.segments.includes('admin') || request.outcome === 'refused' || request.outcome === 'failed') return;
      const session = textOf(request.details, 'session_id');
      // A line of an access log says nothing about sessions: without the application's word this rule would hit everybody.
      if (request.status !== undefined && session === '' && request.role === '') return;
      const { at } = request.event;
      if (keysOf(session, request.event.sourceIp).some((key) => at - (logins.get(key) ?? Number.NEGATIVE_INFINITY) <= LOGIN_MS)) return;
      say({
        type: 'auth_bypass_stateful',
        rule: 'admin-without-login',
        says: `${request.method} ${request.path}, but no login of this session in the last 15 minutes.`,
        field: 'path',
        text: request.path,
      });
    },
    size: logins.size,
    sweep: (now: number): void => logins.prune((at) => at < now - LOGIN_MS),
  };
};

const keysOf = (session: string, address: string | undefined): readonly string[] => {
  if (session !== '') return [`s:${session.slice(0, 128)}`];
  return address === undefined ? [] : [`a:${address}`];
};
