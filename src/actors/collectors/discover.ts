import { existsSync } from 'node:fs';
import type { HostDescription } from '../../domain/host.ts';
import type { SourceSpec } from '../contract.ts';
import { serviceRules } from './grammars/services/rules.ts';

/**
 * The sources this host has. The journal is read where it runs and no authentication log is written to a file: with both, every
 * login would count twice. `exists` is asked about fixed paths only.
 */
export const discoverSources = (
  host: Pick<HostDescription, 'hasJournald' | 'canWatchProcesses'>,
  exists: (path: string) => boolean = existsSync,
): readonly SourceSpec[] => {
  const files = [...KNOWN_LOGS, ...serviceLogs()]
    .filter(([path]) => exists(path))
    .map(([path, grammar]): SourceSpec => ({ id: `file:${path}`, collector: 'file', grammar, path }));
  const packets = KERNEL_LOGS.find(exists);
  const kernel: readonly SourceSpec[] = packets === undefined ? [] : [{ id: `file:${packets}`, collector: 'file', grammar: 'firewall', path: packets }];
  const hasAuthFile = files.some((file) => file.grammar === 'auth');
  const journal: readonly SourceSpec[] = host.hasJournald && !hasAuthFile ? [{ id: 'journald', collector: 'journald', grammar: 'journal' }] : [];
  const processes: readonly SourceSpec[] = host.canWatchProcesses ? [{ id: 'process', collector: 'process' }] : [];
  return [...files, ...kernel, ...journal, ...processes, SOCKETS];
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
