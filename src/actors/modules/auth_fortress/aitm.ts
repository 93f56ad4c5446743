import { numberOf, textOf } from '../../../domain/event.ts';
import { draftOf, shownUser } from './draft.ts';
import { userOf } from './login-facts.ts';
import type { RuleSet } from './rule-set.ts';

const TOOLKITS: ReadonlySet<string> = new Set([
  'evilginx',
  'evilginx2',
  'evilginx3',
  'modlishka',
  'muraena',
  'evilproxy',
  'evilnovnc',
  'cuddlephish',
  'tycoon2fa',
  'mamba2fa',
]);
const SLOW_MS = 2000;

/**
 * `aitm_proxy_detected`: a front end that reads TLS fingerprints names a phishing toolkit, and the login was slow or went
 * through a proxy. Proxy headers alone mean nothing: every ordinary reverse proxy sets them.
 */
export const createAitmRules = (): RuleSet => ({
  eventTypes: ['login_success', 'auth_success'],
  onEvent: (event, emit) => {
    const fingerprint = textOf(event.details, 'tls_fingerprint').slice(0, 64).trim().toLowerCase();
    if (fingerprint === '' || !TOOLKITS.has(fingerprint)) return;
    const latency = numberOf(event.details, 'login_latency_ms') ?? 0;
    const isProxied = textOf(event.details, 'proxy_headers') !== '';
    if (latency <= SLOW_MS && !isProxied) return;
    const user = userOf(event);
    emit(
      draftOf({
        type: 'aitm_proxy_detected',
        rule: 'aitm-fingerprint',
        event,
        title: `Login of ${shownUser(user)} through the phishing proxy ${fingerprint}`,
        description: `The front end recognised ${fingerprint} by its TLS fingerprint on a login of ${shownUser(user)} (${latency} ms${isProxied ? ', proxy headers' : ''}).`,
        subject: `user:${shownUser(user)}`,
        ip: event.sourceIp,
        user,
        field: 'tls_fingerprint',
        text: fingerprint,
        counters: { latencyMs: latency },
      }),
    );
  },
  size: () => 0,
  sweep: () => {},
});
