import { canonicalIp } from '../domain/ip.ts';
import { isPublicAddress } from '../domain/public-address.ts';

/** Why an address cannot be that of an endpoint, or undefined. Names are looked up later, at each connection. */
export const urlProblem = (text: string, allowPrivate: boolean): string | undefined => {
  const url = URL.parse(text);
  if (url === null || (url.protocol !== 'https:' && url.protocol !== 'http:')) return 'expected an https URL, env:NAME or file:/path';
  if (url.username !== '' || url.password !== '') return 'expected a URL without user name and password: use token';
  if (allowPrivate) return undefined;
  if (url.protocol === 'http:') return 'expected https; http only with allow_private: true';
  const address = canonicalIp(url.hostname);
  const isInside = address === undefined ? /(^|\.)(localhost|local|internal)\.?$/.test(url.hostname) : !isPublicAddress(address);
  return isInside ? 'expected an address of the public internet; others only with allow_private: true' : undefined;
};
