import type { Severity } from './severity.ts';

export const ENDPOINT_TYPES = ['slack', 'discord', 'telegram', 'pagerduty', 'teams', 'ntfy', 'generic'] as const;
export type EndpointType = (typeof ENDPOINT_TYPES)[number];

/** What everybody may know of a place that notices go to: nothing of it is secret. */
export type EndpointSummary = {
  readonly name: string;
  readonly type: EndpointType;
  readonly minSeverity: Severity;
  /** Notices gather this long before they leave as one; undefined = each at once. */
  readonly digestMs: number | undefined;
  readonly maxAttempts: number;
  readonly allowPrivate: boolean;
  /** Made for an address that a rule carries itself: only that rule means it. */
  readonly isImplicit: boolean;
};

/** A place that notices go to, ready for use. Its address and tokens are secrets: they stay in memory and are shown to nobody. */
export type Endpoint = EndpointSummary & {
  readonly url: string;
  /** Sent as `Authorization: Bearer`. */
  readonly token?: string | undefined;
  /** Key of the HMAC-SHA256 signature (generic). */
  readonly secret?: string | undefined;
  readonly routingKey?: string | undefined;
  readonly chatId?: string | undefined;
  /** PEM certificates trusted instead of the system's. */
  readonly ca?: string | undefined;
};
