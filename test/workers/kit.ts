import { z } from 'zod';
import { defineModule, type ModuleDefinition } from '../../src/actors/contract.ts';
import type { SecurityEvent } from '../../src/domain/event.ts';
import { textOf } from '../../src/domain/event.ts';

/** Counts events per address; alerts from the `threshold`th on. Throws at the user name `throw`, hangs at `hang`, ends the process at `exit`. */
export const createToyModule = (id: string, eventTypes: readonly string[] = ['auth_failure']): ModuleDefinition =>
  defineModule({
    manifest: {
      id,
      tier: 3,
      title: id,
      description: 'counts',
      eventTypes,
      alertTypes: {
        many: { severity: 'HIGH', title: 'Many', mitre: ['T1110'], mitigations: ['look'], feed: 'auth.log', falsePositives: 'none' },
        said: { severity: 'LOW', title: 'Said', mitre: [], mitigations: [], feed: 'claim', falsePositives: 'none' },
      },
      settings: z.strictObject({ threshold: z.number().default(3), alert: z.string().default('many') }),
    },
    createDetector: ({ threshold, alert }) => {
      const counts = new Map<string, number>();
      return {
        onEvent: (event, emit) => {
          const user = textOf(event.details, 'username');
          if (user === 'throw') throw new Error('poison \u001b[31m');
          if (user === 'hang') for (;;);
          if (user === 'exit') process.exit(7);
          const key = event.sourceIp ?? '';
          const count = (counts.get(key) ?? 0) + 1;
          counts.set(key, count);
          if (count < threshold) return;
          emit({
            type: alert,
            severity: count >= 100 ? 'CRITICAL' : undefined,
            description: `${count} events`,
            event,
            subject: `ip:${key}`,
            evidence: { rule: `${id}/many`, counters: { count } },
          });
        },
        size: () => counts.size,
        sweep: (now) => {
          if (now > 0) counts.clear();
        },
      };
    },
  });

/** A failed login at `second` after midnight, as a log line. */
export const failedLine = (user: string, ip = '203.0.113.7', second = 0): string => {
  const clock = new Date(Date.UTC(2026, 0, 12) + second * 1000).toISOString().slice(0, 19);
  return `${clock}Z h sshd[9]: Failed password for invalid user ${user} from ${ip} port 5 ssh2`;
};

/** The bytes of lines, each ended. */
export const bytesOf = (...lines: readonly string[]): Uint8Array => new Uint8Array(Buffer.from(lines.map((line) => `${line}\n`).join('')));

/** An event of our own sensor. */
export const eventOf = (overrides: Partial<SecurityEvent> = {}): SecurityEvent => ({
  id: 'e1',
  at: Date.UTC(2026, 0, 12),
  source: 'test',
  module: 'authlog',
  type: 'auth_failure',
  severity: 'MEDIUM',
  summary: '',
  details: { username: 'bob' },
  sourceIp: '203.0.113.7',
  entities: { ip: '203.0.113.7' },
  trust: 'sensor',
  ...overrides,
});
