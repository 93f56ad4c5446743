import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createHub, type Publication } from '../../src/daemon/hub.ts';
import type { StreamMessage } from '../../src/protocol/schemas.ts';
import { sampleAlert } from '../tui/samples.ts';

const FIRST = 1_700_000_000_000;
const publication = (index: number): Publication => ({ type: 'alert', alert: sampleAlert(index) });

/** A subscriber that can be told to take nothing. */
const createReader = () => {
  const messages: StreamMessage[] = [];
  const reader = { isSlow: false, messages, push: (message: StreamMessage): boolean => (reader.isSlow ? false : messages.push(message) > 0) };
  return reader;
};
const numbers = (messages: readonly StreamMessage[]): readonly number[] => messages.map((message) => message.sequence);

describe('numbering', () => {
  test('each message is one more than the one before, whoever listens', () => {
    const hub = createHub(FIRST);
    const [a, b] = [createReader(), createReader()];
    hub.subscribe(a, undefined);
    hub.publish(publication(1));
    hub.subscribe(b, undefined);
    hub.publish(publication(2));
    expect(numbers(a.messages)).toEqual([FIRST + 1, FIRST + 2]);
    expect(numbers(b.messages)).toEqual([FIRST + 2]);
    expect(hub.sequence()).toBe(FIRST + 2);
  });

  test('whoever has left hears nothing', () => {
    const hub = createHub(FIRST);
    const reader = createReader();
    hub.subscribe(reader, undefined)();
    hub.publish(publication(1));
    expect(reader.messages).toEqual([]);
  });
});

describe('resuming', () => {
  test('what came after the last message seen is sent, then what is new', () => {
    const hub = createHub(FIRST);
    for (let index = 0; index < 5; index += 1) hub.publish(publication(index));
    const reader = createReader();
    hub.subscribe(reader, FIRST + 3);
    hub.publish(publication(9));
    expect(numbers(reader.messages)).toEqual([FIRST + 4, FIRST + 5, FIRST + 6]);
  });

  test('who has seen everything is sent nothing old', () => {
    const hub = createHub(FIRST);
    hub.publish(publication(1));
    const reader = createReader();
    hub.subscribe(reader, FIRST + 1);
    expect(reader.messages).toEqual([]);
  });

  test('of what is no longer kept it is said how much', () => {
    const hub = createHub(FIRST);
    for (let index = 0; index < 2500; index += 1) hub.publish(publication(index));
    const reader = createReader();
    hub.subscribe(reader, FIRST + 100);
    expect(reader.messages[0]).toEqual({ type: 'gap', sequence: FIRST + 500, missed: 400 });
    expect(reader.messages).toHaveLength(2001);
    expect(reader.messages.at(-1)?.sequence).toBe(FIRST + 2500);
  });

  test('after a restart there is a gap of unknown size and then everything the new daemon said', () => {
    const hub = createHub(FIRST);
    hub.publish(publication(1));
    const reader = createReader();
    hub.subscribe(reader, FIRST - 5_000);
    expect(reader.messages.map(({ type, sequence }) => [type, sequence])).toEqual([
      ['gap', FIRST],
      ['alert', FIRST + 1],
    ]);
    expect(reader.messages[0]).toMatchObject({ missed: 0 });
  });

  test('the same when the clock was set back between the two daemons', () => {
    const hub = createHub(FIRST);
    hub.publish(publication(1));
    const reader = createReader();
    hub.subscribe(reader, FIRST + 3_600_000);
    expect(reader.messages.map(({ type }) => type)).toEqual(['gap', 'alert']);
  });

  test('a restarted daemon that has said nothing yet still tells that something was missed', () => {
    const reader = createReader();
    createHub(FIRST).subscribe(reader, FIRST - 1);
    expect(reader.messages).toEqual([{ type: 'gap', sequence: FIRST, missed: 0 }]);
  });
});

describe('a slow client', () => {
  test('is told how many messages it did not get, before the next one it can take', () => {
    const hub = createHub(FIRST);
    const reader = createReader();
    hub.subscribe(reader, undefined);
    hub.publish(publication(0));
    reader.isSlow = true;
    for (let index = 1; index <= 7; index += 1) hub.publish(publication(index));
    reader.isSlow = false;
    hub.publish(publication(8));
    expect(reader.messages.slice(1)).toMatchObject([
      { type: 'gap', sequence: FIRST + 8, missed: 7 },
      { type: 'alert', sequence: FIRST + 9 },
    ]);
  });

  test('does not slow the others down', () => {
    const hub = createHub(FIRST);
    const [slow, fast] = [createReader(), createReader()];
    slow.isSlow = true;
    hub.subscribe(slow, undefined);
    hub.subscribe(fast, undefined);
    for (let index = 0; index < 10; index += 1) hub.publish(publication(index));
    expect(fast.messages).toHaveLength(10);
  });

  test('whatever comes and goes: numbers only grow, and received plus missed is all there was', () => {
    fc.assert(
      fc.property(fc.array(fc.boolean(), { maxLength: 60 }), (slowness) => {
        const hub = createHub(FIRST);
        const reader = createReader();
        hub.subscribe(reader, undefined);
        for (const isSlow of slowness) {
          reader.isSlow = isSlow;
          hub.publish(publication(1));
        }
        reader.isSlow = false;
        hub.publish(publication(1));
        const sequences = numbers(reader.messages);
        expect(sequences.every((sequence, index) => index === 0 || sequence > (sequences[index - 1] ?? 0))).toBe(true);
        const missed = reader.messages.reduce((sum, message) => sum + (message.type === 'gap' ? message.missed : 1), 0);
        expect(missed).toBe(slowness.length + 1);
      }),
    );
  });
});
