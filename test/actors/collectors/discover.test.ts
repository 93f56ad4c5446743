import { expect, test } from 'vitest';
import { discoverSources } from '../../../src/actors/collectors/discover.ts';
import { GRAMMAR_IDS } from '../../../src/actors/collectors/grammars/registry.ts';

const nothing = (): readonly string[] => [];
const host = { hasJournald: true, canWatchProcesses: true };

test('finds the logs that exist, each with its grammar', () => {
  const found = discoverSources(host, (path) => ['/var/log/auth.log', '/var/log/nginx/access.log', '/var/log/nginx/error.log'].includes(path), nothing);
  expect(found).toEqual([
    { id: 'file:/var/log/auth.log', collector: 'file', grammar: 'auth', path: '/var/log/auth.log' },
    { id: 'file:/var/log/nginx/access.log', collector: 'file', grammar: 'web', path: '/var/log/nginx/access.log' },
    { id: 'file:/var/log/nginx/error.log', collector: 'file', grammar: 'weberror', path: '/var/log/nginx/error.log' },
    { id: 'process', collector: 'process' },
    { id: 'sockets', collector: 'sockets' },
  ]);
});

test('reads the journal only where no file has the same logins', () => {
  expect(discoverSources(host, () => false, nothing).map((spec) => spec.id)).toEqual(['journald', 'process', 'sockets']);
  expect(discoverSources(host, (path) => path === '/var/log/secure', nothing).map((spec) => spec.id)).toEqual(['file:/var/log/secure', 'process', 'sockets']);
});

test('reads one of the files that hold the same packets', () => {
  const found = discoverSources({ hasJournald: false, canWatchProcesses: false }, (path) => ['/var/log/kern.log', '/var/log/ufw.log'].includes(path), nothing);
  expect(found.map((spec) => spec.id)).toEqual(['file:/var/log/kern.log', 'sockets']);
});

test('leaves out what the host cannot do, and names only grammars that exist', () => {
  expect(discoverSources({ hasJournald: false, canWatchProcesses: false }, () => false, nothing).map((spec) => spec.id)).toEqual(['sockets']);
  for (const spec of discoverSources(host, () => true)) if (spec.collector === 'file') expect(GRAMMAR_IDS).toContain(spec.grammar);
});

test('finds the log files of the services that have rules', () => {
  const found = discoverSources(
    { hasJournald: false, canWatchProcesses: false },
    (path) => path === '/var/log/vsftpd.log' || path === '/var/log/mysql/error.log',
    nothing,
  );
  expect(found.map((spec) => [spec.path, spec.grammar])).toEqual([
    ['/var/log/mysql/error.log', 'services'],
    ['/var/log/vsftpd.log', 'services'],
    [undefined, undefined],
  ]);
});

test('finds the logs of each site and container, not what was rotated, and each once', () => {
  const id = 'ab12'.repeat(16);
  const list = (directory: string): readonly string[] => {
    if (directory === '/var/log/nginx') return ['access.log', 'access.log.1', 'shop.access.log', 'shop-error.log', 'notes.txt'];
    return directory === '/var/lib/docker/containers' ? [id, 'tmp'] : [];
  };
  const found = discoverSources({ hasJournald: false, canWatchProcesses: false }, (path) => path === '/var/log/nginx/access.log', list);
  expect(found.filter(({ collector }) => collector === 'file').map(({ path, grammar }) => [path, grammar])).toEqual([
    ['/var/log/nginx/access.log', 'web'],
    ['/var/log/nginx/shop.access.log', 'web'],
    ['/var/log/nginx/shop-error.log', 'weberror'],
    [`/var/lib/docker/containers/${id}/${id}-json.log`, 'container'],
  ]);
});
