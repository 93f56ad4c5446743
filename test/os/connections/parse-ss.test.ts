import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseSs } from '../../../src/os/connections/parse-ss.ts';

describe('output of ss', () => {
  test.each([
    ['tcp   ESTAB 0      0      198.51.100.1:22     198.51.100.2:40000', ['198.51.100.1', 22, '198.51.100.2', 40000]],
    ['tcp   0      0      198.51.100.1:22     198.51.100.2:40000', ['198.51.100.1', 22, '198.51.100.2', 40000]],
    ['tcp   ESTAB 0 0 [2001:db8:1::1]:22 [2001:db8:1::2]:40000 users:(("sshd",pid=12,fd=4))', ['2001:db8:1::1', 22, '2001:db8:1::2', 40000]],
    ['tcp   ESTAB 0 0 [::ffff:198.51.100.1]:80 [::ffff:198.51.100.2]:5', ['198.51.100.1', 80, '198.51.100.2', 5]],
    ['tcp   ESTAB 0 0 [fe80::1%eth0]:80 [fe80::2%eth0]:5', ['fe80::1', 80, 'fe80::2', 5]],
    ['tcp   LISTEN 0 128 *:22 *:*', ['0.0.0.0', 22, '0.0.0.0', 0]],
  ])('%s', (line, [localAddress, localPort, remoteAddress, remotePort]) => {
    expect(parseSs(line).map((entry) => entry.connection)).toEqual([{ protocol: 'tcp', localAddress, localPort, remoteAddress, remotePort }]);
  });

  test('names the processes that hold the socket', () => {
    const line = 'tcp ESTAB 0 0 198.51.100.1:22 198.51.100.2:9 users:(("sshd",pid=12,fd=4),("sshd",pid=13,fd=4))';
    expect(parseSs(line)[0]?.pids).toEqual([12, 13]);
  });

  test('passes over what it does not know', () => {
    expect(parseSs('Netid State\nu_str ESTAB 0 0 * 1 * 2\n\ntcp ESTAB 0 0 nonsense 198.51.100.2:9')).toEqual([]);
  });

  test('survives any text', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 300 }), (text) => {
        expect(Array.isArray(parseSs(`tcp ${text}`))).toBe(true);
      }),
    );
  });
});
