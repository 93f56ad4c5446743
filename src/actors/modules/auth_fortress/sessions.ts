import { type SecurityEvent, textOf } from '../../../domain/event.ts';
import { detachedText } from '../../../domain/windows/detached-text.ts';
import { unitKey } from '../../../domain/windows/unit-key.ts';
import type { Emit, FindingDraft } from '../../contract.ts';
import { draftOf, shownUser } from './draft.ts';
import { userOf } from './login-facts.ts';
import { createRecordTable } from './record-table.ts';
import type { RuleSet } from './rule-set.ts';
import { labelOf, textHash } from './text-hash.ts';
import { SPAN } from './time-windows.ts';
import { impossibleTrip, type Place } from './travel.ts';

type Session = {
  readonly user: string;
  /** Latest last, at most four. */
  readonly places: readonly Place[];
  /** Hashes, at most four. */
  readonly agents: readonly number[];
};

const MAX_SESSIONS = 20_000;
const MAX_REMEMBERED = 4;

/**
 * `session_hijack`: a session that was opened by a login goes on from another address. `session_ua_change`: from another
 * program. `impossible_travel`: from a country nobody reaches that fast; also for logins of one user without a session id.
 */
export const createSessionRules = (): RuleSet => {
  const sessions = createRecordTable<Session>(MAX_SESSIONS, SPAN.day);

  const onLogin = (event: SecurityEvent, emit: Emit): void => {
    const id = textOf(event.details, 'session_id');
    const user = userOf(event);
    const fresh = { user: detachedText(user), places: placesOf(event), agents: agentsOf(event) };
    if (id !== '') {
      sessions.set(`session ${id}`, fresh, event.at);
      return;
    }
    // Only with a country: else every login of everybody would be remembered for nothing.
    if (user === '' || fresh.places[0]?.country === undefined || fresh.places[0].country === '') return;
    const known = sessions.get(`user ${user}`);
    if (known !== undefined) judgeTravel(event, known, user, undefined, emit);
    sessions.set(`user ${user}`, { ...fresh, places: joined(known?.places ?? [], fresh.places, samePlace) }, event.at);
  };

  const onActivity = (event: SecurityEvent, emit: Emit): void => {
    const id = textOf(event.details, 'session_id');
    const known = id === '' ? undefined : sessions.get(`session ${id}`);
    if (known === undefined) return;
    judgePlace(event, known, id, emit);
    judgeAgent(event, known, id, emit);
    const places = joined(known.places, placesOf(event), samePlace);
    const agents = joined(known.agents, agentsOf(event), (a, b) => a === b);
    sessions.set(`session ${id}`, { user: known.user, places, agents }, event.at);
  };

  return {
    eventTypes: ['login_success', 'auth_success', 'session_activity'],
    onEvent: (event, emit) => (event.type === 'session_activity' ? onActivity(event, emit) : onLogin(event, emit)),
    size: sessions.size,
    sweep: sessions.sweep,
  };
};

const placesOf = (event: SecurityEvent): readonly Place[] => {
  if (event.sourceIp === undefined) return [];
  const country = (textOf(event.details, 'country') || textOf(event.details, 'country_code')).slice(0, 8).trim().toUpperCase();
  return [{ unit: detachedText(unitKey(event.sourceIp)), country: detachedText(country), at: event.at }];
};

const agentsOf = (event: SecurityEvent): readonly number[] => (event.userAgent === undefined || event.userAgent === '' ? [] : [textHash(event.userAgent)]);

const samePlace = (a: Place, b: Place): boolean => a.unit === b.unit && a.country === b.country;

// The new ones last, without doubles, the oldest dropped.
const joined = <Item>(known: readonly Item[], more: readonly Item[], isSame: (a: Item, b: Item) => boolean): readonly Item[] =>
  [...known.filter((item) => !more.some((fresh) => isSame(item, fresh))), ...more].slice(-MAX_REMEMBERED);

const judgePlace = (event: SecurityEvent, known: Session, id: string, emit: Emit): void => {
  const [now] = placesOf(event);
  if (now === undefined || known.places.length === 0 || known.places.some((place) => place.unit === now.unit)) return;
  const before = known.places.at(-1)?.unit ?? '';
  emit(
    sessionDraft(event, known, id, {
      type: 'session_hijack',
      rule: 'session-address',
      title: `Session of ${shownUser(known.user)} went on from ${event.sourceIp}`,
      description: `A session that ${shownUser(known.user)} opened from ${before} is now used from ${event.sourceIp}.`,
      field: 'source_ip',
    }),
  );
  judgeTravel(event, known, known.user, id, emit);
};

const judgeTravel = (event: SecurityEvent, known: Session, user: string, id: string | undefined, emit: Emit): void => {
  const [now] = placesOf(event);
  const trip = now === undefined || known.places.some((place) => samePlace(place, now)) ? undefined : impossibleTrip(known.places, now);
  if (now === undefined || trip === undefined) return;
  const minutes = Math.round(trip.hours * 60);
  emit(
    sessionDraft(event, { ...known, user }, id, {
      type: 'impossible_travel',
      rule: id === undefined ? 'travel-of-user' : 'travel-of-session',
      severity: id === undefined ? 'HIGH' : 'CRITICAL',
      title: `${shownUser(user)}: ${shownUser(trip.from.country)} to ${shownUser(now.country)}, ${trip.km} km in ${minutes} min`,
      description: `${shownUser(user)} was seen in ${shownUser(trip.from.country)} and ${minutes} min later in ${shownUser(now.country)}, about ${trip.km} km away (middle to middle).`,
      field: 'country',
      counters: { km: trip.km, minutes },
    }),
  );
};

const judgeAgent = (event: SecurityEvent, known: Session, id: string, emit: Emit): void => {
  const [agent] = agentsOf(event);
  if (agent === undefined || known.agents.length === 0 || known.agents.includes(agent)) return;
  emit(
    sessionDraft(event, known, id, {
      type: 'session_ua_change',
      rule: 'session-agent',
      title: `Session of ${shownUser(known.user)} changed its program`,
      description: `A session that ${shownUser(known.user)} opened goes on with another user agent.`,
      field: 'user_agent',
      text: event.userAgent,
    }),
  );
};

type SessionParts = Omit<Parameters<typeof draftOf>[0], 'event' | 'subject' | 'ip' | 'user'>;

// A session id opens the session: findings carry a short label of it, never the id.
const sessionDraft = (event: SecurityEvent, session: Session, id: string | undefined, parts: SessionParts): FindingDraft =>
  draftOf({
    ...parts,
    event,
    subject: id === undefined ? `user:${shownUser(session.user)}` : `session:${labelOf(id)}`,
    ip: event.sourceIp,
    user: session.user,
  });
