import { type SecurityEvent, textOf } from '../../../domain/event.ts';
import type { Say } from './say.ts';
import { type ParsedToken, tokenOf } from './token.ts';

/** Weaknesses of a token that was checked: what it says of itself, and what the checker says of it. */
export const judgeToken = (event: SecurityEvent, say: Say): void => {
  const { details } = event;
  const given = textOf(details, 'token');
  const parsed = tokenOf(details);
  const header = textOf(details, 'header').slice(0, 8192).toLowerCase();
  const declared = textOf(details, 'algorithm') || algorithmOf(header) || headerText(parsed, 'alg');
  const algorithm = declared.trim().toLowerCase();
  const plain = algorithm.replaceAll('0', 'o').replaceAll('3', 'e');
  if (plain === 'none') {
    say({ type: 'jwt_none_algorithm', rule: 'jwt-none', says: `A token asks not to be checked: algorithm ${declared}.`, field: 'algorithm', text: declared });
  }
  const named = `${header} ${headerText(parsed, 'alg').toLowerCase()}`;
  if (algorithm === 'hs256' && /\b(?:rs|es|ps)(?:256|384|512)\b/.test(named)) {
    say({
      type: 'jwt_algorithm_confusion',
      rule: 'jwt-confusion',
      says: 'A token that names a public-key algorithm was checked with a shared secret: the public key may have served as the secret.',
      field: 'header',
      text: header,
    });
  } else if (algorithm === 'hs256') {
    say({ type: 'jwt_weak_algorithm', rule: 'jwt-weak', says: 'A token is signed with a shared secret (HS256).', field: 'algorithm', text: declared });
  }
  if (given.length > 3 && /^[\w-]+\.[\w-]+\.$/.test(given.trim().slice(0, 16_384))) {
    say({ type: 'jwt_empty_signature', rule: 'jwt-unsigned', says: 'A token without a signature.', field: 'token', text: 'header.claims.' });
  }
  if (/"(?:jku|x5u)"/.test(header) || hasField(parsed, 'jku') || hasField(parsed, 'x5u')) {
    say({ type: 'jwt_key_injection', rule: 'jwt-key-url', says: 'A token says where its own key is to be fetched from.', field: 'header', text: header });
  } else if (isOddKeyId(textOfField(parsed, 'kid') || keyIdOf(header))) {
    say({
      type: 'jwt_key_injection',
      rule: 'jwt-key-id',
      says: 'The key id of a token is a path or a query, not a name.',
      field: 'header',
      text: textOfField(parsed, 'kid') || header,
    });
  }
  const claims = textOf(details, 'claims').slice(0, 16_384);
  if (claims.trim() !== '' && !/"exp"\s{0,8}:/.test(claims) && !/\bexp\s{0,4}[=:]/.test(claims)) {
    say({ type: 'jwt_no_expiry', rule: 'jwt-no-expiry', says: 'A token that never ends: it has no exp claim.', field: 'claims', text: 'no exp' });
  }
};

const headerText = (parsed: ParsedToken | undefined, name: string): string => textOfField(parsed, name);

const textOfField = (parsed: ParsedToken | undefined, name: string): string => {
  const value = parsed?.header[name];
  return typeof value === 'string' ? value.slice(0, 512) : '';
};

const hasField = (parsed: ParsedToken | undefined, name: string): boolean => textOfField(parsed, name) !== '';

const algorithmOf = (header: string): string => /"alg"\s{0,8}:\s{0,8}"([^"]{0,256})"/.exec(header)?.[1] ?? '';
const keyIdOf = (header: string): string => /"kid"\s{0,8}:\s{0,8}"([^"]{0,256})"/.exec(header)?.[1] ?? '';

const isOddKeyId = (kid: string): boolean => kid !== '' && /\.\.[\\/]|^[\\/]|[|;`']|\bunion\b|\bselect\b/i.test(kid);
