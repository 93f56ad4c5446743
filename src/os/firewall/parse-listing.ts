import { SecError } from '../../domain/errors.ts';
import { canonicalIp, networkText } from '../../domain/ip.ts';
import { sizeOfSet } from './layout.ts';
import { listOfSet } from './list-layout.ts';

export type ParsedTable = {
  /** Names of all our block sets. */
  readonly sets: readonly string[];
  /** Names of the offender lists that have a set. */
  readonly lists: readonly string[];
  /** Time left in ms. nft's JSON cuts to whole seconds, so the middle of that second is given: right to half a second. */
  readonly blocked: readonly { readonly address: string; readonly expiresInMs: number }[];
  /** Sets, chains and rules without handles, elements and counts: equal texts mean the same structure. */
  readonly structure: string;
};

/** Reads `nft -j list table inet onesec`. SEC_HOST_REFUSED when it is not what nft writes. */
export const parseListing = (text: string): ParsedTable => {
  const items = itemsOf(text);
  const sets: string[] = [];
  const lists = new Set<string>();
  const blocked: { address: string; expiresInMs: number }[] = [];
  for (const item of items) {
    const set = isRecord(item['set']) ? item['set'] : undefined;
    const name = set?.['name'];
    if (set === undefined || typeof name !== 'string') continue;
    const list = listOfSet(name);
    if (list !== undefined) lists.add(list);
    const size = sizeOfSet(name);
    if (size === undefined) continue;
    sets.push(name);
    for (const element of Array.isArray(set['elem']) ? set['elem'] : []) {
      const read = readElement(element);
      if (read === undefined) continue;
      blocked.push({ address: networkText({ ...size, address: read.address }), expiresInMs: read.expiresInMs });
    }
  }
  return { sets, lists: [...lists], blocked, structure: JSON.stringify(items, dropVolatile) };
};

type Json = { readonly [key: string]: unknown };

const isRecord = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value);

const itemsOf = (text: string): readonly Json[] => {
  const root = parseJson(text);
  const items = isRecord(root) ? root['nftables'] : undefined;
  if (!Array.isArray(items)) throw new SecError('SEC_HOST_REFUSED', `expected a listing from nft, got "${text.slice(0, 80)}"`);
  return items.filter(isRecord).filter((item) => item['metainfo'] === undefined);
};

const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new SecError('SEC_HOST_REFUSED', `expected JSON from nft, got "${text.slice(0, 80)}"`, { cause });
  }
};

const readElement = (element: unknown): { address: string; expiresInMs: number } | undefined => {
  if (typeof element === 'string') return withAddress(element, Number.POSITIVE_INFINITY);
  const inner = isRecord(element) ? element['elem'] : undefined;
  if (!isRecord(inner) || typeof inner['val'] !== 'string') return undefined;
  const seconds = inner['expires'];
  return withAddress(inner['val'], typeof seconds === 'number' ? seconds * 1000 + HALF_SECOND_MS : Number.POSITIVE_INFINITY);
};

const HALF_SECOND_MS = 500;

const withAddress = (text: string, expiresInMs: number): { address: string; expiresInMs: number } | undefined => {
  const address = canonicalIp(text);
  return address === undefined ? undefined : { address, expiresInMs };
};

const dropVolatile = (key: string, value: unknown): unknown => (key === 'handle' || key === 'elem' || key === 'packets' || key === 'bytes' ? undefined : value);
