import type { Delivery } from '../../domain/delivery.ts';
import type { EndpointSummary, EndpointType } from '../../domain/endpoint.ts';

/** Alerts that leave as one at most. */
export const MAX_DIGEST = 100;
/** With so many waiting, people are better served by one message than by a hundred. */
export const STORM = 20;
/** A clock this far behind what was queued was set back. */
const CLOCK_STEP_MS = 60_000;

export type NextStep =
  | { readonly kind: 'empty' }
  /** Still gathering until then, wall-clock ms. */
  | { readonly kind: 'later'; readonly at: number }
  | { readonly kind: 'send'; readonly delivery: Delivery }
  /** These become one digest, which is then sent. */
  | { readonly kind: 'merge'; readonly from: readonly Delivery[]; readonly into: Delivery };

/**
 * What to do about the deliveries that wait for one endpoint, oldest first. What was begun is never changed, so that every
 * attempt carries the same; a digest does not hold back a CRITICAL alert. Pure.
 */
export const planNext = (queue: readonly Delivery[], endpoint: Pick<EndpointSummary, 'type' | 'digestMs'>, now: number): NextStep => {
  const waiting = queue.filter((delivery) => !isHeld(delivery, now));
  const [head] = waiting;
  const next = Math.min(...queue.flatMap(({ hold }) => (hold === undefined ? [] : [hold.until])));
  if (head === undefined) return Number.isFinite(next) ? { kind: 'later', at: next } : { kind: 'empty' };
  const fresh = freshOf(waiting);
  if (fresh.length === 0) return { kind: 'send', delivery: head };
  if (endpoint.digestMs !== undefined) {
    const isFull = fresh.length >= MAX_DIGEST;
    // A clock that was set back must not stretch the wait.
    const at = Math.min(head.at, now) + endpoint.digestMs;
    if (now < at && !isFull && !fresh.some(isUrgent)) return { kind: 'later', at };
    return gather(head, fresh);
  }
  return IS_CHAT[endpoint.type] && fresh.length >= STORM ? gather(head, fresh) : { kind: 'send', delivery: head };
};

/** A batch of a storm that still gathers. A clock that was set back must not stretch the wait. */
const isHeld = ({ hold, at, attempts }: Delivery, now: number): boolean =>
  hold !== undefined && attempts === 0 && now < hold.until && now >= at - CLOCK_STEP_MS;

const gather = (head: Delivery, fresh: readonly Delivery[]): NextStep =>
  fresh.length === 1 ? { kind: 'send', delivery: head } : { kind: 'merge', from: fresh, into: { ...head, items: fresh.flatMap(({ items }) => items) } };

/** The leading deliveries that were never tried, up to one digest of items. */
const freshOf = (waiting: readonly Delivery[]): readonly Delivery[] => {
  const fresh: Delivery[] = [];
  let items = 0;
  for (const delivery of waiting) {
    items += delivery.items.length;
    if (delivery.attempts > 0 || (fresh.length > 0 && items > MAX_DIGEST)) break;
    fresh.push(delivery);
  }
  return fresh;
};

const isUrgent = ({ items }: Delivery): boolean => items.some(({ notice }) => notice.severity === 'CRITICAL');

/** Read by people: a storm becomes a digest by itself. Programs get every alert. */
const IS_CHAT: { readonly [type in EndpointType]: boolean } = {
  slack: true,
  discord: true,
  telegram: true,
  teams: true,
  ntfy: true,
  pagerduty: false,
  generic: false,
};
