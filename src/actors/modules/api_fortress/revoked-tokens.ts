import { type Details, type SecurityEvent, textOf } from '../../../domain/event.ts';
import { createBoundedMap } from '../../../domain/windows/bounded-map.ts';
import type { Say } from './say.ts';
import { tokenOf } from './token.ts';

const MAX_REVOKED = 50_000;
const KEPT_MS = 7 * 86_400_000;

/** Tokens that were given back or called in, and who uses one afterwards. */
export const createRevokedTokens = () => {
  const revoked = createBoundedMap<string, { readonly at: number; readonly id: string }>(MAX_REVOKED);
  return {
    /** Remembers the token of a log-out or revocation. */
    onRevoked: (event: SecurityEvent): void => {
      const token = tokenIdOf(event.details);
      if (token !== '') revoked.set(token, { at: event.at, id: event.id });
    },
    /** True when the event uses a token that is no longer good; that is said. */
    onUsed: (event: SecurityEvent, say: Say): boolean => {
      if (revoked.size() === 0) return false;
      const token = tokenIdOf(event.details);
      const since = token === '' ? undefined : revoked.get(token);
      if (since === undefined || event.at < since.at) return false;
      say({
        type: 'token_reuse_post_logout',
        rule: 'revoked-token',
        says: `A token that was given back ${Math.round((event.at - since.at) / 1000)} s before is used again.`,
        field: 'token',
        text: `token id of ${token.length} characters`,
        earlier: [since.id],
      });
      return true;
    },
    size: revoked.size,
    sweep: (now: number): void => revoked.prune((entry) => entry.at < now - KEPT_MS),
  };
};

const MAX_ID = 256;

const tokenIdOf = (details: Details): string => {
  const plain = textOf(details, 'jti') || textOf(details, 'token_id');
  if (plain !== '') return plain.slice(0, MAX_ID);
  const named = /"jti"\s{0,8}:\s{0,8}"([^"]{1,256})"/.exec(textOf(details, 'claims').slice(0, 16_384))?.[1];
  if (named !== undefined) return named;
  const parsed = tokenOf(details);
  if (parsed === undefined) return '';
  const jti = parsed.claims['jti'];
  // Without an id the signature stands for the token.
  return typeof jti === 'string' && jti !== '' ? jti.slice(0, MAX_ID) : parsed.text.slice(-64);
};
