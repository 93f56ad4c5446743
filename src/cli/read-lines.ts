import { SecError } from '../domain/errors.ts';

/**
 * Lines of a byte stream as UTF-8, without their ends. A line over `maxBytes` is an error (SEC_INPUT_INVALID), or with `cut`
 * its first `maxBytes` stand for it; memory stays bounded either way.
 */
export async function* readLines(stream: AsyncIterable<unknown>, maxBytes: number, tooLong: 'error' | 'cut' = 'error'): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = '';
  let number = 1;
  for await (const part of stream) {
    rest += typeof part === 'string' ? part : decoder.decode(part as Uint8Array, { stream: true });
    let end = rest.indexOf('\n');
    let from = 0;
    while (end !== -1) {
      yield rest.slice(from, rest[end - 1] === '\r' ? end - 1 : end);
      number += 1;
      from = end + 1;
      end = rest.indexOf('\n', from);
    }
    rest = rest.slice(from);
    if (rest.length <= maxBytes) continue;
    if (tooLong === 'error') throw new SecError('SEC_INPUT_INVALID', `line ${number}: expected at most ${maxBytes} bytes`);
    rest = rest.slice(0, maxBytes);
  }
  if (rest !== '') yield rest;
}
