import { type SecurityEvent, textOf } from '../../../domain/event.ts';
import { detachedText } from '../../../domain/windows/detached-text.ts';
import { unitKey } from '../../../domain/windows/unit-key.ts';
import { draftOf, shownUser } from './draft.ts';
import { userOf } from './login-facts.ts';
import { createRecordTable } from './record-table.ts';
import type { RuleSet } from './rule-set.ts';
import { labelOf, textHash } from './text-hash.ts';
import { SPAN } from './time-windows.ts';

type Token = { places: readonly { readonly unit: string; readonly at: number }[]; readonly actions: Set<number> };

const MAX_TOKENS = 10_000;
const MAX_PLACES = 8;
const MAX_ACTIONS = 32;
const STOLEN_PLACES = 3;
const KNOWN_ACTIONS = 6;

/**
 * `stolen_token`: one token used from three addresses within ten minutes (a laptop that roams is slower).
 * `anomalous_token_activity`: a token with at least six known actions does something new.
 */
export const createTokenRules = (): RuleSet => {
  const tokens = createRecordTable<Token>(MAX_TOKENS, SPAN.day * 7);

  const seenFrom = (token: Token, event: SecurityEvent): number => {
    if (event.sourceIp === undefined) return 0;
    const unit = unitKey(event.sourceIp);
    const others = token.places.filter((place) => place.unit !== unit && Math.abs(event.at - place.at) <= SPAN.tenMinutes);
    token.places = [...others, { unit: detachedText(unit), at: event.at }].slice(-MAX_PLACES);
    return token.places.length;
  };

  return {
    eventTypes: ['token_usage', 'api_key_usage'],
    onEvent: (event, emit) => {
      const id = textOf(event.details, 'token_id');
      if (id === '') return;
      const token = tokens.get(id) ?? { places: [], actions: new Set<number>() };
      tokens.set(id, token, event.at);
      const user = userOf(event);
      const action = textOf(event.details, 'action').slice(0, 128);
      const common = { event, subject: `token:${labelOf(id)}`, ip: event.sourceIp, user };
      const places = seenFrom(token, event);
      if (places >= STOLEN_PLACES) {
        const title = `A token of ${shownUser(user)} is used from ${places} addresses at once`;
        emit(
          draftOf({
            ...common,
            type: 'stolen_token',
            rule: 'token-many-addresses',
            title,
            description: `${title}, within ten minutes; now from ${event.sourceIp}.`,
            field: 'source_ip',
            counters: { addresses: places, windowSeconds: 600 },
          }),
        );
      }
      const hash = textHash(action);
      if (action === '' || token.actions.has(hash)) return;
      const known = token.actions.size;
      if (known < MAX_ACTIONS) token.actions.add(hash);
      // A token that does everything has no habit to break.
      if (known < KNOWN_ACTIONS || known >= MAX_ACTIONS) return;
      const title = `A token of ${shownUser(user)} does something new: ${shownUser(action)}`;
      emit(
        draftOf({
          ...common,
          type: 'anomalous_token_activity',
          rule: 'token-new-action',
          title,
          description: `${title}. It had done ${known} different things before.`,
          field: 'action',
          text: action,
          counters: { knownActions: known },
        }),
      );
    },
    size: tokens.size,
    sweep: tokens.sweep,
  };
};
