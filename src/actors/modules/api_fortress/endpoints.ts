import { numberOf } from '../../../domain/event.ts';
import { createBoundedMap } from '../../../domain/windows/bounded-map.ts';
import type { ApiRequest } from './request.ts';
import type { Say } from './say.ts';

const WINDOW_MS = 300_000;
const MIN_WINDOWS = 3;
const MIN_REQUESTS = 20;
// Fewer are chance: one in five of twenty is four.
const MIN_ERRORS = 15;
const MANY_REQUESTS = 50;
const MIN_SIZE = 10_240;

type Endpoint = {
  from: number;
  requests: number;
  errors: number;
  sizes: number;
  sizeSum: number;
  windows: number;
  /** Means over the finished windows. */
  baseErrors: number;
  baseSize: number;
  sizeWindows: number;
};

/** What is usual for a route, in windows of five minutes: share of errors and size of answers; and what is not. */
export const createEndpoints = (maxTracked: number) => {
  const endpoints = createBoundedMap<string, Endpoint>(maxTracked);
  const endpointOf = (request: ApiRequest): Endpoint => {
    const { at } = request.event;
    const endpoint = endpoints.get(request.route) ?? {
      from: at,
      requests: 0,
      errors: 0,
      sizes: 0,
      sizeSum: 0,
      windows: 0,
      baseErrors: 0,
      baseSize: 0,
      sizeWindows: 0,
    };
    if (at - endpoint.from >= WINDOW_MS) finish(endpoint, at);
    endpoints.set(request.route, endpoint);
    return endpoint;
  };
  return {
    onRequest: (request: ApiRequest): void => {
      if (request.path === '' || request.status === undefined) return;
      const endpoint = endpointOf(request);
      endpoint.requests++;
      if (request.status >= 400) endpoint.errors++;
    },
    onResponse: (request: ApiRequest, say: Say): void => {
      if (request.path === '') return;
      const endpoint = endpointOf(request);
      const size = numberOf(request.details, 'response_size');
      if (size !== undefined && size > 0) {
        if (endpoint.sizeWindows >= MIN_WINDOWS && size > MIN_SIZE && size > 5 * endpoint.baseSize) {
          say({
            type: 'response_size_anomaly',
            rule: 'answer-size',
            says: `An answer of ${size} bytes from ${request.method} ${request.path}; usual are ${Math.round(endpoint.baseSize)}.`,
            field: 'response_size',
            counters: { bytes: size, usual: Math.round(endpoint.baseSize) },
            subject: `endpoint:${request.route.slice(0, 200)}`,
          });
        }
        endpoint.sizes++;
        endpoint.sizeSum += size;
      }
      judgeErrors(endpoint, request, say);
    },
    size: endpoints.size,
  };
};

const finish = (endpoint: Endpoint, at: number): void => {
  if (endpoint.requests > 0) {
    endpoint.windows++;
    endpoint.baseErrors += (endpoint.errors / endpoint.requests - endpoint.baseErrors) / endpoint.windows;
  }
  if (endpoint.sizes > 0) {
    endpoint.sizeWindows++;
    endpoint.baseSize += (endpoint.sizeSum / endpoint.sizes - endpoint.baseSize) / endpoint.sizeWindows;
  }
  endpoint.from = at;
  endpoint.requests = 0;
  endpoint.errors = 0;
  endpoint.sizes = 0;
  endpoint.sizeSum = 0;
};

const judgeErrors = (endpoint: Endpoint, request: ApiRequest, say: Say): void => {
  const { requests, errors, windows, baseErrors } = endpoint;
  if (requests <= MIN_REQUESTS || errors < MIN_ERRORS || windows <= MIN_WINDOWS) return;
  const share = errors / requests;
  const isSpike = share > 3 * baseErrors && share > 0.2;
  const isMostly = share > 0.5 && requests > MANY_REQUESTS && share > 1.5 * baseErrors;
  if (!isSpike && !isMostly) return;
  say({
    type: 'error_rate_spike',
    rule: 'error-share',
    title: `${Math.round(share * 100)} % errors from ${request.method} ${request.path.slice(0, 80)}`,
    says: `${errors} of ${requests} requests to ${request.method} ${request.path} failed in this window; usual are ${(baseErrors * 100).toFixed(1)} %.`,
    field: 'path',
    text: request.path,
    counters: { requests, errors, windowSeconds: WINDOW_MS / 1000 },
    subject: `endpoint:${request.route.slice(0, 200)}`,
  });
};
