import { SecError } from '../../domain/errors.ts';
import { isV6, type Network } from '../../domain/ip.ts';
import { groupsOfV6, textOfV6 } from '../../domain/ipv6-text.ts';
import { setOf, TABLE } from './layout.ts';

/** One answer of the kernel: the time an element has left (undefined: no end), that it is not there, or an errno. */
export type ElementAnswer =
  | { readonly kind: 'found'; readonly expiresInMs: number | undefined }
  | { readonly kind: 'absent' }
  | { readonly kind: 'failed'; readonly errno: number };

/**
 * NFT_MSG_GETSETELEM for one network of ours. Source of the layout: linux/netlink.h, linux/netfilter/nfnetlink.h and
 * linux/netfilter/nf_tables.h.
 */
export const elementRequest = (network: Network, sequence: number): Buffer => {
  const key = attribute(NFTA_SET_ELEM_KEY | NESTED, attribute(NFTA_DATA_VALUE, addressBytes(network)));
  const elements = attribute(NFTA_SET_ELEM_LIST_ELEMENTS | NESTED, attribute(NFTA_LIST_ELEM | NESTED, key));
  const body = Buffer.concat([Buffer.from([NFPROTO_INET, 0, 0, 0]), named(setOf(network)), elements]);
  return message(body, NLM_F_REQUEST, sequence);
};

/** NFT_MSG_GETSETELEM for every element of one set. */
export const dumpRequest = (set: string, sequence: number): Buffer =>
  message(Buffer.concat([Buffer.from([NFPROTO_INET, 0, 0, 0]), named(set)]), NLM_F_REQUEST | NLM_F_DUMP, sequence);

/** Elements of one piece of a dump. `isBroken`: the set changed meanwhile, or it failed; what was read is not to be trusted. */
export type DumpPiece = { readonly isDone: boolean; readonly isBroken: boolean };

/** Reads one datagram of the dump of that sequence, and hands on each element: address text and ms left (undefined: no end). */
export const readDump = (bytes: Buffer, sequence: number, onElement: (address: string, expiresInMs: number | undefined) => void): DumpPiece => {
  let isDone = false;
  let isBroken = false;
  for (let at = 0; at + HEADER_BYTES <= bytes.length; ) {
    const length = bytes.readUInt32LE(at);
    if (length < HEADER_BYTES || at + length > bytes.length) return { isDone: true, isBroken: true };
    const piece = bytes.subarray(at, at + length);
    at += (length + 3) & ~3;
    if (piece.readUInt32LE(8) !== sequence) continue;
    const type = piece.readUInt16LE(4);
    if ((piece.readUInt16LE(6) & NLM_F_DUMP_INTR) !== 0 || type === NLMSG_ERROR) isBroken = true;
    if (type === NLMSG_DONE || type === NLMSG_ERROR) isDone = true;
    else if (length > HEADER_BYTES + 4) readElements(piece.subarray(HEADER_BYTES + 4), onElement);
  }
  return { isDone, isBroken };
};

const readElements = (bytes: Buffer, onElement: (address: string, expiresInMs: number | undefined) => void): void => {
  const list = attributesOf(bytes).get(NFTA_SET_ELEM_LIST_ELEMENTS);
  for (let at = 0; list !== undefined && at + 4 <= list.length; ) {
    const length = list.readUInt16LE(at);
    if (length < 4 || at + length > list.length) return;
    const element = attributesOf(list.subarray(at + 4, at + length));
    at += padded(length);
    const address = addressText(attributesOf(element.get(NFTA_SET_ELEM_KEY)).get(NFTA_DATA_VALUE));
    const expiration = element.get(NFTA_SET_ELEM_EXPIRATION);
    if (address !== undefined) onElement(address, expiration?.length === 8 ? Number(expiration.readBigUInt64BE(0)) : undefined);
  }
};

const addressText = (bytes: Buffer | undefined): string | undefined => {
  if (bytes?.length === 4) return bytes.join('.');
  if (bytes?.length !== 16) return undefined;
  return textOfV6(Array.from({ length: 8 }, (_, index) => bytes.readUInt16BE(index * 2)));
};

const message = (body: Buffer, flags: number, sequence: number): Buffer => {
  const header = Buffer.alloc(HEADER_BYTES);
  header.writeUInt32LE(HEADER_BYTES + body.length, 0);
  header.writeUInt16LE((NFNL_SUBSYS_NFTABLES << 8) | NFT_MSG_GETSETELEM, 4);
  header.writeUInt16LE(flags, 6);
  header.writeUInt32LE(sequence, 8);
  return Buffer.concat([header, body]);
};

const named = (set: string): Buffer =>
  Buffer.concat([
    attribute(NFTA_SET_ELEM_LIST_TABLE, Buffer.from(`${TABLE_NAME}\0`, 'latin1')),
    attribute(NFTA_SET_ELEM_LIST_SET, Buffer.from(`${set}\0`, 'latin1')),
  ]);

/** The answer to the request of that sequence among what was received; undefined when it is not there (an older one is passed over). */
export const elementAnswer = (bytes: Buffer, sequence: number): ElementAnswer | undefined => {
  if (bytes.length < HEADER_BYTES + 4 || bytes.readUInt32LE(8) !== sequence) return undefined;
  const length = Math.min(bytes.readUInt32LE(0), bytes.length);
  const type = bytes.readUInt16LE(4);
  if (type === NLMSG_ERROR) {
    const errno = -bytes.readInt32LE(HEADER_BYTES);
    return errno === ENOENT ? { kind: 'absent' } : { kind: 'failed', errno };
  }
  if (type !== ((NFNL_SUBSYS_NFTABLES << 8) | NFT_MSG_NEWSETELEM)) return undefined;
  const lists = attributesOf(bytes.subarray(HEADER_BYTES + 4, length));
  const element = attributesOf(attributesOf(lists.get(NFTA_SET_ELEM_LIST_ELEMENTS)).get(NFTA_LIST_ELEM));
  if (element.size === 0) return { kind: 'absent' };
  const expiration = element.get(NFTA_SET_ELEM_EXPIRATION);
  return { kind: 'found', expiresInMs: expiration?.length === 8 ? Number(expiration.readBigUInt64BE(0)) : undefined };
};

const HEADER_BYTES = 16;
const NLMSG_ERROR = 2;
const NLMSG_DONE = 3;
const NLM_F_REQUEST = 1;
const NLM_F_DUMP_INTR = 0x10;
const NLM_F_DUMP = 0x300;
const NFPROTO_INET = 1;
const NFNL_SUBSYS_NFTABLES = 10;
const NFT_MSG_NEWSETELEM = 12;
const NFT_MSG_GETSETELEM = 13;
const NFTA_SET_ELEM_LIST_TABLE = 1;
const NFTA_SET_ELEM_LIST_SET = 2;
const NFTA_SET_ELEM_LIST_ELEMENTS = 3;
const NFTA_LIST_ELEM = 1;
const NFTA_SET_ELEM_KEY = 1;
const NFTA_SET_ELEM_EXPIRATION = 5;
const NFTA_DATA_VALUE = 1;
const NESTED = 0x8000;
const TYPE_MASK = 0x3fff;
const ENOENT = 2;
const TABLE_NAME = TABLE.split(' ')[1] ?? '';

const padded = (length: number): number => (length + 3) & ~3;

const attribute = (type: number, value: Buffer): Buffer => {
  const bytes = Buffer.alloc(padded(4 + value.length));
  bytes.writeUInt16LE(4 + value.length, 0);
  bytes.writeUInt16LE(type, 2);
  value.copy(bytes, 4);
  return bytes;
};

/** The first attribute of each type. What does not fit ends the reading. */
const attributesOf = (bytes: Buffer | undefined): ReadonlyMap<number, Buffer> => {
  const found = new Map<number, Buffer>();
  for (let at = 0; bytes !== undefined && at + 4 <= bytes.length; ) {
    const length = bytes.readUInt16LE(at);
    if (length < 4 || at + length > bytes.length) break;
    const type = bytes.readUInt16LE(at + 2) & TYPE_MASK;
    if (!found.has(type)) found.set(type, bytes.subarray(at + 4, at + length));
    at += padded(length);
  }
  return found;
};

const addressBytes = ({ address }: Network): Buffer => {
  if (!isV6(address)) return Buffer.from(address.split('.').map(Number));
  const groups = groupsOfV6(address);
  if (groups === undefined) throw new SecError('SEC_INTERNAL', `not an address: ${address}`);
  return Buffer.from(groups.flatMap((group) => [group >> 8, group & 255]));
};
