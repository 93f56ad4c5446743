import { expect, test } from 'vitest';
import { detachedText } from '../../../src/domain/windows/detached-text.ts';

test.each(['', 'a', '203.0.113.200', 'ü\u{1f600}'.repeat(40), '\ud800'])('keeps every character of %j', (text) => {
  expect(detachedText(text)).toBe(text);
});

test('does not keep the text alive that it was cut from', () => {
  const before = process.memoryUsage().heapUsed;
  const kept = Array.from({ length: 200 }, (_, n) => {
    const chunk = Buffer.alloc(200_000, `${n} of a long log `).toString('latin1');
    return detachedText(chunk.slice(1_000, 1_040));
  });
  expect(kept.length).toBe(200);
  // 200 chunks are 40 MB.
  expect(process.memoryUsage().heapUsed - before).toBeLessThan(30_000_000);
});
