import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { MAX_COPY_BYTES, osc52, pasteSafeJson } from '../../src/tui/osc52.ts';

describe('copy', () => {
  test('goes out as base64 between the markers', () => {
    expect(osc52('203.0.113.7')).toBe(`\u001b]52;c;${Buffer.from('203.0.113.7').toString('base64')}\u0007`);
  });

  test('is refused rather than cut when it is too long', () => {
    expect(osc52('x'.repeat(56_000))).toBeDefined();
    expect(osc52('x'.repeat(MAX_COPY_BYTES))).toBeUndefined();
  });

  test('JSON is one line of printable ASCII that reads back the same', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const json = pasteSafeJson({ text });
        expect(json).toMatch(/^[\x20-\x7e]*$/);
        expect(JSON.parse(json)).toEqual({ text: text.toWellFormed() === text ? text : JSON.parse(JSON.stringify(text)) });
      }),
    );
  });
});
