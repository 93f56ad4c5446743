import { canonicalIp } from '../../domain/ip.ts';

/** Default gateways in the text of /proc/net/route: IPv4, hexadecimal in the byte order of the machine. */
export const gatewaysV4 = (text: string): readonly string[] =>
  text
    .split('\n', MAX_ROUTES)
    .slice(1)
    .map((line) => line.split('\t'))
    .filter(([, destination, gateway = '']) => destination === '00000000' && /^[0-9A-F]{8}$/.test(gateway) && gateway !== '00000000')
    .map(([, , gateway = '']) => [6, 4, 2, 0].map((at) => Number.parseInt(gateway.slice(at, at + 2), 16)).join('.'));

/** Default gateways in the text of /proc/net/ipv6_route. */
export const gatewaysV6 = (text: string): readonly string[] =>
  text
    .split('\n', MAX_ROUTES)
    .map((line) => line.trim().split(/\s+/))
    .filter(([destination, length, , , hop = '']) => destination === NOWHERE && length === '00' && /^[0-9a-f]{32}$/.test(hop) && hop !== NOWHERE)
    .map(([, , , , hop = '']) => canonicalIp(hop.replace(/(.{4})(?!$)/g, '$1:')))
    .filter((address) => address !== undefined);

const MAX_ROUTES = 10_000;
const NOWHERE = '0'.repeat(32);
