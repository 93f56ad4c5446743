import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createSseParser } from '../../src/client/sse.ts';

const parse = (...parts: readonly string[]): readonly string[] => {
  const seen: string[] = [];
  const parser = createSseParser((data) => seen.push(data));
  for (const part of parts) parser(part);
  return seen;
};

describe('server-sent events', () => {
  test('a message is its data, without id and event lines', () => {
    expect(parse('id: 5\nevent: alert\ndata: {"a":1}\n\n')).toEqual(['{"a":1}']);
  });

  test('lines of data are joined, comments and messages without data are passed over', () => {
    expect(parse(': ping\n\ndata: one\ndata: two\n\nid: 9\n\n')).toEqual(['one\ntwo']);
  });

  test('a message that is not finished is not told', () => {
    expect(parse('data: one\n\ndata: tw')).toEqual(['one']);
  });

  test('a message without end is given up before it fills the memory', () => {
    const parser = createSseParser(() => undefined);
    expect(() => {
      for (let index = 0; index < 100; index += 1) parser('x'.repeat(65_536));
    }).toThrow(/larger than 4194304/);
  });

  const message = fc.record({ id: fc.nat(), type: fc.constantFrom('alert', 'status'), value: fc.jsonValue() });

  test('however the bytes are cut, the messages are the same', () => {
    fc.assert(
      fc.property(fc.array(message, { maxLength: 6 }), fc.array(fc.nat({ max: 400 }), { maxLength: 20 }), (messages, cuts) => {
        const texts = messages.map(({ value }) => JSON.stringify({ value }));
        const bytes = Buffer.from(messages.map(({ id, type }, index) => `id: ${id}\nevent: ${type}\ndata: ${texts[index]}\n\n`).join(''));
        const places = [...new Set([0, ...cuts.map((cut) => Math.min(cut, bytes.length)), bytes.length])].sort((a, b) => a - b);
        // As the client does it: bytes are decoded as a stream, so that a cut through a character is no matter.
        const decoder = new TextDecoder();
        const parts = places.slice(1).map((end, index) => decoder.decode(bytes.subarray(places[index], end), { stream: true }));
        expect(parse(...parts)).toEqual(texts);
      }),
      { numRuns: 500 },
    );
  });
});
