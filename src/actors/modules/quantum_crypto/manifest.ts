import type { ModuleManifest } from '../../contract.ts';
import { ALERT_TYPES } from './alert-types.ts';
import { type CryptoSettings, cryptoSettingsSchema } from './settings.ts';

/** What quantum_crypto is, takes and raises. */
export const manifest: ModuleManifest<CryptoSettings> = {
  id: 'quantum_crypto',
  tier: 5,
  title: 'Cryptography',
  description: 'Versions, suites, keys and certificates that are broken, end soon, or would not withstand a quantum computer.',
  eventTypes: [
    'tls_handshake',
    'tls_connection',
    'ssl_connection',
    'crypto_usage',
    'encryption_operation',
    'key_generation',
    'certificate_event',
    'cert_expiry',
    'cert_issued',
    'crypto_scan',
    'crypto_inventory',
    'traffic_capture',
    'bulk_data_transfer',
    'bulk_transfer',
    'encrypted_exfiltration',
  ],
  alertTypes: ALERT_TYPES,
  settings: cryptoSettingsSchema,
};
