import { readFileSync } from 'node:fs';
import type { OperatorEndpoints } from '../../domain/host.ts';
import { systemCommand } from '../command.ts';
import { readStat, readText } from '../process/read-process.ts';
import { runProgram } from '../run-program.ts';
import { gatewaysV4, gatewaysV6 } from './gateways.ts';
import { ownAddresses } from './own-addresses.ts';
import { resolversOf } from './resolvers.ts';
import { peersInEnvironment, sessionPids } from './session-pids.ts';
import { sshSessions } from './ssh-sessions.ts';
import { loginsOf } from './utmp.ts';

export type OperatorSources = {
  readonly netns?: string | undefined;
  /** Ports of SSH servers other than OpenSSH: everyone connected to them counts as an operator. */
  readonly sshPorts?: readonly number[] | undefined;
};

/** Live endpoints of the people who operate this host. What cannot be read is left out; at worst only the clients' own sessions are known. */
export const collectOperators = async (sources: OperatorSources, clientPids: readonly number[]): Promise<OperatorEndpoints> => {
  const [own, routes, ssh] = await Promise.all([
    ownAddresses(sources.netns),
    readRoutes(sources.netns),
    sshSessions(sources.netns, sources.sshPorts ?? []).catch(withoutSs),
  ]);
  const session = sessionPids(clientPids, ssh.listeners);
  return {
    ownAddresses: own,
    gateways: [...new Set([...gatewaysV4(routes.v4), ...gatewaysV6(routes.v6)])],
    resolvers: [...new Set(RESOLVER_FILES.flatMap((path) => resolversOf(readText(path) ?? '')))],
    sshPeers: [...new Set([...ssh.peers, ...loggedInPeers(), ...peersInEnvironment(session)])],
    sessionPids: session,
    sshdListeners: ssh.listeners,
  };
};

const RESOLVER_FILES = ['/etc/resolv.conf', '/run/systemd/resolve/resolv.conf'];
const MAX_ROUTE_BYTES = 1024 * 1024;

// Without `ss` the other sources remain; the description of the host names what is missing.
const withoutSs = () => ({ peers: [], listeners: [] });

const readRoutes = async (netns: string | undefined): Promise<{ readonly v4: string; readonly v6: string }> => {
  const read = async (path: string): Promise<string> =>
    netns === undefined ? (readText(path, MAX_ROUTE_BYTES) ?? '') : (await runProgram(systemCommand('cat', [path], netns))).stdout;
  return { v4: await read('/proc/net/route'), v6: await read('/proc/net/ipv6_route') };
};

const loggedInPeers = (): readonly string[] => {
  try {
    return loginsOf(readFileSync('/run/utmp'), process.arch)
      .filter((login) => readStat(login.pid) !== null)
      .map((login) => login.address);
  } catch {
    // Many systems keep no utmp any more.
    return [];
  }
};
