import { canonicalIp } from '../../domain/ip.ts';

/** The beginning of a connection as the kernel's connection tracking saw it. */
export type Flow = { readonly protocol: 'tcp' | 'udp'; readonly source: string; readonly destination: string; readonly port: number };

/** Reads a line of `conntrack -E -e NEW`. Undefined for other protocols and other lines. */
export const parseFlowLine = (line: string): Flow | undefined => {
  const [, protocol, from = '', to = '', port] = NEW.exec(line) ?? [];
  const source = canonicalIp(from);
  const destination = canonicalIp(to);
  if ((protocol !== 'tcp' && protocol !== 'udp') || source === undefined || destination === undefined) return undefined;
  return { protocol, source, destination, port: Number(port) };
};

// The first addresses are those of who began.
const NEW =
  /^ *\[NEW\] +(?:ipv[46] +\d{1,3} +)?(tcp|udp) +\d{1,3} [^=]{0,64}\bsrc=([0-9a-fA-F.:]{2,45}) dst=([0-9a-fA-F.:]{2,45}) sport=\d{1,5} dport=(\d{1,5}) /;
