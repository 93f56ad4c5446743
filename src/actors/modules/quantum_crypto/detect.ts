import { createKeyedSlots } from '../../../domain/windows/keyed-slots.ts';
import { createPace } from '../../../domain/windows/pace.ts';
import { type Detector, defineModule } from '../../contract.ts';
import { createCaptures } from './captures.ts';
import { judgeCertificate } from './certificates.ts';
import { manifest } from './manifest.ts';
import { draftOf, type Said } from './say.ts';
import type { CryptoSettings } from './settings.ts';
import { judgeHandshake } from './tls.ts';
import { judgeInventory, judgeUsage } from './usage.ts';

const DAY_MS = 86_400_000;
// The state of a service does not change with each connection: told once a day for each. Captures are few and fold by themselves.
const STATE_PACE = { burst: 1, everyMs: DAY_MS, quietMs: DAY_MS };

/** Judges versions, suites, keys, certificates and captures. */
export const createDetector = (settings: CryptoSettings): Detector => {
  const captures = createCaptures(settings);
  const statePace = createPace(settings.max_tracked, STATE_PACE);
  const slots = createKeyedSlots(
    settings.max_tracked,
    (slot) => statePace.clear(slot),
    (key) => key,
  );
  return {
    onEvent: (event, emit) => {
      const say = (said: Said): void => {
        const isAttack = said.type === 'hndl_attack' || said.type === 'bulk_traffic_capture';
        const slot = slots.claim(`${said.type} ${said.rule} ${said.severity ?? ''} ${said.subject}`, event.at);
        if (isAttack || statePace.allow(slot, event.at)) emit(draftOf(event, said));
      };
      switch (event.type) {
        case 'tls_handshake':
        case 'tls_connection':
        case 'ssl_connection':
          return judgeHandshake(event, say);
        case 'crypto_usage':
        case 'encryption_operation':
        case 'key_generation':
          return judgeUsage(event, say);
        case 'certificate_event':
        case 'cert_expiry':
        case 'cert_issued':
          return judgeCertificate(event, settings, say);
        case 'crypto_scan':
        case 'crypto_inventory':
          return judgeInventory(event, say);
        default:
          return captures.onTransfer(event, say);
      }
    },
    size: () => captures.size() + slots.size(),
    sweep: captures.sweep,
  };
};

/** The module. */
export const quantumCrypto = defineModule({ manifest, createDetector });
