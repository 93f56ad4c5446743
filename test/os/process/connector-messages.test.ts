import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseConnectorMessages, subscribeMessage } from '../../../src/os/process/connector-messages.ts';

const event = (what: number, words: readonly number[], options: { readonly sequence?: number; readonly idx?: number } = {}): Buffer => {
  const message = Buffer.alloc(36 + 16 + 24);
  message.writeUInt32LE(message.length, 0);
  message.writeUInt32LE(options.idx ?? 1, 16);
  message.writeUInt32LE(1, 20);
  message.writeUInt32LE(options.sequence ?? 7, 24);
  message.writeUInt32LE(77, 28);
  message.writeUInt32LE(what, 36);
  message.writeUInt32LE(3, 40);
  for (const [index, word] of words.entries()) message.writeUInt32LE(word, 52 + index * 4);
  return message;
};

describe('messages of the process connector', () => {
  test.each([
    ['an exec', 2, [101, 100], { kind: 'exec', pid: 100 }],
    ['a fork', 1, [10, 10, 20, 20], { kind: 'fork', pid: 20, parentPid: 10 }],
    ['a new thread', 1, [10, 10, 21, 20], { kind: 'other' }],
    ['an exit with a code', 0x80000000, [20, 20, 3 << 8], { kind: 'exit', pid: 20, code: 3 }],
    ['an exit by a signal', 0x80000000, [20, 20, 9], { kind: 'exit', pid: 20, code: 137 }],
    ['the end of a thread', 0x80000000, [21, 20, 0], { kind: 'other' }],
    ['a changed user', 4, [20, 20], { kind: 'renewed', pid: 20 }],
    ['an acknowledgement', 0, [1], { kind: 'acknowledged', token: 76, errno: 1 }],
    ['anything else', 0x100, [20, 20], { kind: 'other' }],
  ])('%s', (_what, what, words, expected) => {
    expect(parseConnectorMessages(event(what, words))).toEqual([{ cpu: 3, sequence: 7, ...expected }]);
  });

  test('several in one datagram are all read; those of another connector are not', () => {
    const bytes = Buffer.concat([event(2, [1, 1]), event(2, [2, 2], { idx: 9 }), event(2, [3, 3])]);
    expect(parseConnectorMessages(bytes).map((message) => ('pid' in message ? message.pid : 0))).toEqual([1, 3]);
  });

  test('any bytes are survived', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        expect(parseConnectorMessages(bytes).length).toBeLessThan(8);
      }),
    );
  });

  test('the request has the layout the kernel documents', () => {
    const message = Buffer.from(subscribeMessage('listen', 77));
    expect([
      message.readUInt32LE(0),
      message.readUInt16LE(4),
      message.readUInt32LE(16),
      message.readUInt32LE(28),
      message.readUInt16LE(32),
      message.readUInt32LE(36),
    ]).toEqual([40, 3, 1, 77, 4, 1]);
    expect(Buffer.from(subscribeMessage('ignore', 77)).readUInt32LE(36)).toBe(2);
  });
});
