import { existsSync, readdirSync } from 'node:fs';
import type { HostDescription } from '../../domain/host.ts';
import type { SourceSpec } from '../contract.ts';
import { serviceRules } from './grammars/services/rules.ts';

/**
 * The sources this host has. The journal is read where it runs and no authentication log is written to a file: with both, every
 * login would count twice. `exists` is asked about fixed paths only, `list` about the folders where each site or container has a log.
 */
export const discoverSources = (
  host: Pick<HostDescription, 'hasJournald' | 'canWatchProcesses'>,
  exists: (path: string) => boolean = existsSync,
  list: (directory: string) => readonly string[] = namesIn,
): readonly SourceSpec[] => {
  const files = [...KNOWN_LOGS, ...serviceLogs()]
    .filter(([path]) => exists(path))
    .map(([path, grammar]): SourceSpec => ({ id: `file:${path}`, collector: 'file', grammar, path }));
  const packets = KERNEL_LOGS.find(exists);
  const kernel: readonly SourceSpec[] = packets === undefined ? [] : [{ id: `file:${packets}`, collector: 'file', grammar: 'firewall', path: packets }];
  const hasAuthFile = files.some((file) => file.grammar === 'auth');
  const journal: readonly SourceSpec[] = host.hasJournald && !hasAuthFile ? [{ id: 'journald', collector: 'journald', grammar: 'journal' }] : [];
  const processes: readonly SourceSpec[] = host.canWatchProcesses ? [{ id: 'process', collector: 'process' }] : [];
  const known = new Set(files.map(({ path }) => path));
  const globbed = findLogs(list).filter(({ path }) => !known.has(path));
  return [...files, ...kernel, ...globbed, ...journal, ...processes, SOCKETS];
};

const SOCKETS: SourceSpec = { id: 'sockets', collector: 'sockets' };

// The log files that the rule files name.
const serviceLogs = (): readonly (readonly [string, string])[] => serviceRules().files.flatMap(({ logs }) => logs.map((path) => [path, 'services'] as const));

// The same lines stand in each of these: one is enough.
const KERNEL_LOGS = ['/var/log/kern.log', '/var/log/ufw.log', '/var/log/messages'] as const;

/** Where logs lie, each with its grammar. */
export const KNOWN_LOGS: readonly (readonly [string, string])[] = [
  ['/var/log/auth.log', 'auth'],
  ['/var/log/secure', 'auth'],
  ['/var/log/nginx/access.log', 'web'],
  ['/var/log/nginx/error.log', 'weberror'],
  ['/var/log/apache2/access.log', 'web'],
  ['/var/log/apache2/other_vhosts_access.log', 'web'],
  ['/var/log/apache2/error.log', 'weberror'],
  ['/var/log/httpd/access_log', 'web'],
  ['/var/log/httpd/error_log', 'weberror'],
  ['/var/log/mail.log', 'mail'],
  ['/var/log/maillog', 'mail'],
];

/** Logs of single sites and containers that are there now, at most 128. Never throws: a folder that cannot be listed has none. */
export const findLogs = (list: (directory: string) => readonly string[] = namesIn): readonly SourceSpec[] => {
  const sites = LOG_FOLDERS.flatMap(([directory, name, grammar]) =>
    list(directory)
      .filter((entry) => name.test(entry))
      .map((entry) => [`${directory}/${entry}`, grammar] as const),
  );
  const containers = list(CONTAINERS)
    .filter((id) => CONTAINER_ID.test(id))
    .map((id) => [`${CONTAINERS}/${id}/${id}-json.log`, 'container'] as const);
  return [...sites, ...containers].slice(0, MAX_FOUND).map(([path, grammar]) => ({ id: `file:${path}`, collector: 'file', grammar, path }));
};

const MAX_FOUND = 128;
const CONTAINERS = '/var/lib/docker/containers';
const CONTAINER_ID = /^[0-9a-f]{64}$/;

const LOG_FOLDERS: readonly (readonly [string, RegExp, string])[] = [
  ['/var/log/nginx', /^[\w.-]{0,100}access[\w.-]{0,100}log$/, 'web'],
  ['/var/log/nginx', /^[\w.-]{0,100}error[\w.-]{0,100}log$/, 'weberror'],
  ['/var/log/apache2', /^[\w.-]{0,100}access[\w.-]{0,100}log$/, 'web'],
  ['/var/log/apache2', /^[\w.-]{0,100}error[\w.-]{0,100}log$/, 'weberror'],
  ['/var/log/httpd', /^[\w.-]{0,100}access[\w.-]{0,100}log$/, 'web'],
  ['/var/log/httpd', /^[\w.-]{0,100}error[\w.-]{0,100}log$/, 'weberror'],
  ['/var/log/caddy', /^[\w.-]{1,100}\.log$/, 'web'],
  ['/var/log/traefik', /^[\w.-]{0,100}access[\w.-]{0,100}log$/, 'web'],
  ['/var/log', /^haproxy\.log$/, 'web'],
];

const namesIn = (directory: string): readonly string[] => {
  try {
    return readdirSync(directory).sort();
  } catch {
    // Not there, or not readable for this user: nothing is found in it.
    return [];
  }
};
