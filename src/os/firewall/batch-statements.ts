import type { Network } from '../../domain/ip.ts';
import { setOf, TABLE } from './layout.ts';

export type TimedNetwork = { readonly network: Network; readonly timeoutMs: number; readonly isNew?: boolean | undefined };

/**
 * The statements of one batch. Deleting what is absent would fail the transaction, and adding what is present may keep
 * the old timeout on some kernels; so each element is added, deleted, and (for additions) added again: right whatever
 * was there, even when it expires in between. What is known to be new is only added: a whole set comes back three times as fast.
 */
export const batchStatements = (add: readonly TimedNetwork[], remove: readonly Network[]): readonly string[] => {
  const additions = new Map<string, Map<string, number>>();
  const fresh = new Map<string, Map<string, number>>();
  for (const { network, timeoutMs, isNew } of add)
    elementsOf(isNew === true ? fresh : additions, setOf(network)).set(network.address, Math.max(timeoutMs, MIN_TIMEOUT_MS));
  const isAdded = (network: Network): boolean =>
    additions.get(setOf(network))?.has(network.address) === true || fresh.get(setOf(network))?.has(network.address) === true;
  const removals = new Map<string, Map<string, number>>();
  for (const network of remove) {
    if (!isAdded(network)) elementsOf(removals, setOf(network)).set(network.address, MIN_TIMEOUT_MS);
  }
  return [
    ...[...removals].flatMap(([set, elements]) => [statement('add', set, timed(elements)), statement('delete', set, [...elements.keys()])]),
    ...[...additions].flatMap(([set, elements]) => [
      statement('add', set, timed(elements)),
      statement('delete', set, [...elements.keys()]),
      statement('add', set, timed(elements)),
    ]),
    ...[...fresh].map(([set, elements]) => statement('add', set, timed(elements))),
  ];
};

const MIN_TIMEOUT_MS = 1000;

const elementsOf = (sets: Map<string, Map<string, number>>, set: string): Map<string, number> => {
  const known = sets.get(set) ?? new Map<string, number>();
  sets.set(set, known);
  return known;
};

const timed = (elements: ReadonlyMap<string, number>): readonly string[] => [...elements].map(([address, ms]) => `${address} timeout ${Math.round(ms)}ms`);

const statement = (verb: 'add' | 'delete', set: string, elements: readonly string[]): string => `${verb} element ${TABLE} ${set} { ${elements.join(', ')} }`;
