import fc from 'fast-check';
import { expect, test } from 'vitest';
import { redactText } from '../../src/domain/redact-text.ts';

test.each([
  ['password=swordfish', 'password=[REDACTED]'],
  ['DB_PASSWORD: "sword fish" next', 'DB_PASSWORD: [REDACTED] next'],
  ['{"api_key":"swordfish","a":1}', '{"api_key":[REDACTED],"a":1}'],
  ['Authorization: Bearer abcdef.ghijkl', 'Authorization: [REDACTED] [REDACTED]'],
  ['curl https://user:swordfish@host.example/x', 'curl https://[REDACTED]@host.example/x'],
  ['x-secret-token=swordfish;b=2', 'x-secret-token=[REDACTED];b=2'],
  ['-----BEGIN RSA PRIVATE KEY-----\nMIIB\nabc\n-----END RSA PRIVATE KEY-----\nok', '[REDACTED]\nok'],
  ['3 accounts locked at 12:00:01', '3 accounts locked at 12:00:01'],
])('%j → %j', (text, expected) => {
  expect(redactText(text).replace('Bearer [REDACTED]', '[REDACTED]')).toBe(expected.replace('Bearer [REDACTED]', '[REDACTED]'));
});

test('the value of a key that names a secret never survives, whatever stands around it', () => {
  fc.assert(
    fc.property(
      fc.constantFrom('password', 'API-KEY', 'client_secret', 'access_token'),
      fc.stringMatching(/^[a-zA-Z0-9+/]{8,40}$/),
      fc.string(),
      fc.string(),
      (key, value, before, after) => {
        fc.pre(!before.includes(value) && !after.includes(value));
        expect(redactText(`${before} ${key}=${value} ${after}`)).not.toContain(`=${value}`);
      },
    ),
  );
});

test('8 KiB of the worst take no time', () => {
  for (const part of ['a', 'password', 'bearer ', '://a:', '-----BEGIN PRIVATE KEY-----', 'token="', '_-']) {
    const began = performance.now();
    redactText(part.repeat(Math.ceil(8192 / part.length)));
    expect(performance.now() - began).toBeLessThan(50);
  }
});
