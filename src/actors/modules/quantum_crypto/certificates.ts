import { numberOf, type SecurityEvent, textOf } from '../../../domain/event.ts';
import type { Severity } from '../../../domain/severity.ts';
import { isClassical, isTooShort } from './algorithms.ts';
import type { Say } from './say.ts';
import type { CryptoSettings } from './settings.ts';

/** A certificate: how long it lasts, its key and its signature. */
export const judgeCertificate = (event: SecurityEvent, settings: CryptoSettings, say: Say): void => {
  const { details } = event;
  const domain = textOf(details, 'domain').slice(0, 253) || textOf(details, 'path').slice(0, 253) || 'a certificate';
  const subject = `certificate:${domain.toLowerCase()}`;
  const days = numberOf(details, 'days_until_expiry');
  if (days !== undefined && days <= settings.expiry_days) {
    const says =
      days < 0
        ? `The certificate of ${domain} ended ${Math.abs(Math.floor(days))} days ago.`
        : days === 0
          ? `The certificate of ${domain} ends today.`
          : `The certificate of ${domain} ends in ${days} days.`;
    say({
      type: 'cert_expiry',
      rule: days < 0 ? 'ended' : 'ends',
      severity: severityOfDays(days, settings),
      says,
      field: 'days_until_expiry',
      text: String(days),
      counters: { days },
      subject,
    });
  }
  const starts = numberOf(details, 'days_until_valid');
  if (starts !== undefined && starts > 0) {
    say({
      type: 'cert_expiry',
      rule: 'not-yet',
      severity: 'CRITICAL',
      says: `The certificate of ${domain} is not valid for another ${starts} days.`,
      field: 'days_until_valid',
      text: String(starts),
      counters: { days: starts },
      subject,
    });
  }
  const key = textOf(details, 'key_algorithm').slice(0, 64);
  const bits = numberOf(details, 'key_size') ?? 0;
  if (isTooShort(key, bits))
    say({
      type: 'weak_key_size',
      rule: 'certificate-key',
      says: `The key of the certificate of ${domain} has ${bits} bits (${key}).`,
      field: 'key_size',
      text: `${key} ${bits}`,
      counters: { bits },
      subject,
    });
  if (key !== '' && isClassical(key))
    say({
      type: 'cert_quantum_vulnerable',
      rule: 'certificate-key',
      says: `The certificate of ${domain} has a ${key} key.`,
      field: 'key_algorithm',
      text: key,
      subject,
    });
  const signature = textOf(details, 'signature_algorithm').slice(0, 128);
  if (signature === '') return;
  if (/sha-?1(?!\d)|md[245]/i.test(signature))
    say({
      type: 'cert_weak_signature',
      rule: 'signature',
      says: `The certificate of ${domain} is signed with ${signature}, which can be forged.`,
      field: 'signature_algorithm',
      text: signature,
      subject,
    });
  if (isClassical(signature))
    say({
      type: 'cert_sig_quantum_vulnerable',
      rule: 'signature',
      says: `The certificate of ${domain} is signed with ${signature}.`,
      field: 'signature_algorithm',
      text: signature,
      subject,
    });
};

// An ended certificate is the loudest case: whoever still gets through has clicked a warning away.
const severityOfDays = (days: number, settings: CryptoSettings): Severity => {
  if (days <= settings.expiry_days_critical) return 'CRITICAL';
  return days <= settings.expiry_days_high ? 'HIGH' : 'MEDIUM';
};
