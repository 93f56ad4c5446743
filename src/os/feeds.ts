import type { Feeds } from '../actors/contract.ts';
import type { Clock } from '../domain/clock.ts';
import { createJournalFeed } from './journal.ts';
import { createProcessFeed } from './process-connector.ts';
import { createSocketFeed } from './sockets/socket-feed.ts';

/** The operating system's own streams, for collectors. */
export const createFeeds = (options: { readonly clock: Clock; readonly netns?: string | undefined }): Feeds => ({
  processes: createProcessFeed(options),
  journal: createJournalFeed(),
  sockets: createSocketFeed(options),
});
