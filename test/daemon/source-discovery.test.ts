import { expect, test } from 'vitest';
import type { SourceSpec } from '../../src/actors/contract.ts';
import type { ChildView } from '../../src/actors/root.ts';
import { createSourceDiscovery } from '../../src/daemon/source-discovery.ts';
import { createManualClock } from '../../src/domain/clock.ts';

const spec = (path: string): SourceSpec => ({ id: `file:${path}`, collector: 'file', grammar: 'web', path });

const begin = (children: readonly string[] = []) => {
  const there = new Set(children);
  const paths = new Set<string>();
  const cursors = new Map<string, unknown>();
  const clock = createManualClock(1_700_000_000_000);
  const found: string[] = [];
  const discovery = createSourceDiscovery({
    root: {
      // Only whether there is one is asked.
      child: (id) => (there.has(id) ? ({} as ChildView) : undefined),
      addSource: ({ id }) => void there.add(id),
      removeSource: (id) => void there.delete(id),
    },
    cursors: { get: (id) => cursors.get(id), put: (id, cursor) => void cursors.set(id, cursor) },
    clock,
    isAuto: true,
    named: () => [],
    onFound: ({ id }) => void found.push(id),
    find: () => [...paths].filter((path) => path.startsWith('/site/')).map(spec),
    exists: (path) => paths.has(path),
  });
  return { discovery, paths, cursors, clock, found, there };
};

test('a log that appears is read from its first byte, once', () => {
  const { discovery, paths, cursors, found } = begin();
  discovery.look();
  paths.add('/site/a.log');
  paths.add('/var/log/mail.log');
  discovery.look();
  discovery.look();
  expect(found).toEqual(['file:/var/log/mail.log', 'file:/site/a.log']);
  expect(cursors.get('file:/site/a.log')).toMatchObject({ ino: 0, offset: 0 });
});

test('where the journal is read, a file with the same logins is not', () => {
  const { discovery, paths, found } = begin(['collector:journald']);
  paths.add('/var/log/auth.log');
  discovery.look();
  expect(found).toEqual([]);
});

test('one that is gone for ten minutes is no longer waited for, and found again when it comes back; a rotation is shorter', () => {
  const { discovery, paths, clock, there, found } = begin();
  paths.add('/site/a.log');
  discovery.look();
  paths.clear();
  discovery.look();
  clock.advance(9 * 60_000);
  discovery.look();
  expect(there.has('collector:file:/site/a.log')).toBe(true);
  clock.advance(2 * 60_000);
  discovery.look();
  expect(there.has('collector:file:/site/a.log')).toBe(false);
  paths.add('/site/a.log');
  discovery.look();
  expect(found).toHaveLength(2);
});
