import { type SecurityEvent, textOf } from '../../../domain/event.ts';
import type { Severity } from '../../../domain/severity.ts';
import { isDisposable } from './made-up.ts';
import { accountOf, type Say } from './say.ts';

type Kind = 'email' | 'password' | 'reset' | 'recovery' | 'root';

const BY_TYPE: ReadonlyMap<string, Kind> = new Map<string, Kind>([
  ['email_changed', 'email'],
  ['account_email_changed', 'email'],
  ['password_changed', 'password'],
  ['password_reset', 'reset'],
  ['account_recovery', 'recovery'],
]);

const WORDS: { readonly [kind in Kind]: string } = {
  email: 'mail address',
  password: 'password',
  reset: 'password, by a reset,',
  recovery: 'way of recovery',
  root: 'user id, to 0,',
};

/** Changes of what an account is entered by. */
export const judgeMutation = (event: SecurityEvent, disposable: ReadonlySet<string>, say: Say): void => {
  const kind = kindOf(event);
  if (kind === undefined) return;
  const { details } = event;
  const mail = textOf(details, 'new_email') || textOf(details, 'email');
  const isThrowAway = mail !== '' && isDisposable(mail, disposable);
  const account = accountOf(event);
  const actor = textOf(details, 'actor') || textOf(details, 'initiated_by');
  if (kind === 'root') {
    say({
      type: 'privilege_escalation',
      rule: 'second-root',
      severity: 'CRITICAL',
      says: `The account ${account} was given user id 0: it is root under another name.`,
      field: 'new_uid',
      text: '0',
    });
    return;
  }
  say({
    type: 'account_mutation',
    rule: `changed-${kind}`,
    severity: isThrowAway ? 'CRITICAL' : severityOf(kind, event),
    says: `The ${WORDS[kind]} of ${account || 'an account'} was changed${actor === '' ? '' : ` by ${actor}`}${isThrowAway ? '; the new mail address is a throw-away one' : ''}.`,
    field: 'mutation',
    text: kind,
  });
};

// A log of this host says that `passwd` was run, by its owner or by root: worth a line, not a night.
const severityOf = (kind: Kind, event: SecurityEvent): Severity | undefined => {
  if (kind === 'reset' || kind === 'recovery') return 'CRITICAL';
  return event.trust === 'sensor' && textOf(event.details, 'service') === 'passwd' ? 'LOW' : undefined;
};

const kindOf = (event: SecurityEvent): Kind | undefined => {
  const known = BY_TYPE.get(event.type);
  if (known !== undefined) return known;
  const { details } = event;
  if (textOf(details, 'new_uid') === '0' && textOf(details, 'old_uid') !== '0') return 'root';
  const named = ['mutation_type', 'action']
    .map((key) => textOf(details, key))
    .join(' ')
    .toLowerCase();
  const fields = ['changed_fields', 'fields']
    .map((key) => wordsOf(details[key]))
    .join(' ')
    .toLowerCase();
  const words = `${named} ${fields}`.slice(0, 4096);
  if (/recover/.test(words)) return 'recovery';
  if (/password[_ -]?reset|reset[_ -]?password/.test(words)) return 'reset';
  if (/passw(?:or)?d|credential/.test(words)) return 'password';
  if (/e-?mail/.test(words) || hasChange(event)) return 'email';
  return undefined;
};

const wordsOf = (value: unknown): string => {
  if (typeof value === 'string') return value;
  return Array.isArray(value) ? value.filter((one): one is string => typeof one === 'string').join(' ') : '';
};

const hasChange = (event: SecurityEvent): boolean => {
  const before = textOf(event.details, 'old_email');
  const after = textOf(event.details, 'new_email');
  return after !== '' && after !== before;
};
