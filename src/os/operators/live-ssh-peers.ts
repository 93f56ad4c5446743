import { readdirSync, statSync } from 'node:fs';
import { allPids } from '../process/process-tree.ts';
import { linkOf, readText } from '../process/read-process.ts';
import { parseProcNet } from '../sockets/proc-net.ts';
import { isLoggedIn, isSshd, titleOf } from './sshd.ts';

/**
 * Peers of logged-in OpenSSH sessions of a network namespace, read from /proc alone: a few milliseconds, for the moment before an
 * act. Without a name: this process's namespace.
 */
export const liveSshPeers = (netns: string | undefined): readonly string[] => {
  const place = placeOf(netns === undefined ? '/proc/self/ns/net' : `/run/netns/${netns}`);
  const sessions = allPids().filter((pid) => isLoggedIn(titleOf(pid)) && isSshd(pid) && placeOf(`/proc/${pid}/ns/net`) === place);
  const [first] = sessions;
  if (first === undefined) return [];
  const inodes = new Set(sessions.flatMap(socketsOf));
  const tables = ['tcp', 'tcp6'].map((name) => readText(`/proc/${first}/net/${name}`, MAX_TABLE) ?? '');
  return [...new Set(tables.flatMap((table) => peersIn(table, inodes)))];
};

const MAX_TABLE = 32 * 1024 * 1024;
const MAX_DESCRIPTORS = 4096;
/** Place of the inode among the words of a row; proc(5). */
const INODE = 9;

const placeOf = (path: string): number | undefined => statSync(path, { throwIfNoEntry: false })?.ino;

const socketsOf = (pid: number): readonly string[] => {
  try {
    return readdirSync(`/proc/${pid}/fd`)
      .slice(0, MAX_DESCRIPTORS)
      .flatMap((fd) => /^socket:\[(\d{1,20})\]$/.exec(linkOf(`/proc/${pid}/fd/${fd}`) ?? '')?.[1] ?? []);
  } catch {
    // It ended meanwhile, or is not ours to look into.
    return [];
  }
};

const peersIn = (table: string, inodes: ReadonlySet<string>): readonly string[] => {
  const rows = table.split('\n').filter((row) => inodes.has(row.trim().split(/ +/, INODE + 1)[INODE] ?? ''));
  return parseProcNet(`\n${rows.join('\n')}\n`, MAX_ROWS).flatMap((row) => (row.state === 'open' ? [row.remoteAddress] : []));
};

const MAX_ROWS = 4096;
