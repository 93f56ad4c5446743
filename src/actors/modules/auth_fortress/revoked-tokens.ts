import { type SecurityEvent, textOf } from '../../../domain/event.ts';
import { draftOf, shownUser } from './draft.ts';
import { userOf } from './login-facts.ts';
import { createRecordTable } from './record-table.ts';
import type { RuleSet } from './rule-set.ts';
import { labelOf } from './text-hash.ts';
import { SPAN } from './time-windows.ts';
import { tokenIds } from './token-ids.ts';

const MAX_REVOKED = 20_000;
const REVOKING = /revoked|log(?:ged)?[ _-]?out|blacklist|denylist/;

/** `token_reuse_post_logout`: a token is used again after its logout or revocation. Revocations are kept for seven days. */
export const createRevokedTokenRules = (): RuleSet => {
  const revoked = createRecordTable<number>(MAX_REVOKED, SPAN.day * 7);

  const revoke = (event: SecurityEvent): void => {
    for (const id of tokenIds(event.details)) revoked.set(id, event.at, event.at);
  };

  return {
    eventTypes: ['logout', 'token_revocation', 'auth_failure', 'login_failure', 'token_usage', 'api_key_usage', 'jwt_validation', 'token_event'],
    onEvent: (event, emit) => {
      if (event.type === 'logout' || event.type === 'token_revocation') return revoke(event);
      if (event.type === 'auth_failure' || event.type === 'login_failure') {
        if (namesToken(event) && isRevoking(event)) revoke(event);
        return;
      }
      const ids = tokenIds(event.details);
      const used = ids.find((id) => revoked.get(id) !== undefined);
      const since = used === undefined ? undefined : revoked.get(used);
      if (used === undefined || since === undefined || event.at < since) return;
      const seconds = Math.round((event.at - since) / 1000);
      const who = shownUser(userOf(event));
      emit(
        draftOf({
          type: 'token_reuse_post_logout',
          rule: 'revoked-token-used',
          event,
          title: `A revoked token of ${who} was used again`,
          description: `A token was used ${seconds} s after its logout or revocation${event.sourceIp === undefined ? '' : `, from ${event.sourceIp}`}.`,
          subject: `token:${labelOf(used)}`,
          ip: event.sourceIp,
          user: userOf(event),
          field: 'token_id',
          counters: { secondsAfter: seconds },
        }),
      );
    },
    size: revoked.size,
    sweep: revoked.sweep,
  };
};

// Ordinary failed logins name no token: they must cost nothing here.
const namesToken = ({ details }: SecurityEvent): boolean =>
  details['jti'] !== undefined || details['token_id'] !== undefined || details['claims'] !== undefined || details['token'] !== undefined;

const isRevoking = ({ details }: SecurityEvent): boolean =>
  ['reason', 'action', 'status'].some((key) => REVOKING.test(textOf(details, key).slice(0, 256).toLowerCase()));
