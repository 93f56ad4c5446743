import type { ListStatus } from '../actors/response/list-keeper.ts';
import type { OffenderListsJson } from '../protocol/schemas.ts';

const MAX_LEFT_OUT = 40;

/** Offender lists as the API shows them. */
export const listsToJson = (lists: readonly ListStatus[]): OffenderListsJson => ({ lists: lists.map(listToJson) });

const listToJson = ({ settings, good, kernel, whyOff, problem }: ListStatus): OffenderListsJson['lists'][number] => ({
  name: settings.name,
  source: settings.source,
  active: kernel !== undefined && whyOff === undefined,
  why: whyOff ?? (kernel === undefined ? (good === undefined ? 'there is none yet' : 'not in the firewall yet') : ''),
  entries: good?.networks.length ?? 0,
  in_kernel: kernel?.entries ?? 0,
  hits: kernel?.hits ?? 0,
  ...(good === undefined ? {} : { changed_at: new Date(good.changedAt).toISOString(), checked_at: new Date(good.checkedAt).toISOString() }),
  max_age_seconds: settings.maxAgeMs / 1000,
  error: problem ?? '',
  left_out: [...(good?.leftOut ?? []), ...(kernel?.leftOut ?? []).map((entry) => `${entry}: touches a protected address`)].slice(0, MAX_LEFT_OUT),
  left_out_total: (good?.leftOutCount ?? 0) + (kernel?.leftOutCount ?? 0),
});
