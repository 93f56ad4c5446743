import { type Details, numberOf, type SecurityEvent, textOf } from '../../../domain/event.ts';
import { pathOnly, routeOf, segmentsOf } from './route.ts';

const MAX_BODY = 262_144;

/** What the rules read of a request or response, once for all of them. */
export type ApiRequest = {
  readonly event: SecurityEvent;
  readonly details: Details;
  readonly target: string;
  readonly path: string;
  /** Method and path with ids taken out: the name of the route, at most 300 characters. */
  readonly route: string;
  /** Lower-case segments of the path. */
  readonly segments: readonly string[];
  readonly method: string;
  readonly user: string;
  readonly role: string;
  readonly body: string;
  readonly headers: string;
  readonly status: number | undefined;
  readonly outcome: 'done' | 'refused' | 'failed' | 'unknown';
};

/** Reads an event; missing fields are empty. Bodies count up to 256 KiB. */
export const requestOf = (event: SecurityEvent): ApiRequest => {
  const { details } = event;
  const target = textOf(details, 'path') || textOf(details, 'endpoint');
  const path = pathOnly(target);
  const method = textOf(details, 'method').toUpperCase();
  const status = numberOf(details, 'status_code');
  return {
    event,
    details,
    target,
    path,
    route: `${method} ${routeOf(path)}`.slice(0, 300),
    method,
    segments: segmentsOf(path),
    user: textOf(details, 'user_id'),
    role: textOf(details, 'user_role').trim().toLowerCase(),
    body: textOf(details, 'body').slice(0, MAX_BODY),
    headers: textOf(details, 'headers').slice(0, MAX_BODY),
    status,
    outcome: outcomeOf(status),
  };
};

const outcomeOf = (status: number | undefined): ApiRequest['outcome'] => {
  if (status === undefined || status < 100) return 'unknown';
  if (status < 400) return 'done';
  return status < 500 ? 'refused' : 'failed';
};

/** True for methods that change something. */
export const isWrite = (method: string): boolean => method === 'POST' || method === 'PUT' || method === 'PATCH' || method === 'DELETE';
