import { numberOf, type SecurityEvent, textOf } from '../../../domain/event.ts';

/** What an event says about a login across hosts, by the words of the usual tools. Empty where it says nothing. */
export type LateralFacts = { readonly technique: string; readonly protocol: string; readonly ticket: string; readonly service: string };

export const lateralFactsOf = (event: SecurityEvent): LateralFacts => {
  const word = (key: string): string =>
    textOf(event.details, key)
      .slice(0, 128)
      .trim()
      .toLowerCase()
      .replaceAll(/[\s-]+/g, '_');
  return { technique: word('technique'), protocol: word('auth_protocol'), ticket: word('ticket_type'), service: word('service_name') };
};

/** True when a ticket was asked for with RC4 (etype 23, also with HMAC and export strength: RFC 4757). */
export const usesRc4 = (event: SecurityEvent): boolean => {
  const type = textOf(event.details, 'encryption_type').slice(0, 64).trim().toLowerCase();
  return /rc4|arcfour/.test(type) || /^(?:0x17|0x18|23|24)$/.test(type);
};

/** Lifetime of a ticket in hours, from `720h`, `10d`, `36000` (seconds) or `10:00:00`. Undefined when there is none. */
export const ticketHours = (event: SecurityEvent): number | undefined => {
  const text = textOf(event.details, 'ticket_lifetime').slice(0, 32).trim().toLowerCase();
  const unit = /^([0-9]{1,9}(?:\.[0-9]{1,3})?)\s?(s|m|h|d|w|y)[a-z]{0,8}$/.exec(text);
  if (unit !== null) return Number(unit[1]) * (HOURS[unit[2] ?? ''] ?? 0);
  const clock = /^([0-9]{1,6}):[0-9]{2}(?::[0-9]{2})?$/.exec(text);
  if (clock !== null) return Number(clock[1]);
  const seconds = numberOf(event.details, 'ticket_lifetime');
  return seconds === undefined ? undefined : seconds / 3600;
};

const HOURS: { readonly [unit: string]: number } = { s: 1 / 3600, m: 1 / 60, h: 1, d: 24, w: 168, y: 8766 };
