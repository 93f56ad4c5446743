import { SecError } from '../../domain/errors.ts';
import type { HostOperations } from '../../domain/host.ts';
import { networkText } from '../../domain/ip.ts';
import { systemCommand } from '../command.ts';
import { findProgram } from '../find-program.ts';
import { checkedNetwork } from '../firewall/checked-network.ts';
import { runProgram } from '../run-program.ts';
import { parseSs, type SocketLine } from './parse-ss.ts';

type Operation<Name extends keyof HostOperations> = (request: HostOperations[Name]['request']) => Promise<HostOperations[Name]['reply']>;

export type Connections = {
  readonly list: Operation<'connections.list'>;
  readonly kill: Operation<'connections.kill'>;
};

/** Connections of this network namespace, through `ss`; both address families, TCP and connected UDP. */
export const createConnections = (options: { readonly netns?: string | undefined }): Connections => {
  const list = async (peer: string): Promise<readonly SocketLine[]> => listConnections(options.netns, ['dst', peer]);
  return {
    list: async (request) => ({ connections: (await list(peerText(request.peer))).map((line) => line.connection) }),
    kill: async (request) => {
      const peer = peerText(request.peer);
      const before = (await list(peer)).length;
      if (before === 0) return { closed: 0, remaining: 0, supported: true };
      await runProgram(systemCommand('ss', ['-K', '-H', '-t', '-u', '-n', ...LIVE_STATES, 'dst', peer], options.netns));
      const remaining = (await list(peer)).length;
      const forgotten = remaining > 0 ? await forgetFlows(options.netns, peer) : 0;
      return { closed: Math.max(0, before - remaining), remaining, supported: remaining < before, ...(forgotten > 0 ? { forgotten } : {}) };
    },
  };
};

/** Live connections that match a filter of ss. `-p` among the flags adds process ids. */
export const listConnections = async (netns: string | undefined, filter: readonly string[], flags: readonly string[] = []): Promise<readonly SocketLine[]> => {
  const output = await runProgram(systemCommand('ss', ['-H', '-t', '-u', '-n', ...flags, ...LIVE_STATES, ...filter], netns));
  if (output.code !== 0) throw new SecError('SEC_HOST_REFUSED', `ss: ${output.stderr.trim().slice(0, 300)}`);
  return parseSs(output.stdout);
};

const LIVE_STATES = ['state', 'connected', 'exclude', 'time-wait'];

/** As ss wants it: IPv6 in brackets, or the last group is taken for a port. */
const peerText = (text: string): string => {
  const network = checkedNetwork(text);
  return network.isV6 ? `[${network.address}/${network.prefix}]` : networkText(network);
};

/** Where the kernel cannot destroy sockets: forget the flows, so that what a stateful firewall let through is judged anew. Says how many. */
const forgetFlows = async (netns: string | undefined, peer: string): Promise<number> => {
  if (findProgram('conntrack') === undefined) return 0;
  const family = peer.includes(':') ? 'ipv6' : 'ipv4';
  // It answers 1 when there was nothing to forget, which is as good.
  const output = await runProgram(systemCommand('conntrack', ['-D', '-f', family, '-s', peer.replace(/[[\]]/g, '')], netns));
  return Number(/([0-9]{1,9}) flow entries have been deleted/.exec(output.stderr)?.[1] ?? 0);
};
