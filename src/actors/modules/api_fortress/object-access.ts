import { textOf } from '../../../domain/event.ts';
import { createBoundedMap } from '../../../domain/windows/bounded-map.ts';
import { hashOfKey } from '../../../domain/windows/keyed-slots.ts';
import type { ApiRequest } from './request.ts';
import { isApiPath, isId } from './route.ts';
import type { Say } from './say.ts';
import type { ApiSettings } from './settings.ts';

const IDLE_MS = 600_000;
const MAX_STEP = 3;
// In a log nobody says which object was asked for: only many ids, a good part of them refused, are worth a word.
const LOG_FACTOR = 2;
const LOG_REFUSED = 0.2;

type Seen = {
  at: number;
  readonly ids: Set<number>;
  numbers: number[];
  asked: number;
  refused: number;
  firstEvent: string;
};

/** Who walks through objects that are not theirs: too many different ones, or one after the other. */
export const createObjectAccess = (settings: ApiSettings) => {
  const users = createBoundedMap<string, Seen>(settings.max_tracked);
  const addresses = createBoundedMap<string, Seen>(settings.max_tracked);
  const keep = Math.max(200, settings.bola_threshold * 5);
  const seenOf = (table: typeof users, key: string, request: ApiRequest): Seen => {
    const known = table.get(key);
    const fresh = known === undefined || Math.abs(request.event.at - known.at) > IDLE_MS;
    const seen: Seen = fresh ? { at: 0, ids: new Set(), numbers: [], asked: 0, refused: 0, firstEvent: request.event.id } : known;
    seen.at = Math.max(seen.at, request.event.at);
    table.set(key, seen);
    return seen;
  };
  const judgeCount = (seen: Seen, who: string, subject: string, limit: number, isExplicit: boolean, say: Say): void => {
    const count = seen.ids.size;
    if (isExplicit ? count <= limit : count <= limit * LOG_FACTOR || seen.refused < seen.asked * LOG_REFUSED) return;
    say({
      type: 'bola',
      rule: isExplicit ? 'objects' : 'objects-in-path',
      severity: isExplicit ? undefined : 'HIGH',
      title: `${who} asked for ${count} different objects`,
      says: `${who} asked for ${count} different objects with no pause of ten minutes${isExplicit ? '' : `, ${seen.refused} of them refused`}.`,
      counters: { objects: count, refused: seen.refused, limit },
      subject,
      earlier: [seen.firstEvent],
    });
  };
  return {
    onRequest: (request: ApiRequest, say: Say): void => {
      const given = textOf(request.details, 'resource_id').slice(0, 256);
      const id = given === '' ? idInPath(request) : given;
      if (id === '') return;
      const isExplicit = given !== '';
      const key = isExplicit ? id : `${request.route} ${id}`;
      const hash = hashOfKey(key);
      const note = (seen: Seen): boolean => {
        seen.asked++;
        if (request.outcome === 'refused') seen.refused++;
        if (seen.ids.has(hash) || seen.ids.size >= keep) return false;
        seen.ids.add(hash);
        return true;
      };
      if (request.user !== '') {
        const seen = seenOf(users, `${isExplicit ? 'o' : 'p'}${request.user.slice(0, 128)}`, request);
        const isNew = note(seen);
        if (isNew && isExplicit) judgeSequence(seen, id, request, say);
        if (isNew || seen.ids.size >= keep)
          judgeCount(seen, `user ${request.user.slice(0, 64)}`, `user:${request.user.slice(0, 64)}`, settings.bola_threshold, isExplicit, say);
      }
      const address = request.event.sourceIp;
      if (address === undefined) return;
      const seen = seenOf(addresses, `${isExplicit ? 'o' : 'p'}${address}`, request);
      if (note(seen) || seen.ids.size >= keep) judgeCount(seen, address, `ip:${address}`, settings.bola_threshold * 2, isExplicit, say);
    },
    size: (): number => users.size() + addresses.size(),
    sweep: (now: number): void => {
      for (const table of [users, addresses]) table.prune((seen) => seen.at < now - IDLE_MS);
    },
  };
};

const judgeSequence = (seen: Seen, id: string, request: ApiRequest, say: Say): void => {
  const number = numericId(id);
  seen.numbers = number < 0 ? [] : [...seen.numbers.slice(-2), number];
  if (!isSequence(seen.numbers)) return;
  say({
    type: 'idor',
    rule: 'objects-in-order',
    says: `User ${request.user.slice(0, 64)} asks for one object after the other: ${seen.numbers.join(', ')}.`,
    field: 'resource_id',
    text: seen.numbers.join(', '),
  });
};

/** The number an object id is, or -1: at most 15 digits and nothing else. */
export const numericId = (id: string): number => (/^\d{1,15}$/.test(id) ? Number(id) : -1);

/** True for three numbers in one direction with steps of 1 to 3. */
export const isSequence = (numbers: readonly number[]): boolean => {
  if (numbers.length < 3) return false;
  const steps = numbers.slice(1).map((number, index) => number - (numbers[index] ?? 0));
  const sign = Math.sign(steps[0] ?? 0);
  return sign !== 0 && steps.every((step) => Math.sign(step) === sign && Math.abs(step) <= MAX_STEP);
};

const idInPath = (request: ApiRequest): string => {
  if (request.path.length > 512 || !isApiPath(request.segments)) return '';
  return request.segments.findLast(isId) ?? '';
};
