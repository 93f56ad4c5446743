import type { AllowDesk } from '../actors/response/allow-desk.ts';
import type { AllowEntry } from '../domain/allow-entry.ts';
import type { AllowEntryJson } from '../protocol/schemas.ts';
import type { Handlers } from './api.ts';

/** What the routes under `/api/v1/enforce/allow` do. */
export const createAllowHandlers = (desk: AllowDesk): Pick<Handlers, 'allowList' | 'allowAdd' | 'allowRemove'> => ({
  allowList: async () => {
    const entries = [...desk.book.configured.map((network): AllowEntryJson => ({ network, source: 'config', reason: '' })), ...desk.book.entries().map(toJson)];
    return { entries, total: entries.length };
  },
  allowAdd: async ({ body, caller }) => {
    const forMs = body.for_seconds === undefined ? undefined : body.for_seconds * 1000;
    const { entry, lifted, failed, approvalsEnded, tookMs } = await desk.add({ network: body.address, reason: body.reason, forMs }, caller.actor);
    return {
      entry: toJson(entry),
      lifted: lifted.length,
      failed: failed.slice(0, 100),
      approvals_ended: approvalsEnded,
      took_ms: Math.round(tookMs * 10) / 10,
    };
  },
  allowRemove: async ({ body, caller }) => toJson(await desk.remove(body.address, body.reason, caller.actor)),
});

const toJson = (entry: AllowEntry): AllowEntryJson => ({
  network: entry.network,
  source: 'live',
  reason: entry.reason,
  added_by: entry.addedBy,
  added_at: new Date(entry.addedAt).toISOString(),
  ...(entry.expiresAt === undefined ? {} : { expires_at: new Date(entry.expiresAt).toISOString() }),
});
