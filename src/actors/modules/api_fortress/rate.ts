import { createKeyedSlots } from '../../../domain/windows/keyed-slots.ts';
import { createSlidingCounters } from '../../../domain/windows/sliding-counters.ts';
import type { ApiRequest } from './request.ts';
import type { Say } from './say.ts';

const BUCKET_MS = 5000;
const STATIC = /\.(?:css|js|mjs|map|png|jpe?g|gif|svg|webp|avif|ico|woff2?|ttf|eot|mp4|webm|mp3|pdf|zip|gz|deb|rpm|txt|xml)$/i;

/** Requests of one address to one route in a minute. Files that pages are made of do not count. */
export const createRate = (maxPerMinute: number, maxTracked: number) => {
  const counters = createSlidingCounters(maxTracked, [{ bucketMs: BUCKET_MS, buckets: 60_000 / BUCKET_MS }]);
  const keys = createKeyedSlots(
    maxTracked,
    (slot) => counters.clear(slot),
    (key) => key,
  );
  return {
    onRequest: (request: ApiRequest, say: Say): void => {
      const address = request.event.sourceIp;
      if (address === undefined || address === '127.0.0.1' || address === '::1' || request.path === '' || STATIC.test(request.path)) return;
      const slot = keys.claim(`${address} ${request.route}`, request.event.at);
      counters.add(slot, 0, request.event.at, 1);
      const count = counters.count(slot, 0, request.event.at);
      if (count <= maxPerMinute) return;
      const severity = count > maxPerMinute * 20 ? 'CRITICAL' : count > maxPerMinute * 5 ? 'HIGH' : 'MEDIUM';
      say({
        type: 'api_rate_limit',
        rule: 'requests-a-minute',
        severity,
        title: `${count} requests a minute from ${address}`,
        says: `${address} sent ${count} requests in a minute to ${request.route}; ${maxPerMinute} are allowed.`,
        field: 'path',
        text: request.path,
        counters: { requests: count, limit: maxPerMinute, windowSeconds: 60 },
        subject: `ip:${address}`,
      });
    },
    size: keys.size,
    sweep: (now: number): void => keys.releaseOutside(now - 120_000, now + 120_000),
  };
};
