import type { Details, SecurityEvent, Trust } from '../../../../domain/event.ts';
import type { Severity } from '../../../../domain/severity.ts';
import type { LineContext } from '../../../contract.ts';
import { addressOf } from '../address.ts';
import { detach } from '../detach.ts';
import { eventIdOf } from '../event-id.ts';
import type { CompiledRule } from './rules.ts';

/** A line as far as it was understood before its rules are asked. */
export type ServiceLine = {
  readonly line: string;
  /** What the rules look at. */
  readonly message: string;
  readonly at: number;
  readonly observer: string | undefined;
  readonly trust: Trust;
  readonly context: LineContext;
};

/** The event that the first of the rules finds in the message; undefined when none does. */
export const eventOfRules = (rules: readonly CompiledRule[], from: ServiceLine): SecurityEvent | undefined => {
  for (const rule of rules) {
    if (rule.isToEnd && from.context.isCut === true) continue;
    const match = rule.pattern.exec(from.message);
    if (match !== null) return serviceEvent(rule, match.groups ?? {}, from);
  }
  return undefined;
};

/** The event of a rule that matched. A host name gives no address unless it is one. */
export const serviceEvent = (rule: CompiledRule, groups: { readonly [name: string]: string | undefined }, from: ServiceLine): SecurityEvent => {
  const { line, context, at } = from;
  const peer = groups['peer'];
  const where = peer ?? groups['ip'] ?? groups['host'] ?? '';
  const isAmbiguous = rule.once !== undefined && line.indexOf(rule.once) !== line.lastIndexOf(rule.once);
  const ip = isAmbiguous ? undefined : peer === undefined ? hostAddress(where) : peerAddress(peer);
  const user = isAmbiguous ? '' : detach(unquoted(groups['user'] ?? ''), line);
  const details: Details = {
    username: user,
    method: rule.method ?? 'password',
    service: rule.service,
    reason: rule.reason,
    ...(where === '' || ip !== undefined || isAmbiguous ? undefined : { rhost: detach(where, line) }),
    ...(groups['domain'] === undefined ? undefined : { domain: detach(groups['domain'], line) }),
  };
  return {
    id: eventIdOf(context.source, context.position, at),
    at,
    source: context.source,
    observer: from.observer,
    module: 'services',
    type: rule.event,
    severity: SEVERITIES[rule.event] ?? 'LOW',
    summary: from.message.slice(0, 256),
    details,
    raw: line,
    sourceIp: ip,
    entities: { ip, user: user === '' ? undefined : user },
    trust: from.trust,
  };
};

const SEVERITIES: { readonly [event: string]: Severity } = { auth_failure: 'MEDIUM', auth_success: 'INFO' };

// `192.0.2.1:4242`, `fe80::1%eth0`, and an address with the end of its sentence too.
const hostAddress = (text: string): string | undefined =>
  addressOf(text) ?? addressOf(text.replace(/[.:]$|%[A-Za-z0-9.-]{1,16}$|(?<=^[0-9.]{7,15}):[0-9]{1,5}$/, ''));

// `192.0.2.1:22`, `[2001:db8::1]:22`, and `2001:db8::1:22`, whose last number is the port where the rest is an address too.
const peerAddress = (text: string): string | undefined => {
  const bracket = text.startsWith('[') ? text.indexOf(']') : -1;
  if (bracket > 0) return addressOf(text.slice(1, bracket));
  const colon = text.lastIndexOf(':');
  return (colon > 0 && /^[0-9]{1,5}$/.test(text.slice(colon + 1)) ? addressOf(text.slice(0, colon)) : undefined) ?? hostAddress(text);
};

const unquoted = (text: string): string => (text.length > 1 && /^["']/.test(text) && text.at(-1) === text[0] ? text.slice(1, -1) : text);
