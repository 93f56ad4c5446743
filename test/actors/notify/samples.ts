import fc from 'fast-check';
import type { Alert } from '../../../src/domain/alert.ts';
import type { Delivery } from '../../../src/domain/delivery.ts';
import type { Endpoint } from '../../../src/domain/endpoint.ts';
import type { Notice } from '../../../src/domain/notice.ts';
import { SEVERITIES } from '../../../src/domain/severity.ts';
import { sampleAlert } from '../../kit/alerts.ts';

export const NOW = Date.UTC(2031, 0, 2, 3, 4, 5);

export const sampleNotice = (more: Partial<Notice> = {}): Notice => ({
  kind: 'alert',
  alertId: '01JGQZ3V0000000000000000A1',
  module: 'auth_fortress',
  type: 'brute_force',
  severity: 'HIGH',
  at: NOW,
  sourceIp: '203.0.113.7',
  count: 12,
  ...more,
});

export const sampleDelivery = (notices: readonly Notice[] = [sampleNotice()], more: Partial<Delivery> = {}): Delivery => ({
  id: '01JGQZ3V0000000000000000D1',
  endpoint: 'ops',
  at: NOW,
  items: notices.map((notice) => ({ notice })),
  sequence: 1,
  attempts: 0,
  ...more,
});

export const sampleEndpoint = (more: Partial<Endpoint> = {}): Endpoint => ({
  name: 'ops',
  type: 'generic',
  minSeverity: 'HIGH',
  digestMs: undefined,
  maxAttempts: 12,
  allowPrivate: true,
  isImplicit: false,
  url: 'https://hooks.example/secret-path',
  ...more,
});

/** Text as an attacker would write it: markup of every service, quotes, controls, halves of characters. */
export const hostileText = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        '<!channel>',
        '<@U1>',
        '@everyone',
        '<b>',
        '</code>',
        '&amp;',
        '&',
        '[x](https://x.example)',
        '**',
        '__',
        '`',
        '~~',
        '\\',
        '{{DATE()}}',
        '"',
        '\n',
        '\r\n',
        '\ud800',
        '🦊',
      ),
      fc.string({ unit: 'binary', maxLength: 12 }),
    ),
    { maxLength: 400 },
  )
  .map((parts) => parts.join(''));

/** Notices that could not be made by `noticeOf`: builders must be safe even then. */
export const hostileNotice: fc.Arbitrary<Notice> = fc.record({
  kind: fc.constantFrom('alert' as const, 'resolved' as const, 'test' as const),
  alertId: hostileText,
  module: hostileText,
  type: hostileText,
  severity: fc.constantFrom(...SEVERITIES),
  at: fc.integer({ min: 0, max: 4_000_000_000_000 }),
  sourceIp: hostileText,
  count: fc.integer({ min: 1, max: 1_000_000_000 }),
});

/** What must never leave: a marker in every free text of an alert. */
export const MARKER = 'SWORDFISH';
export const markedAlert: fc.Arbitrary<Alert> = fc
  .record({ severity: fc.constantFrom(...SEVERITIES), tail: hostileText, where: fc.constantFrom('plain', 'module', 'type', 'ip', 'id') })
  .map(({ severity, tail, where }) => {
    const text = `${MARKER} ${tail}`;
    const alert = sampleAlert({
      severity,
      title: text,
      description: text,
      entities: {
        ip: where === 'ip' ? text : '203.0.113.7',
        user: text,
        session: text,
        agent: text,
        file: { path: `/${text}`, sha256: text },
        process: { pid: 4711, startTime: 1, exe: `/${text}`, name: text, commandLine: text, cgroup: text },
      },
      eventIds: [text],
      evidence: { rule: text, field: text, text, line: text },
      mitre: [text],
      mitigations: [text],
      foldKey: text,
      ...(where === 'module' ? { module: text } : {}),
      ...(where === 'type' ? { type: text } : {}),
    });
    // Ids are branded; one of the wrong form comes from a damaged store.
    return where === 'id' ? { ...alert, id: text as Alert['id'] } : alert;
  });
