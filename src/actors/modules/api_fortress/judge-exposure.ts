import { numberOf, textOf } from '../../../domain/event.ts';
import { canonicalIp, networkContains, parseNetwork } from '../../../domain/ip.ts';
import { SECRET_SHAPES } from '../../../domain/secret-shapes.ts';
import { SEVERITIES, type Severity, worseOf } from '../../../domain/severity.ts';
import { cardNumbersIn, hasIban, hasSocialSecurityNumber } from './numbers-of-people.ts';
import type { ApiRequest } from './request.ts';
import type { Say } from './say.ts';

const MAX_BODY = 262_144;
const LARGE_BYTES = 1_048_576;
const BULK: ReadonlySet<string> = new Set(['export', 'exports', 'download', 'downloads', 'bulk', 'dump', 'backup', 'media', 'files']);

const SECRET_NAME =
  /"(?:(?:[\w-]{0,20}[_-])?(?:password|passwd|pwd|secret|secret_key|client_secret|api_?key|access_key|private_key|access_token|refresh_token|auth_token|session_token|password_hash|encryption_key|connection_string|db_password)|apiKey|accessToken|refreshToken|privateKey|clientSecret|secretKey)"\s{0,8}:\s{0,8}"(?!\s*"|\*{3}|x{3}|\[?redacted|null"|undefined")[^"]{3,}/gi;
const PII_NAME =
  /"(?:ssn|social_security(?:_number)?|date_of_birth|dob|national_id|passport(?:_number)?|credit_card(?:_number)?|card_number|cvv|drivers?_licen[cs]e|tax_id|bank_account|iban|medical_record|health_insurance_number)"\s{0,8}:\s{0,8}(?:"(?!\s*"|\*{3}|x{3}|\[?redacted)[^"]{2,}|\d{3,})/gi;

/** What an answer gives away: secrets by name and by form, numbers of people and cards, inner addresses, too much at once. */
export const judgeExposure = (request: ApiRequest, say: Say): void => {
  const body = textOf(request.details, 'response_body').slice(0, MAX_BODY);
  const found = body === '' ? [] : findingsIn(body);
  if (found.length > 0) {
    const severity = found.map((one) => one.severity).reduce<Severity>(worseOf, SEVERITIES[0] ?? 'INFO');
    const names = [...new Set(found.map((one) => one.name))].slice(0, 12);
    say({
      type: 'data_exposure',
      rule: 'secret-in-answer',
      severity,
      title: `Answer gives away: ${names.slice(0, 4).join(', ')}`,
      // The values themselves never leave the body.
      says: `The answer to ${request.method} ${request.path} contains ${names.join(', ')}.`,
      field: 'response_body',
      text: names.join(', '),
      counters: { kinds: names.length },
    });
    return;
  }
  const size = numberOf(request.details, 'response_size') ?? 0;
  if (size <= LARGE_BYTES || request.segments.some((segment) => BULK.has(segment))) return;
  say({
    type: 'data_exposure',
    rule: 'large-answer',
    severity: 'MEDIUM',
    title: 'Very large answer',
    says: `The answer to ${request.method} ${request.path} has ${size} bytes.`,
    field: 'response_size',
    counters: { bytes: size },
  });
};

type Exposed = { readonly name: string; readonly severity: Severity };

const findingsIn = (body: string): readonly Exposed[] => {
  const found: Exposed[] = [];
  const lower = body.toLowerCase();
  for (const name of fieldNames(body, SECRET_NAME)) found.push({ name, severity: 'CRITICAL' });
  for (const name of fieldNames(body, PII_NAME)) found.push({ name, severity: 'HIGH' });
  for (const shape of SECRET_SHAPES) if (shape.has.some((literal) => lower.includes(literal)) && shape.pattern.test(body)) found.push(shape);
  if (cardNumbersIn(body).length > 0) found.push({ name: 'payment card number', severity: 'HIGH' });
  if (hasIban(body)) found.push({ name: 'IBAN', severity: 'HIGH' });
  if (hasSocialSecurityNumber(body)) found.push({ name: 'social security number', severity: 'HIGH' });
  if (hasPrivateAddress(body)) found.push({ name: 'address of the inner network', severity: 'MEDIUM' });
  return found;
};

/** The names of the fields a pattern found, each once: what may be told, unlike the values. */
export const fieldNames = (text: string, pattern: RegExp): readonly string[] => namesOf([...text.matchAll(pattern)].slice(0, 20).map((match) => match[0]));

/** Names of `"name": value` pieces, each once, in order. */
export const namesOf = (pieces: readonly string[]): readonly string[] =>
  [...new Set(pieces.map((piece) => /^\W*([\w-]{1,64})/.exec(piece)?.[1] ?? ''))].filter((name) => name !== '');

const PRIVATE = ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16'].flatMap((text) => parseNetwork(text) ?? []);

const hasPrivateAddress = (body: string): boolean => {
  let left = 64;
  for (const match of body.matchAll(/(?<![\d.])(?:10|172|192)\.\d{1,3}\.\d{1,3}\.\d{1,3}(?![\d.])/g)) {
    if (--left < 0) return false;
    const address = canonicalIp(match[0]);
    if (address !== undefined && PRIVATE.some((network) => networkContains(network, address))) return true;
  }
  return false;
};
