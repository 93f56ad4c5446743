import { basename } from 'node:path';
import { canonicalIp } from '../../domain/ip.ts';
import { allPids } from '../process/process-tree.ts';
import { executableOf, readProcessAlone, readStat, readText } from '../process/read-process.ts';

/**
 * The clients' session trees: each client with its parents up to, but without, an sshd listener or init; when one of
 * these is a terminal multiplexer, all of its processes for that user with their parents (the attached terminal is there);
 * and everything else in the kernel sessions of all these, which is what was started from the same terminals.
 */
export const sessionPids = (clientPids: readonly number[], listeners: readonly number[]): readonly number[] => {
  const ends = new Set([0, 1, ...listeners]);
  const session = new Set(clientPids.slice(0, MAX_CLIENTS).flatMap((pid) => chainOf(pid, ends)));
  if (session.size === 0) return [];
  const all = allPids();
  for (const pid of multiplexerPids(session, all)) for (const member of chainOf(pid, ends)) session.add(member);
  const kernelSessions = new Set([...session].map(kernelSessionOf).filter((id) => id !== undefined && !ends.has(id)));
  for (const pid of all) if (kernelSessions.has(kernelSessionOf(pid)) && !ends.has(pid)) session.add(pid);
  return [...session];
};

const multiplexerPids = (session: ReadonlySet<number>, all: readonly number[]): readonly number[] => {
  const multiplexers = [...session].filter(isMultiplexer);
  if (multiplexers.length === 0) return [];
  const owners = new Set(multiplexers.map(ownerOf));
  return all.filter((pid) => isMultiplexer(pid) && owners.has(ownerOf(pid)));
};

const kernelSessionOf = (pid: number): number | undefined => readStat(pid)?.sessionId;

/** Peers named by SSH_CONNECTION in the environment of these processes. */
export const peersInEnvironment = (pids: readonly number[]): readonly string[] => {
  const peers = pids.map((pid) => canonicalIp(/(?:^|\0)SSH_CONNECTION=(\S{1,64}) /.exec(readText(`/proc/${pid}/environ`, MAX_ENVIRONMENT) ?? '')?.[1] ?? ''));
  return [...new Set(peers.filter((peer) => peer !== undefined))];
};

const MAX_CLIENTS = 64;
const MAX_DEPTH = 64;
const MAX_ENVIRONMENT = 262_144;
const MULTIPLEXERS: ReadonlySet<string> = new Set(['tmux', 'screen', 'zellij', 'dtach', 'abduco', 'mosh-server']);

const chainOf = (from: number, ends: ReadonlySet<number>): readonly number[] => {
  const chain: number[] = [];
  let pid = from;
  while (!ends.has(pid) && chain.length < MAX_DEPTH && !chain.includes(pid)) {
    const stat = readStat(pid);
    if (stat === null) break;
    chain.push(pid);
    pid = stat.parentPid;
  }
  return chain;
};

const isMultiplexer = (pid: number): boolean => MULTIPLEXERS.has(basename(executableOf(pid).exe.replace(/ \(deleted\)$/, '')).toLowerCase());

const ownerOf = (pid: number): number | undefined => readProcessAlone(pid)?.uid;
