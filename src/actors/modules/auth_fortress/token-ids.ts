import { z } from 'zod';
import { type Details, textOf } from '../../../domain/event.ts';
import { labelOf } from './text-hash.ts';

const MAX_CLAIMS = 8192;
const claimsSchema = z.looseObject({ jti: z.string().min(1).max(256) });

/** Names of the token an event is about, best first: `jti`, `token_id`, the `jti` inside `claims` or `token`, a label of the token. */
export const tokenIds = (details: Details): readonly string[] => {
  const token = textOf(details, 'token').slice(0, MAX_CLAIMS);
  const ids = [textOf(details, 'jti'), textOf(details, 'token_id'), jtiOf(details['claims']), jtiOf(payloadOf(token))];
  const named = ids.filter((id) => id !== undefined && id !== '').map((id) => `id ${id}`);
  // The text of a token is a secret: two labels of its halves stand for it.
  const half = token.length >> 1;
  return token === '' ? named : [...named, `token ${labelOf(token.slice(0, half))}${labelOf(token.slice(half))}`];
};

const jtiOf = (claims: unknown): string | undefined => {
  const parsed = claimsSchema.safeParse(typeof claims === 'string' ? jsonOf(claims) : claims);
  return parsed.success ? parsed.data.jti : undefined;
};

const jsonOf = (text: string): unknown => {
  if (text.length > MAX_CLAIMS || !text.startsWith('{')) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    // Not JSON: then it names no token, which is all that is asked here.
    return undefined;
  }
};

// The middle part of header.payload.signature.
const payloadOf = (token: string): string => {
  const parts = token.split('.', 4);
  return parts.length === 3 ? Buffer.from(parts[1] ?? '', 'base64url').toString('utf8') : '';
};
