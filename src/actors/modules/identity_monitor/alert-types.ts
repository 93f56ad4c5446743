import type { Severity } from '../../../domain/severity.ts';
import type { AlertTypeManifest } from '../../contract.ts';

const SYSTEM = 'auth.log, secure or the journal: useradd, usermod, gpasswd, passwd';
const APP = 'claim: events of applications about their accounts';
const BOTH = `${SYSTEM}; events of applications`;

const CREATION = [
  'Ask for a second proof before the account may do anything.',
  'Limit creation by address and mail domain.',
  'Look for accounts with the same pattern and close them together.',
];
const MUTATION = [
  'Ask the owner on a way the change did not touch.',
  'Undo the change and end all sessions when it was not the owner.',
  'Look at what the session did before.',
];
const ESCALATION = ['Ask who granted it and why; take it back when nobody knows.', 'Let a second person confirm grants of administrator rights.'];
const SERVICE = ['Ask the team that runs the service whether something was changed.', 'Change the key of the account when nobody knows.'];

const type = (
  severity: Severity,
  title: string,
  mitre: readonly string[],
  mitigations: readonly string[],
  falsePositives: string,
  feed: string,
): AlertTypeManifest => ({
  severity,
  title,
  mitre,
  mitigations,
  feed,
  falsePositives,
});

/** Every alert type of identity_monitor. */
export const ALERT_TYPES = {
  synthetic_identity: type(
    'CRITICAL',
    'An account that looks made by a machine',
    ['T1136', 'T1585'],
    CREATION,
    'Test accounts; customers with private mail addresses and numbers in their names.',
    APP,
  ),
  bulk_identity_creation: type(
    'HIGH',
    'Many accounts created at once',
    ['T1136', 'T1585'],
    CREATION,
    'An import, a class that signs up from one school: name the address in shared_addresses.',
    BOTH,
  ),
  account_mutation: type('HIGH', 'The way into an account was changed', ['T1098', 'T1531'], MUTATION, 'The owner changed his password or mail address.', APP),
  privilege_escalation: type('HIGH', 'An account became powerful', ['T1098', 'T1078'], ESCALATION, 'An administrator was appointed.', BOTH),
  self_privilege_grant: type('CRITICAL', 'Somebody gave rights to himself', ['T1098'], ESCALATION, 'The only administrator of a small installation.', BOTH),
  sensitive_permission: type('HIGH', 'A permission that opens everything', ['T1098.003'], ESCALATION, 'A service that needs it; give it less.', APP),
  unusual_svc_activity: type('HIGH', 'A service account does something new', ['T1078.004'], SERVICE, 'A new version of the service.', APP),
  svc_unusual_ip: type('HIGH', 'A service account comes from a new place', ['T1078.004'], SERVICE, 'The service moved to another host.', APP),
  svc_high_volume: type(
    'MEDIUM',
    'A service account is far busier than usual',
    ['T1078.004', 'T1499'],
    SERVICE,
    'A migration or a catch-up after a failure.',
    APP,
  ),
  verification_failed: type(
    'HIGH',
    'A person could not prove who they are',
    ['T1078', 'T1656'],
    ['Close the account until it is cleared.', 'Ask for a proof of another kind.'],
    'Bad photographs, old documents.',
    APP,
  ),
} as const satisfies { readonly [type: string]: AlertTypeManifest };

export type IdentityAlertType = keyof typeof ALERT_TYPES;
