import { existsSync } from 'node:fs';
import { findLogs, KNOWN_LOGS } from '../actors/collectors/discover.ts';
import { markBeginning } from '../actors/collectors/file/mark-start.ts';
import type { SourceSpec } from '../actors/contract.ts';
import type { Root } from '../actors/root.ts';
import { collectorSpec } from '../actors/supervision.ts';
import type { Clock } from '../domain/clock.ts';
import type { Store } from '../store/contract.ts';

/** A log of a site or container that is gone for so long is no longer waited for. */
const GONE_MS = 10 * 60_000;

/** Looks for logs that appeared since the start, and reads them from their first byte. */
export type SourceDiscovery = { readonly look: () => void };

/** `find` and `exists` are the disk's; tests give their own. */
export const createSourceDiscovery = (dependencies: {
  readonly root: Pick<Root, 'child' | 'addSource' | 'removeSource'>;
  readonly cursors: Store['cursors'];
  readonly clock: Clock;
  /** The well-known places are looked at, too. */
  readonly isAuto: boolean;
  /** What the configuration names matches now. */
  readonly named: () => readonly SourceSpec[];
  readonly onFound: (spec: SourceSpec) => void;
  readonly find?: (() => readonly SourceSpec[]) | undefined;
  readonly exists?: ((path: string) => boolean) | undefined;
}): SourceDiscovery => {
  const { root, cursors, clock } = dependencies;
  const find = dependencies.find ?? findLogs;
  const exists = dependencies.exists ?? existsSync;
  const added = new Map<string, { readonly path: string; goneSince?: number | undefined }>();

  const add = (spec: SourceSpec): void => {
    const child = collectorSpec(spec);
    if (root.child(child.id) !== undefined) return;
    markBeginning(spec.id, cursors);
    root.addSource(child);
    if (spec.path !== undefined) added.set(child.id, { path: spec.path });
    dependencies.onFound(spec);
  };

  const forgetGone = (): void => {
    for (const [id, one] of added) {
      if (exists(one.path)) one.goneSince = undefined;
      else one.goneSince ??= clock.monotonic();
      if (one.goneSince === undefined || clock.monotonic() - one.goneSince < GONE_MS) continue;
      root.removeSource(id);
      added.delete(id);
    }
  };

  return {
    look: () => {
      for (const spec of dependencies.named()) add(spec);
      if (dependencies.isAuto) {
        // The journal has the same logins already.
        const hasJournal = root.child('collector:journald') !== undefined;
        for (const [path, grammar] of KNOWN_LOGS)
          if (!(hasJournal && grammar === 'auth') && exists(path)) add({ id: `file:${path}`, collector: 'file', grammar, path });
        for (const spec of find()) add(spec);
      }
      forgetGone();
    },
  };
};
