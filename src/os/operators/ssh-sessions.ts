import { systemCommand } from '../command.ts';
import { listConnections } from '../connections/connections.ts';
import { parseSs } from '../connections/parse-ss.ts';
import { runProgram } from '../run-program.ts';
import { isLoggedIn, isSshd, titleOf } from './sshd.ts';

export type SshSessions = { readonly peers: readonly string[]; readonly listeners: readonly number[] };

/**
 * Peers of logged-in SSH sessions, and the sshd listeners. A connection that has not logged in yet does not count: it may
 * be the very one that is guessing passwords. On `extraPorts` (an SSH server that is not OpenSSH) every peer counts.
 */
export const sshSessions = async (netns: string | undefined, extraPorts: readonly number[]): Promise<SshSessions> => {
  const [listening, connected] = await Promise.all([
    runProgram(systemCommand('ss', ['-H', '-t', '-u', '-l', '-n', '-p'], netns)).then((output) => parseSs(output.stdout)),
    listConnections(netns, [], ['-p']),
  ]);
  const trusted = new Map<number, boolean>();
  const isTrusted = (pid: number): boolean => {
    const known = trusted.get(pid) ?? isSshd(pid);
    trusted.set(pid, known);
    return known;
  };
  const hasLogin = (pid: number): boolean => isTrusted(pid) && isLoggedIn(titleOf(pid));
  const listeners = listening.filter((line) => line.connection.protocol === 'tcp').flatMap((line) => line.pids);
  const peers = connected.filter((line) => extraPorts.includes(line.connection.localPort) || line.pids.some(hasLogin));
  return {
    // A session that forwards ports listens too; it is no listener.
    listeners: [...new Set(listeners)].filter((pid) => isTrusted(pid) && !hasLogin(pid)),
    peers: [...new Set(peers.map((line) => line.connection.remoteAddress))],
  };
};
