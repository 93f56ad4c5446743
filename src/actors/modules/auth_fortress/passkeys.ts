import { type SecurityEvent, textOf } from '../../../domain/event.ts';
import { blockUnitOf } from '../../../domain/ip.ts';
import { unitKey } from '../../../domain/windows/unit-key.ts';
import type { Emit } from '../../contract.ts';
import { draftOf, shownUser } from './draft.ts';
import { userOf } from './login-facts.ts';
import { isPhishingResistant, strengthOf } from './method-strength.ts';
import { createRecordTable } from './record-table.ts';
import type { RuleSet } from './rule-set.ts';
import { textHash } from './text-hash.ts';
import { SPAN } from './time-windows.ts';

type Registration = { readonly user: number; readonly at: number };

const MAX_PLACES = 10_000;
const MAX_USERS = 16;
const SUSPICIOUS_USERS = 3;

/**
 * `suspicious_passkey_registration`: three users register from one address in an hour. `passkey_no_attestation`,
 * `webauthn_origin_mismatch`, `passkey_downgrade`: what the ceremony itself says.
 */
export const createPasskeyRules = (): RuleSet => {
  const places = createRecordTable<readonly Registration[]>(MAX_PLACES, SPAN.hour * 2);

  const judgeRegistrations = (event: SecurityEvent, emit: Emit): void => {
    const ip = event.sourceIp;
    if (ip === undefined) return;
    const user = textHash(userOf(event));
    const others = (places.get(unitKey(ip)) ?? []).filter((known) => known.user !== user && Math.abs(event.at - known.at) < SPAN.hour);
    const all = [...others, { user, at: event.at }].slice(-MAX_USERS);
    places.set(unitKey(ip), all, event.at);
    if (all.length < SUSPICIOUS_USERS) return;
    const title = `Passkeys of ${all.length} users registered from ${ip} in an hour`;
    emit(
      draftOf({
        type: 'suspicious_passkey_registration',
        rule: 'passkey-registrations',
        event,
        title,
        description: `${title} (limit ${SUSPICIOUS_USERS}).`,
        subject: `ip:${blockUnitOf(ip)}`,
        ip,
        field: 'source_ip',
        counters: { users: all.length, limit: SUSPICIOUS_USERS, windowSeconds: 3600 },
      }),
    );
  };

  return {
    eventTypes: ['passkey_register', 'passkey_auth', 'webauthn_ceremony'],
    onEvent: (event, emit) => {
      const isRegistration = event.type === 'passkey_register' || /^(?:register|create)/.test(textOf(event.details, 'action').toLowerCase());
      if (isRegistration) judgeRegistrations(event, emit);
      judgeAttestation(event, isRegistration, emit);
      judgeOrigin(event, emit);
      judgeMethod(event, emit);
    },
    size: places.size,
    sweep: places.sweep,
  };
};

const judgeAttestation = (event: SecurityEvent, isRegistration: boolean, emit: Emit): void => {
  const attestation = textOf(event.details, 'attestation').slice(0, 32).toLowerCase();
  if (!isRegistration || (attestation !== 'none' && attestation !== 'self')) return;
  const title = `Passkey of ${shownUser(userOf(event))} registered with attestation "${attestation}"`;
  emit(
    draftOf({
      ...ofUser(event),
      type: 'passkey_no_attestation',
      rule: 'passkey-attestation',
      title,
      description: `${title}: nothing vouches for the device.`,
      field: 'attestation',
      text: attestation,
    }),
  );
};

const judgeOrigin = (event: SecurityEvent, emit: Emit): void => {
  const origin = originOf(textOf(event.details, 'origin'));
  const expected = originOf(textOf(event.details, 'expected_origin'));
  if (origin === '' || expected === '' || origin === expected) return;
  const title = `WebAuthn of ${shownUser(userOf(event))} came from another origin`;
  emit(
    draftOf({
      ...ofUser(event),
      type: 'webauthn_origin_mismatch',
      rule: 'webauthn-origin',
      title,
      description: `${title}: ${shownUser(origin)} instead of ${shownUser(expected)}.`,
      ip: event.sourceIp,
      field: 'origin',
      text: origin,
    }),
  );
};

const originOf = (text: string): string => text.slice(0, 512).trim().toLowerCase().replace(/\/$/, '');

const judgeMethod = (event: SecurityEvent, emit: Emit): void => {
  const before = textOf(event.details, 'previous_method').slice(0, 64);
  const method = textOf(event.details, 'method').slice(0, 64);
  if (!isPhishingResistant(before) || method === '' || isPhishingResistant(method) || strengthOf(method) === undefined) return;
  const title = `${shownUser(userOf(event))} fell back from ${shownUser(before)} to ${shownUser(method)}`;
  emit(
    draftOf({
      ...ofUser(event),
      type: 'passkey_downgrade',
      rule: 'passkey-fallback',
      title,
      description: `${title}, which can be phished.`,
      ip: event.sourceIp,
      field: 'method',
      text: method,
    }),
  );
};

const ofUser = (event: SecurityEvent) => ({ event, subject: `user:${shownUser(userOf(event))}`, user: userOf(event) });
