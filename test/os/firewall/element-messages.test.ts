import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseNetwork } from '../../../src/domain/ip.ts';
import { elementAnswer, elementRequest, readDump } from '../../../src/os/firewall/element-messages.ts';

const networkOfText = (text: string) => {
  const network = parseNetwork(text);
  if (network === undefined) throw new Error(text);
  return network;
};

describe('asking the kernel for one element', () => {
  test.each([
    ['192.0.2.7', 'block4\0', [192, 0, 2, 7]],
    ['192.0.2.0/24', 'block4_24\0', [192, 0, 2, 0]],
    ['2001:db8:0:1::/64', 'block6_64\0', [0x20, 1, 0x0d, 0xb8, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0]],
  ])('names the set of %s and its bytes, padded to whole words', (text, set, bytes) => {
    const request = elementRequest(networkOfText(text), 7);
    expect(request.length % 4).toBe(0);
    expect(request.readUInt32LE(0)).toBe(request.length);
    expect(request.readUInt32LE(8)).toBe(7);
    expect(request.includes(Buffer.from(`${set}`))).toBe(true);
    expect(request.subarray(request.length - bytes.length)).toEqual(Buffer.from(bytes));
  });

  const errorAnswer = (errno: number, sequence: number): Buffer => {
    const bytes = Buffer.alloc(36);
    bytes.writeUInt32LE(36, 0);
    bytes.writeUInt16LE(2, 4);
    bytes.writeUInt32LE(sequence, 8);
    bytes.writeInt32LE(-errno, 16);
    return bytes;
  };

  test('tells what is not there from what failed', () => {
    expect(elementAnswer(errorAnswer(2, 7), 7)).toEqual({ kind: 'absent' });
    expect(elementAnswer(errorAnswer(1, 7), 7)).toEqual({ kind: 'failed', errno: 1 });
  });

  test('passes over the answer to an older question', () => {
    expect(elementAnswer(errorAnswer(2, 6), 7)).toBeUndefined();
  });

  test('reads any bytes without failing, and finds nothing in noise', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (noise) => {
        let elements = 0;
        readDump(Buffer.from(noise), 7, () => (elements += 1));
        const answer = elementAnswer(Buffer.from(noise), 7);
        if (elements > 0) return false;
        return answer === undefined || answer.kind !== 'found' || answer.expiresInMs === undefined || answer.expiresInMs >= 0;
      }),
    );
  });
});
