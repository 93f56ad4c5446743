import { type SecurityEvent, textOf } from '../../../domain/event.ts';
import { toSafe } from '../../../domain/safe-text.ts';
import type { Severity } from '../../../domain/severity.ts';
import type { FindingDraft } from '../../contract.ts';
import type { IdentityAlertType } from './alert-types.ts';

/** What a rule says; `subject` is the account where it is left out. */
export type Said = {
  readonly type: IdentityAlertType;
  readonly rule: string;
  readonly severity?: Severity | undefined;
  readonly says: string;
  readonly field: string;
  readonly text: string;
  readonly counters?: { readonly [name: string]: number } | undefined;
  readonly subject?: string | undefined;
  readonly earlier?: readonly string[] | undefined;
};

export type Say = (said: Said) => void;

/** The account an event is about, by whatever name it goes there; empty when it names none. */
export const accountOf = (event: SecurityEvent): string => {
  for (const key of ['user_id', 'account_id', 'service_account', 'username', 'token_id']) {
    const name = textOf(event.details, key);
    if (name !== '') return name.slice(0, 256);
  }
  return '';
};

/** The finding a rule's words become. */
export const draftOf = (event: SecurityEvent, said: Said): FindingDraft => {
  const account = accountOf(event);
  return {
    type: said.type,
    severity: said.severity,
    description: toSafe(said.says, 500),
    event,
    earlierEventIds: said.earlier,
    entities: { ...event.entities, user: event.entities.user ?? (account === '' ? undefined : account.slice(0, 64)) },
    evidence: {
      rule: `identity_monitor/${said.rule}`,
      field: said.field,
      text: said.text.slice(0, 512),
      line: event.raw?.slice(0, 1024),
      counters: said.counters,
    },
    subject: said.subject ?? (account === '' ? `type:${event.type}` : `user:${toSafe(account, 64)}`),
  };
};
