import { type Details, textOf } from '../../../domain/event.ts';

const MAX_TOKEN = 16_384;
const SHAPE = /(?<![\w-])[\w-]{4,4096}\.[\w-]{4,8192}\.[\w-]{0,4096}/;

export type Claims = { readonly [name: string]: unknown };

/** A JSON web token taken apart. Nothing in it is believed: only whoever has the key could. */
export type ParsedToken = { readonly text: string; readonly header: Claims; readonly claims: Claims; readonly isUnsigned: boolean };

/** The first three-part token in a text (a header, a bearer value), or undefined. RFC 7519; bounded to 16 KiB. */
export const parseToken = (text: string): ParsedToken | undefined => {
  const token = SHAPE.exec(text.slice(0, MAX_TOKEN))?.[0];
  if (token === undefined) return undefined;
  const [head = '', body = '', signature = ''] = token.split('.');
  const header = decodePart(head);
  const claims = decodePart(body);
  if (header === undefined || claims === undefined) return undefined;
  return { text: token, header, claims, isUnsigned: signature === '' };
};

/** The token of an event, from where applications put it. */
export const tokenOf = (details: Details): ParsedToken | undefined => {
  for (const key of ['token', 'authorization', 'headers']) {
    const text = textOf(details, key);
    const found = text === '' ? undefined : parseToken(text);
    if (found !== undefined) return found;
  }
  return undefined;
};

/** The role a token claims for its bearer, lower case; empty when it claims none. A claim, never a right. */
export const claimedRole = (text: string): string => {
  const claims = parseToken(text)?.claims;
  const role = claims?.['role'] ?? claims?.['user_role'];
  return typeof role === 'string' ? role.toLowerCase() : '';
};

const decodePart = (part: string): Claims | undefined => {
  try {
    const value: unknown = JSON.parse(Buffer.from(part, 'base64url').toString('utf8'));
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Claims) : undefined;
  } catch {
    // Not JSON: three words with dots between them are no token.
    return undefined;
  }
};
