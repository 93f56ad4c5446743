import { statSync } from 'node:fs';
import { join } from 'node:path';
import { createEnforcers } from '../actors/enforcers/registry.ts';
import type { Actor } from '../domain/approval.ts';
import type { Clock } from '../domain/clock.ts';
import { SecError, toSecError } from '../domain/errors.ts';
import { createHost } from '../os/host.ts';
import { resumeNoted } from '../os/process/held-notes.ts';
import { createProbeRunner } from '../os/run-probe.ts';
import { userNameOf } from '../os/users.ts';
import type { CleanupJson } from '../protocol/schemas.ts';
import type { Store } from '../store/contract.ts';
import { openStore } from '../store/open-store.ts';
import { cleanUp } from './cleanup.ts';
import { entryOf } from './entry-of.ts';

/** Cleanup with the daemon dead. A store that cannot be opened does not keep the firewall table alive: it is said, and the rest is done. */
export const cleanupOffline = async (options: {
  readonly dataDirectory: string;
  readonly clock: Clock;
  readonly netns: string | undefined;
  readonly restoreFiles: boolean;
}): Promise<CleanupJson> => {
  const uid = process.getuid?.() ?? 0;
  const actor: Actor = { name: userNameOf(uid), uid, pid: process.pid, via: 'cli' };
  const host = createHost({ clock: options.clock, netns: options.netns || undefined, dataDirectory: options.dataDirectory });
  const left: string[] = [];
  const store = await openIfThere(options).catch((problem: unknown) => {
    const known = toSecError(problem);
    if (known.code === 'SEC_STORE_LOCKED') throw new SecError('SEC_ALREADY_RUNNING', `${known.detail}; it does not answer on its socket`);
    left.push(`the database: ${known.message}`);
    return undefined;
  });
  try {
    const result = await cleanUp(
      { store, clock: options.clock, enforcers: createEnforcers({ host, clock: options.clock }), restoreFiles: options.restoreFiles },
      actor,
      'without a daemon',
    );
    const held = await resumeNoted(options.dataDirectory);
    return { removed: [...result.removed, ...held.resumed], left: [...result.left, ...held.left, ...left], kept: result.kept };
  } finally {
    await store?.close();
    await host.close();
  }
};

/** No database, nothing promised: then none is made for the cleanup. It is judged by another process first: reading a damaged one could end this one. */
const openIfThere = async ({ dataDirectory: directory, clock }: { readonly dataDirectory: string; readonly clock: Clock }): Promise<Store | undefined> => {
  const size = statSync(join(directory, 'data.mdb'), { throwIfNoEntry: false })?.size;
  if (size === undefined) return undefined;
  const probe = createProbeRunner({ entry: entryOf('store-probe', '../store/probe-main.ts') });
  if (size === 0 || (await probe(directory).catch(() => 'ok')) === 'corrupt')
    throw new SecError('SEC_STORE_CORRUPT', `${directory}: what waits in it is not known; the next start sets it aside`);
  return (await openStore({ directory, clock })).store;
};
