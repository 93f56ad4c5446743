import { type SecurityEvent, textOf } from '../../../domain/event.ts';

/** Where an event went: the address, or the name that stood in its place. Undefined when there is none. */
export const destinationOf = (event: SecurityEvent): string | undefined => {
  if (event.destIp !== undefined) return event.destIp;
  const named = textOf(event.details, 'original_dest_ip') || textOf(event.details, 'dest_ip') || textOf(event.details, 'dest_host');
  return named === '' ? undefined : named.slice(0, 255).toLowerCase();
};

/** True when nobody in particular was meant: multicast and broadcast, which hosts send by themselves. */
export const isForMany = (address: string): boolean => {
  if (address.startsWith('ff')) return address.includes(':');
  const first = Number(address.slice(0, address.indexOf('.')));
  return (first >= 224 && first <= 239) || address === '255.255.255.255' || (address.endsWith('.255') && first > 0);
};

/** True for loopback, which is never an attacker nor a target from outside. */
export const isLoopback = (address: string): boolean => address.startsWith('127.') || address === '::1';

/** True for addresses that are used inside only: private, link-local, unique local. */
export const isInside = (address: string): boolean => INSIDE.test(address);

const INSIDE =
  /^(?:10\.|192\.168\.|172\.(?:1[6-9]|2[0-9]|3[01])\.|169\.254\.|127\.|100\.(?:6[4-9]|[7-9][0-9]|1[01][0-9]|12[0-7])\.|f[cd][0-9a-f]{2}:|fe[89ab][0-9a-f]:|::1$)/;
