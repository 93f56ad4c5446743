import type { Notice } from './notice.ts';

/** One notice and the action it stands for, when there is one. */
export type DeliveryItem = { readonly notice: Notice; readonly actionId?: string | undefined };

/** Held back to go as one with others of the same key: until then, wall-clock ms, or until there are `max`. */
export type BatchHold = { readonly key: string; readonly until: number; readonly max: number };

/** What is to be sent to one endpoint; more than one item is a digest. */
export type DeliveryDraft = {
  /** ULID, sent along, the same at every attempt: a receiver drops what it has seen. */
  readonly id: string;
  readonly endpoint: string;
  /** When it was queued, wall-clock ms. */
  readonly at: number;
  readonly items: readonly DeliveryItem[];
  /** Waits for others of a storm. Left out: sent in its turn. */
  readonly hold?: BatchHold | undefined;
};

/** As it lies in the outbox. */
export type Delivery = DeliveryDraft & {
  /** Its place: deliveries of one endpoint leave in this order. */
  readonly sequence: number;
  /** Attempts that were begun. */
  readonly attempts: number;
};

/** A delivery that was given up; it stays until it is tried again by hand or pushed out by newer ones. */
export type DeadLetter = { readonly delivery: Delivery; readonly reason: string; readonly at: number };
