import { z } from 'zod';
import { isTooShort, partsOf, verdictOn } from '../../src/actors/modules/quantum_crypto/algorithms.ts';
import { quantumCrypto } from '../../src/actors/modules/quantum_crypto/detect.ts';
import { inventoryOf } from '../../src/actors/modules/quantum_crypto/inventory.ts';
import { bytesText } from '../../src/domain/bytes-text.ts';
import { describeVectors } from '../kit/vectors.ts';

const use = z.object({ algorithm: z.string(), key_size: z.number(), purpose: z.string().default('') });
const records = z.object({ records: z.array(z.object({ purpose: z.string(), algorithm: z.string(), component: z.string() })) });

describeVectors({
  file: 'quantum_crypto',
  definition: quantumCrypto,
  decisions: {
    'derived/expired certificate': { why: 'the loudest case', expect: { alert: true, types: ['cert_expiry'], min_severity: 'CRITICAL' } },
    'derived/nginx TLSv1 name': { why: 'TLSv1 is 1.0', expect: { alert: true, types: ['weak_tls_version'], min_severity: 'HIGH' } },
    'derived/single DES IANA name': { why: 'DES is broken', expect: { alert: true, types: ['weak_cipher'], absent: ['deprecated_cipher_cbc'] } },
    'derived/openssl anonymous suite': { why: 'nobody is checked', expect: { alert: true, types: ['weak_cipher'], min_severity: 'HIGH' } },
    'derived/SecP384r1MLKEM1024 exchange': { why: 'a standard hybrid', expect: { alert: false, types: ['no_pq_key_exchange'] } },
    'derived/openssl sha256WithRSAEncryption': { why: 'it is RSA', expect: { alert: true, types: ['cert_sig_quantum_vulnerable'] } },
    'derived/SHA-1 with hyphen': { why: 'it is SHA-1', expect: { alert: true, types: ['cert_weak_signature'], min_severity: 'HIGH' } },
  },
  functions: {
    classifyQuantumVulnerability: (input) => {
      const { algorithm, key_size: bits, purpose } = use.parse(input);
      const verdict = verdictOn(algorithm, bits, purpose);
      return {
        vulnerable: verdict.vulnerable,
        severity: verdict.severity,
        recommendation: verdict.recommendation,
        has_recommendation: verdict.recommendation !== '',
      };
    },
    isWeakKeySize: (input) => {
      const { algorithm, key_size: bits } = use.parse(input);
      return isTooShort(algorithm, bits);
    },
    splitAlgorithmName: (input) => ({ count: partsOf(z.string().parse(input)).length }),
    formatBytes: (input) => bytesText(z.number().parse(input)),
    cryptoInventory: (input) => {
      const entries = inventoryOf(records.parse(input).records);
      return {
        count: entries.length,
        entries: Object.fromEntries(
          entries.map((entry) => [`${entry.purpose}:${entry.algorithm}`, { usage_count: entry.uses, component_count: entry.components.length }]),
        ),
        quantum_safe: Object.fromEntries(entries.map((entry) => [entry.algorithm, entry.withstandsQuantum])),
        recommendation_for: entries.filter((entry) => entry.recommendation !== '').map((entry) => entry.algorithm),
      };
    },
  },
});
