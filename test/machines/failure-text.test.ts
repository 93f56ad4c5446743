import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { failureText } from '../../machines/failure-text.ts';
import { SecError } from '../../src/domain/errors.ts';

describe('the words of a failure', () => {
  test.each([
    [new Error('broke\n\u001b[31m'), 'broke\\n␛[31m'],
    [new SecError('SEC_TIMEOUT', 'nft'), 'SEC_TIMEOUT: It took too long. nft'],
    ['just text', 'just text'],
    ['', 'failed without a message'],
    [undefined, 'undefined'],
    [Object.create(null), 'failed with a value that cannot be shown'],
  ])('%o is told as %s', (thrown, words) => {
    expect(failureText(thrown)).toBe(words);
  });

  test('never throws and never gets long, whatever was thrown', () => {
    fc.assert(
      fc.property(fc.anything({ withNullPrototype: true, withBigInt: true, withSparseArray: true }), (thrown) => {
        const words = failureText(thrown);
        expect(words.length).toBeGreaterThan(0);
        expect(words.length).toBeLessThan(3_100);
      }),
    );
  });
});
