import { networkText, parseNetwork } from './ip.ts';

/** A network that a person said is never blocked. Times are wall-clock ms. */
export type AllowEntry = {
  /** Canonical: an address, or a network in CIDR form. */
  readonly network: string;
  readonly reason: string;
  readonly addedBy: string;
  readonly addedAt: number;
  /** Undefined: until it is removed. */
  readonly expiresAt?: number | undefined;
};

/** Entries as they were stored, at most `max`; what is not one is left out. */
export const readAllowEntries = (stored: unknown, max: number): readonly AllowEntry[] =>
  Array.isArray(stored) ? stored.slice(0, max).flatMap((item: unknown) => readEntry(item) ?? []) : [];

const readEntry = (item: unknown): AllowEntry | undefined => {
  if (typeof item !== 'object' || item === null || !('network' in item) || typeof item.network !== 'string') return undefined;
  const network = parseNetwork(item.network);
  if (network === undefined) return undefined;
  return {
    network: networkText(network),
    reason: 'reason' in item && typeof item.reason === 'string' ? item.reason : '',
    addedBy: 'addedBy' in item && typeof item.addedBy === 'string' ? item.addedBy : '',
    addedAt: 'addedAt' in item && typeof item.addedAt === 'number' ? item.addedAt : 0,
    expiresAt: 'expiresAt' in item && typeof item.expiresAt === 'number' ? item.expiresAt : undefined,
  };
};
