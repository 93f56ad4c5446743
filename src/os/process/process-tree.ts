import { readdirSync } from 'node:fs';
import type { ProcessRef } from '../../domain/entity.ts';
import { identityOf } from './identity.ts';
import { readProcessAlone, readStat } from './read-process.ts';
import { refOf } from './ref-of.ts';

/** The process and all its living descendants now, parents before children; empty when it is gone or runs another program. */
export const readProcessTree = (root: ProcessRef): readonly ProcessRef[] => {
  if (identityOf(root) !== 'same') return [];
  const children = childrenByParent();
  const tree: ProcessRef[] = [];
  const queue = [root.pid];
  const seen = new Set(queue);
  while (tree.length < MAX_TREE) {
    const pid = queue.shift();
    if (pid === undefined) break;
    const reading = readProcessAlone(pid);
    // A zombie runs nothing and has no children: it only waits for its parent to look.
    if (reading !== null && reading.state !== 'zombie') tree.push(refOf(reading));
    for (const child of children.get(pid) ?? []) {
      if (!seen.has(child)) queue.push(child);
      seen.add(child);
    }
  }
  return tree;
};

/** Numbers of all processes. */
export const allPids = (): readonly number[] =>
  readdirSync('/proc')
    .filter((name) => /^[0-9]+$/.test(name))
    .map(Number);

const MAX_TREE = 8192;

const childrenByParent = (): ReadonlyMap<number, readonly number[]> => {
  const children = new Map<number, number[]>();
  for (const pid of allPids()) {
    const parent = readStat(pid)?.parentPid;
    if (parent === undefined) continue;
    const known = children.get(parent);
    if (known === undefined) children.set(parent, [pid]);
    else known.push(pid);
  }
  return children;
};
