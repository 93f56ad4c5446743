import { type SecurityEvent, textOf } from '../../../domain/event.ts';
import { fieldsOfBody, fieldsOfValue } from './body.ts';
import { foldUnicode } from './decode/unicode.ts';
import { decodeLayers } from './decode/views.ts';
import { type Field, fieldOf } from './field.ts';
import { isSuspect, isSuspectAgent, mayHide } from './prefilter.ts';
import { fieldsOfQuery, fieldsOfTarget } from './target.ts';

/** Every piece of text of the event that a client controls and that is worth reading; what is plainly harmless is left out. */
export const fieldsOf = (event: SecurityEvent): readonly Field[] => {
  const { details } = event;
  const fields: Field[] = [];
  const path = textOf(details, 'path');
  const query = textOf(details, 'query');
  if (isWorthReading(path)) fields.push(...fieldsOfTarget(path));
  if (query !== '' && !path.endsWith(query) && (event.type === 'graphql_request' || isWorthReading(query))) {
    fields.push(...(event.type === 'graphql_request' ? fieldsOfGraphql(query) : fieldsOfQuery('query', query)));
  }
  const agent = event.userAgent ?? textOf(details, 'user_agent');
  if (agent !== '' && isSuspectAgent(agent)) fields.push(fieldOf('user_agent', 'agent', agent));
  const referer = textOf(details, 'referer');
  if (isWorthReadingReferer(referer)) fields.push(...fieldsOfReferer(referer));
  for (const key of Object.keys(details)) {
    const read = READERS.get(key);
    if (read === undefined) continue;
    const value = details[key];
    if (typeof value === 'string' || (value !== null && typeof value === 'object')) fields.push(...read(key, value));
  }
  // A bare message stands for the request only when nothing else does.
  if (fields.length === 0 && event.summary !== '' && !hasRequest(event)) fields.push(fieldOf('summary', 'value', withoutMethod(event.summary)));
  return fields;
};

const hasRequest = (event: SecurityEvent): boolean =>
  event.userAgent !== undefined || Object.values(event.details).some((value) => value !== '' && value !== undefined && value !== null);

const withoutMethod = (summary: string): string => summary.replace(/^[A-Z]{3,8} (?:\/[^ ?]{0,200}\?)?/, '');

// Decoded first: an attack may look ordinary until then, and ordinary text encoded.
const isWorthReading = (target: string): boolean => {
  if (target === '') return false;
  if (isSuspect(target)) return true;
  if (!mayHide(target)) return false;
  const decoded = foldUnicode(decodeLayers(target.replaceAll('+', ' '))).replaceAll('+', ' ');
  return decoded !== target && isSuspect(decoded);
};

const isWorthReadingReferer = (referer: string): boolean => {
  if (referer === '' || referer === '-') return false;
  const scheme = referer.indexOf('://');
  return isWorthReading(scheme > 0 && scheme < 8 ? referer.slice(scheme + 3) : referer);
};

const fieldsOfReferer = (referer: string): readonly Field[] => {
  const mark = referer.indexOf('?');
  const place = mark < 0 ? referer : referer.slice(0, mark);
  const parameters = mark < 0 ? [] : fieldsOfQuery('referer', referer.slice(mark + 1));
  return [fieldOf('referer', 'referer', place), ...parameters.map((field) => ({ ...field, kind: 'referer' as const }))];
};

const MAX_ARGUMENTS = 64;

// String literals only: the language around them is full of braces.
const fieldsOfGraphql = (query: string): readonly Field[] => {
  const fields: Field[] = [];
  for (let open = query.indexOf('"'); open >= 0 && fields.length < MAX_ARGUMENTS; ) {
    const close = closingQuote(query, open + 1);
    if (close < 0) break;
    if (close > open + 1) fields.push(fieldOf('query.argument', 'value', query.slice(open + 1, close).replace(/\\(["\\/])/g, '$1')));
    open = query.indexOf('"', close + 1);
  }
  return fields;
};

const closingQuote = (text: string, from: number): number => {
  for (let at = from; at < text.length; at++) {
    if (text[at] === '\\') at++;
    else if (text[at] === '"') return at;
  }
  return -1;
};

type Reader = (name: string, value: unknown) => readonly Field[];

const asValue: Reader = (name, value) => (typeof value === 'string' ? one(fieldOf(name, 'value', value)) : fieldsOfValue(name, value));
const asBody: Reader = (name, value) => (typeof value === 'string' ? fieldsOfBody(name, value) : fieldsOfValue(name, value));
const asQuery: Reader = (name, value) => (typeof value === 'string' ? fieldsOfQuery(name, value) : fieldsOfValue(name, value));

const one = (field: Field): readonly Field[] => (field.text === '' ? [] : [field]);

// `Name: value` lines or an object of them; ordinary negotiation headers are full of `*/*` and `;q=`.
const asHeaders: Reader = (name, value) => {
  const lines = typeof value === 'string' ? value.split(/\r?\n(?=[\w-]{1,64}\s?:)/, 64).map(splitHeader) : headerEntries(value);
  return lines.flatMap(([header, text]) => (NEGOTIATION.has(header.toLowerCase()) ? [] : headerFields(name, header, text)));
};

const splitHeader = (line: string): readonly [string, string] => {
  const match = /^([\w-]{1,64})\s?:\s?/.exec(line);
  return match === null ? ['', line] : [match[1] ?? '', line.slice(match[0].length)];
};

const headerEntries = (value: unknown): readonly (readonly [string, string])[] => {
  if (value === null || typeof value !== 'object') return [];
  return Object.entries(value)
    .slice(0, 64)
    .flatMap(([header, inner]) => (Array.isArray(inner) ? inner : [inner]).filter((text) => typeof text === 'string').map((text) => [header, text] as const));
};

const headerFields = (name: string, header: string, text: string): readonly Field[] => {
  switch (header.toLowerCase()) {
    case 'cookie':
      return asCookies('cookie', text);
    case 'user-agent':
      return isSuspectAgent(text) ? [fieldOf('user_agent', 'agent', text)] : [];
    case 'referer':
      return isWorthReadingReferer(text) ? fieldsOfReferer(text) : [];
    default:
      return one(fieldOf(header === '' ? name : `${name}.${header.toLowerCase()}`, 'header', text));
  }
};

const NEGOTIATION = new Set([
  'accept',
  'accept-language',
  'accept-encoding',
  'accept-charset',
  'cache-control',
  'connection',
  'content-length',
  'date',
  'if-modified-since',
  'if-none-match',
  'sec-ch-ua',
  'sec-ch-ua-platform',
  'sec-fetch-mode',
  'upgrade-insecure-requests',
  'dnt',
  'te',
  'pragma',
]);

const asCookies: Reader = (name, value) => {
  if (typeof value !== 'string') return headerEntries(value).flatMap(([cookie, text]) => one(fieldOf(`${name}.${cookie.slice(0, 40)}`, 'cookie', text)));
  return value.split(/;\s?/, 64).flatMap((pair) => {
    const equals = pair.indexOf('=');
    const field = equals < 0 ? fieldOf(name, 'cookie', pair) : fieldOf(`${name}.${pair.slice(0, Math.min(equals, 40))}`, 'cookie', pair.slice(equals + 1));
    return one(field);
  });
};

const READERS = new Map<string, Reader>([
  ...[
    'parameter',
    'url',
    'user_input',
    'payload',
    'username',
    'password',
    'email',
    'search',
    'filter',
    'sort',
    'order_by',
    'filename',
    'redirect_url',
    'callback',
    'template',
    'expression',
    'command',
    'sql',
    'ldap_filter',
    'archive_entry',
    'file_path',
    'upload_name',
    'content_disposition',
    'xml_body',
    'resource_id',
  ].map((key) => [key, asValue] as const),
  ...['body', 'request_body', 'json_body', 'variables'].map((key) => [key, asBody] as const),
  ...['query_string', 'form_data'].map((key) => [key, asQuery] as const),
  ...['header', 'headers'].map((key) => [key, asHeaders] as const),
  ...['cookie', 'cookies'].map((key) => [key, asCookies] as const),
]);
