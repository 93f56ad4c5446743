import { expect, test } from 'vitest';
import { MODULES } from '../../../../../src/actors/registry.ts';
import { createPipeline } from '../../../../../src/workers/pipeline.ts';
import { RECEIVED_AT } from '../parse-lines.ts';

test.each([
  ['services', (second: string) => `Mon Jan 12 03:04:${second} 2026 [pid 9] [bob${second}] FAIL LOGIN: Client "192.0.2.1"`],
  ['auto', (second: string) => `Jan 12 03:04:${second} h proftpd[9]: ftp.example (192.0.2.1[192.0.2.1]) - USER bob (Login failed): Incorrect password.`],
  [
    'journal',
    (second: string) =>
      JSON.stringify({ MESSAGE: "Bad password attempt for 'root' from 192.0.2.1:41000", SYSLOG_IDENTIFIER: 'dropbear', _UID: '0', _PID: second }),
  ],
])('guessed passwords of a service in the %s grammar are one attack of the address', (grammar, lineAt) => {
  const pipeline = createPipeline(MODULES, { modules: { auth_fortress: {} } });
  const lines = Array.from({ length: 40 }, (_, index) => lineAt(String(index).padStart(2, '0')));
  const { findings, failures } = pipeline.chunk({ source: 's', grammar, bytes: Buffer.from(`${lines.join('\n')}\n`), offset: 0, receivedAt: RECEIVED_AT });
  expect(failures).toEqual([]);
  expect(findings.filter(({ type }) => type === 'brute_force').map(({ entities }) => entities.ip)).toContain('192.0.2.1');
});
