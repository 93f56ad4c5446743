import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseStat } from '../../../src/os/process/parse-stat.ts';

const stat = (name: string, state = 'S', flags = 4194560, threads = 1): string =>
  `4242 (${name}) ${state} 17 4242 99 0 -1 ${flags} 1 2 3 4 5 6 7 8 20 0 ${threads} 0 778899 1000 2000 18446744073709551615 1 1`;

describe('/proc/<pid>/stat', () => {
  test('gives parent, session, state and start time', () => {
    expect(parseStat(stat('sshd'))).toEqual({
      pid: 4242,
      name: 'sshd',
      state: 'running',
      parentPid: 17,
      sessionId: 99,
      startTime: 778899,
      isKernelThread: false,
    });
  });

  test.each([
    ['T', 'stopped'],
    ['t', 'stopped'],
    ['Z', 'zombie'],
    ['X', 'gone'],
    ['R', 'running'],
    ['D', 'running'],
  ])('state %s is %s', (letter, state) => {
    expect(parseStat(stat('x', letter))?.state).toBe(state);
  });

  test('takes a process whose first thread ended while others run for alive', () => {
    expect(parseStat(stat('x', 'Z', 4194560, 2))?.state).toBe('running');
    expect(parseStat(stat('x', 'Z', 4194560, 1))?.state).toBe('zombie');
  });

  test('knows a kernel thread by its flag', () => {
    expect(parseStat(stat('kworker/0:1', 'I', 0x04208060))?.isKernelThread).toBe(true);
  });

  test('a name cannot forge the other fields', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 15 }), (name) => {
        expect(parseStat(stat(`${name}) R 1 1 1`))).toMatchObject({ parentPid: 17, startTime: 778899, name: `${name}) R 1 1 1` });
      }),
    );
  });

  test.each(['', '4242', '4242 (x', '4242 (x) S 1 2', 'a (x) S 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19'])('%j is no stat', (text) => {
    expect(parseStat(text)).toBeUndefined();
  });
});
