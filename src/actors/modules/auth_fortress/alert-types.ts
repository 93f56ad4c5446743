import type { AlertTypeManifest } from '../../contract.ts';

const LOGS = 'sshd, PAM, su, sudo and login lines of auth.log or the journal; mail and application login lines';

/** Attacks on passwords: raised from the logs of this host. */
const LOGIN_ALERTS = {
  brute_force: {
    severity: 'HIGH',
    title: 'Passwords are being guessed',
    mitre: ['T1110', 'T1110.001'],
    mitigations: [
      'Block the address for a while, or let a policy do it.',
      'Allow keys only (PasswordAuthentication no) and no root login where that is possible.',
      'Limit who can reach the login service: VPN, allow list, other network.',
    ],
    feed: LOGS,
    falsePositives: 'A program with an old password; many people behind one address who do not log in here otherwise.',
  },
  credential_stuffing: {
    severity: 'CRITICAL',
    title: 'Lists of stolen accounts are being tried',
    mitre: ['T1110.004'],
    mitigations: ['Block the address.', 'Check the accounts tried against known breaches and change their passwords.', 'Require a second factor.'],
    feed: LOGS,
    falsePositives: 'A gateway behind which very many people log in for the first time, all at once, and fail.',
  },
  password_spray: {
    severity: 'CRITICAL',
    title: 'A few passwords are being tried on many accounts',
    mitre: ['T1110.003'],
    mitigations: ['Look for a login that worked among the accounts tried.', 'Require a second factor.', 'Refuse common passwords.'],
    feed: LOGS,
    falsePositives: 'A directory or PAM that is down while many people who never logged in here before try to.',
  },
  post_bruteforce_login: {
    severity: 'HIGH',
    title: 'A login worked after an attack',
    mitre: ['T1078', 'T1110'],
    mitigations: [
      'Ask the user whether it was them.',
      'If not: end the session, change the password, look at keys, cron and shells of the account.',
      'Keep the logs of the session before anything is cleaned up.',
    ],
    feed: LOGS,
    falsePositives: 'The owner, from a new place, while others attack the account; an owner who mistyped ten times in a minute.',
  },
  lockout_violation: {
    severity: 'MEDIUM',
    title: 'An attacking address goes on',
    mitre: ['T1110'],
    mitigations: ['See whether the address was blocked, and why not.'],
    feed: 'attempts without an outcome in the same logs, such as refused connections and locked accounts; API clients',
    falsePositives: 'Somebody else behind the same address.',
  },
} as const satisfies { readonly [type: string]: AlertTypeManifest };

// Second factors, sessions and tokens: no log of a plain Linux host has these facts. An identity provider or application
// has to send them (README.md says which events).
const CLAIM_ALERTS = {
  mfa_bypass: {
    severity: 'HIGH',
    title: 'Second factors are being guessed',
    mitre: ['T1111'],
    mitigations: ['Change the password: somebody has it.', 'Limit tries of the second factor.'],
    feed: 'claim',
    falsePositives: 'A device whose clock is wrong.',
  },
  mfa_fatigue: {
    severity: 'CRITICAL',
    title: 'A user is flooded with prompts',
    mitre: ['T1621'],
    mitigations: ['Change the password: somebody has it.', 'Use number matching instead of a yes button.'],
    feed: 'claim',
    falsePositives: 'A program that asks again and again by itself.',
  },
  session_hijack: {
    severity: 'HIGH',
    title: 'A session moved to another address',
    mitre: ['T1563', 'T1539'],
    mitigations: ['End the session and log in again.', 'Bind sessions to the client.'],
    feed: 'claim',
    falsePositives: 'Phones and laptops that change networks; gateways with several addresses.',
  },
  session_ua_change: {
    severity: 'MEDIUM',
    title: 'A session changed its program',
    mitre: ['T1550.004'],
    mitigations: ['End the session and log in again.'],
    feed: 'claim',
    falsePositives: 'A browser that updated itself; "desktop site" on a phone.',
  },
  impossible_travel: {
    severity: 'CRITICAL',
    title: 'A user was in two places at once',
    mitre: ['T1078'],
    mitigations: ['Ask the user.', 'End the sessions and change the password if it was not them.'],
    feed: 'claim',
    falsePositives: 'VPN exits; addresses whose country is recorded wrongly; two devices of one user.',
  },
  aitm_proxy_detected: {
    severity: 'CRITICAL',
    title: 'A login came through a phishing proxy',
    mitre: ['T1557'],
    mitigations: ['End the session: the proxy has it.', 'Change the password.', 'Move to passkeys, which a proxy cannot pass on.'],
    feed: 'claim',
    falsePositives: 'A penetration test.',
  },
  consent_phishing: {
    severity: 'CRITICAL',
    title: 'A new app collects risky grants',
    mitre: ['T1528'],
    mitigations: ['Revoke the grants of the app.', 'Let administrators approve apps.'],
    feed: 'claim',
    falsePositives: 'A real app on its first day.',
  },
  oauth_token_abuse: {
    severity: 'HIGH',
    title: 'A new app collects very many grants',
    mitre: ['T1528', 'T1550.001'],
    mitigations: ['Revoke the grants of the app until somebody vouches for it.'],
    feed: 'claim',
    falsePositives: 'A real app rolled out to everybody.',
  },
  excessive_oauth_scopes: {
    severity: 'MEDIUM',
    title: 'An app was granted too much',
    mitre: ['T1528'],
    mitigations: ['Review the scopes, grant only what the app needs.'],
    feed: 'claim',
    falsePositives: 'Backup and migration tools.',
  },
  stolen_token: {
    severity: 'CRITICAL',
    title: 'One token is used from several places',
    mitre: ['T1528', 'T1550.001'],
    mitigations: ['Revoke the token.', 'Bind tokens to the client.'],
    feed: 'claim',
    falsePositives: 'A key shared by several machines, such as build runners.',
  },
  anomalous_token_activity: {
    severity: 'HIGH',
    title: 'A token does something new',
    mitre: ['T1550.001'],
    mitigations: ['Ask its owner.', 'Give the token only what it needs.'],
    feed: 'claim',
    falsePositives: 'A new version of the program that uses the token.',
  },
  token_reuse_post_logout: {
    severity: 'CRITICAL',
    title: 'A revoked token was used again',
    mitre: ['T1550.001'],
    mitigations: ['Find out who has the token.', 'Make sure that revoked tokens are refused everywhere.'],
    feed: 'claim',
    falsePositives: 'A tab left open; requests under way at the moment of the logout.',
  },
} as const satisfies { readonly [type: string]: AlertTypeManifest };

/** Passkeys and changes of method. */
const METHOD_ALERTS = {
  suspicious_passkey_registration: {
    severity: 'HIGH',
    title: 'Passkeys of several users from one place',
    mitre: ['T1098.005', 'T1556.006'],
    mitigations: ['Ask the users.', 'Limit registrations for one address.'],
    feed: 'claim',
    falsePositives: 'A help desk or a training day.',
  },
  passkey_no_attestation: {
    severity: 'LOW',
    title: 'A passkey without attestation',
    mitre: ['T1556.006'],
    mitigations: ['Require attestation where devices are managed.'],
    feed: 'claim',
    falsePositives: 'Most passkeys of phones and browsers have none.',
  },
  webauthn_origin_mismatch: {
    severity: 'CRITICAL',
    title: 'WebAuthn from another origin',
    mitre: ['T1557'],
    mitigations: ['Refuse it.', 'Look at the origin: it is probably a phishing site.'],
    feed: 'claim',
    falsePositives: 'A second domain of the same service that is not configured.',
  },
  passkey_downgrade: {
    severity: 'HIGH',
    title: 'A user fell back from a passkey',
    mitre: ['T1556.006'],
    mitigations: ['Do not offer weaker methods to users who have a passkey.'],
    feed: 'claim',
    falsePositives: 'A user without their device.',
  },
  auth_method_downgrade: {
    severity: 'MEDIUM',
    title: 'A weaker method replaced a stronger one',
    mitre: ['T1562.010', 'T1556.006'],
    mitigations: ['Ask the user.', 'Do not allow fall-backs without a second check.'],
    feed: 'claim',
    falsePositives: 'A user with a new phone.',
  },
} as const satisfies { readonly [type: string]: AlertTypeManifest };

/** Every alert type of the module. */
export const ALERT_TYPES: { readonly [type: string]: AlertTypeManifest } = { ...LOGIN_ALERTS, ...CLAIM_ALERTS, ...METHOD_ALERTS };
