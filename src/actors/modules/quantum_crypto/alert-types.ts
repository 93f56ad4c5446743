import type { Severity } from '../../../domain/severity.ts';
import type { AlertTypeManifest } from '../../contract.ts';

const TLS = 'claim: handshakes as a proxy or scanner reports them';
const CERTS = 'claim: certificates as a scanner reports them';
const CLAIM = 'claim: only what an outside sensor reports';

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

const VERSION = ['Allow TLS 1.2 and 1.3 only.', 'Find the client or server that still needs more, and renew it.'];
const CIPHER = ['Allow authenticated suites only (AES-GCM, ChaCha20-Poly1305).'];
const HYBRID = ['Offer a hybrid exchange first: X25519MLKEM768; in OpenSSH mlkem768x25519-sha256.'];
const PLAN = [
  'Keep a list of what uses it and a way to exchange it.',
  'Plan the change to ML-KEM and ML-DSA (FIPS 203, FIPS 204), the longest-lived secrets first.',
];
const RENEW = ['Renew the certificate, and let a program renew it from now on.'];

/** Every alert type of quantum_crypto. */
export const ALERT_TYPES = {
  weak_tls_version: type('HIGH', 'A broken version of TLS is spoken', ['T1557', 'T1040'], VERSION, 'Scanners that try old versions.', TLS),
  legacy_tls_version: type('LOW', 'TLS 1.2 is spoken', ['T1040'], ['Offer TLS 1.3 first.'], 'Old clients that are known.', TLS),
  weak_cipher: type('HIGH', 'A broken cipher is used', ['T1557', 'T1040'], CIPHER, 'Scanners that try old ciphers.', TLS),
  deprecated_cipher_cbc: type('MEDIUM', 'A cipher in CBC mode is used', ['T1557'], CIPHER, 'Old clients that are known.', TLS),
  weak_key_exchange: type(
    'MEDIUM',
    'A weak key exchange is used',
    ['T1040'],
    ['Allow ephemeral exchanges over curves or hybrids only.'],
    'Old clients that are known.',
    TLS,
  ),
  no_pq_key_exchange: type(
    'LOW',
    'No exchange that withstands a quantum computer',
    ['T1040'],
    HYBRID,
    'Most of today’s servers; told once a day for each.',
    TLS,
  ),
  no_pq_curves: type(
    'INFO',
    'No group that withstands a quantum computer is offered',
    ['T1040'],
    HYBRID,
    'Most of today’s clients; told once a day for each.',
    TLS,
  ),
  quantum_vulnerable_crypto: type('MEDIUM', 'A key that a quantum computer could break', ['T1600'], PLAN, 'Short-lived signatures.', CLAIM),
  weak_key_size: type('HIGH', 'A key that is too short', ['T1600.001'], ['Make a new key: RSA 3072 or Ed25519 at least.'], 'Test keys.', CLAIM),
  cert_expiry: type('MEDIUM', 'A certificate ends', ['T1588.004'], RENEW, 'Certificates that are renewed in the last days on purpose.', CERTS),
  cert_quantum_vulnerable: type(
    'MEDIUM',
    'A certificate with a key that a quantum computer could break',
    ['T1600'],
    PLAN,
    'Nearly every certificate of today; told once a day for each.',
    CERTS,
  ),
  cert_weak_signature: type(
    'HIGH',
    'A certificate with a broken signature',
    ['T1553.004', 'T1600'],
    ['Have it issued again with SHA-256 or better.'],
    'Roots of trust, whose own signature nobody checks.',
    CERTS,
  ),
  cert_sig_quantum_vulnerable: type(
    'MEDIUM',
    'A certificate signed in a way that a quantum computer could forge',
    ['T1600'],
    PLAN,
    'Nearly every certificate of today; told once a day for each.',
    CERTS,
  ),
  crypto_inventory_report: type('MEDIUM', 'Algorithms that have to be exchanged', ['T1600'], PLAN, 'A first inventory.', CLAIM),
  hndl_attack: type(
    'CRITICAL',
    'Encrypted traffic is captured in bulk',
    ['T1040', 'T1020.001'],
    ['Look for a mirror port, a tap or a capture nobody ordered.', ...HYBRID],
    'A capture of one’s own.',
    CLAIM,
  ),
  bulk_traffic_capture: type('HIGH', 'Very much traffic is captured', ['T1040'], ['Ask who captures, and what for.'], 'A capture of one’s own.', CLAIM),
} as const satisfies { readonly [type: string]: AlertTypeManifest };

export type CryptoAlertType = keyof typeof ALERT_TYPES;
