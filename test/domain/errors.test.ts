import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ERROR_CATALOGUE, isErrorCode, messageOf, SecError, toSecError } from '../../src/domain/errors.ts';

describe('errors', () => {
  test('an error says what it is, the detail, what to do next, and how the command line ends', () => {
    const error = new SecError('SEC_CONFIG_INVALID', 'config.yaml:3: expected a number');
    expect(error.message).toBe('The configuration is not valid. config.yaml:3: expected a number');
    expect(error).toMatchObject({ code: 'SEC_CONFIG_INVALID', detail: 'config.yaml:3: expected a number', exitCode: 11, name: 'SecError' });
    expect(error.hint).toBe(ERROR_CATALOGUE.SEC_CONFIG_INVALID.hint);
    expect(error).toBeInstanceOf(Error);
  });

  test('without a detail the catalogue speaks', () => {
    expect(new SecError('SEC_FORBIDDEN').message).toBe(ERROR_CATALOGUE.SEC_FORBIDDEN.message);
  });

  test('hostile text in a detail is made visible and bounded', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => {
        const error = new SecError('SEC_NOT_FOUND', `\u001b[2J${text}`);
        expect(error.message).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/);
        expect(error.detail).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/);
      }),
    );
    expect(new SecError('SEC_NOT_FOUND', 'x'.repeat(100_000)).message.length).toBeLessThan(2100);
  });

  test('the cause is kept', () => {
    const cause = new Error('ENOENT');
    expect(new SecError('SEC_INPUT_UNREADABLE', 'x', { cause }).cause).toBe(cause);
  });

  test.each([
    ['an error', new Error('boom'), 'Something broke inside. boom'],
    ['a text', 'boom', 'Something broke inside. boom'],
    ['nothing', undefined, 'Something broke inside. undefined'],
    ['an object', Object.assign(Object.create(null), { [Symbol.toPrimitive]: () => 'odd' }), 'Something broke inside. odd'],
  ])('%s that was thrown becomes an internal error with its words', (_what, thrown, message) => {
    expect(toSecError(thrown)).toMatchObject({ code: 'SEC_INTERNAL', message, exitCode: 70 });
  });

  test('an error of ours stays itself', () => {
    const error = new SecError('SEC_TIMEOUT');
    expect(toSecError(error)).toBe(error);
    expect(messageOf(error)).toBe(error.message);
    expect(messageOf(7)).toBe('7');
  });

  test('only own codes are codes', () => {
    expect(isErrorCode('SEC_USAGE')).toBe(true);
    for (const text of ['', 'SEC_NOPE', 'toString', 'constructor', '__proto__']) expect(isErrorCode(text)).toBe(false);
  });

  test('no failure ends like a success or like a signal', () => {
    for (const { exit } of Object.values(ERROR_CATALOGUE)) {
      expect(exit).toBeGreaterThan(1);
      expect(exit).toBeLessThan(126);
    }
  });
});
