import { ulid } from 'ulid';

declare const brand: unique symbol;
type Branded<Name extends string> = string & { readonly [brand]: Name };

/** 26-character ULID of an alert: sorts by time. */
export type AlertId = Branded<'AlertId'>;
/** ULID of an approval. */
export type ApprovalId = Branded<'ApprovalId'>;
/** ULID of a lease (an action in force). */
export type LeaseId = Branded<'LeaseId'>;
/** ULID of one action, shared by its intent, its outcome and its undo records in the history. */
export type ActionId = Branded<'ActionId'>;

/** New ULID at wall-clock `now` (ms). Callers brand it with the kind they make. */
export const createId = <Kind extends string>(now: number): Branded<Kind> => ulid(now) as Branded<Kind>;

/** Brands a string that came from the store or from a checked message. */
export const asId = <Kind extends string>(text: string): Branded<Kind> => text as Branded<Kind>;

/** Ids are shown by their first 10 characters and accepted by any unique prefix of 4 or more. */
export const shortId = (id: string): string => id.slice(0, 10);
