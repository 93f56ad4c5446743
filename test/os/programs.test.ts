import { describe, expect, test } from 'vitest';
import { systemCommand } from '../../src/os/command.ts';
import { findProgram } from '../../src/os/find-program.ts';
import { runProgram } from '../../src/os/run-program.ts';
import { createSerial } from '../../src/os/serial.ts';

describe('running a program', () => {
  test('gives its output, its errors and its code', async () => {
    expect(await runProgram({ file: '/bin/sh', args: ['-c', 'cat; echo oops >&2; exit 3'] }, { input: 'hello' })).toEqual({
      code: 3,
      stdout: 'hello',
      stderr: 'oops\n',
    });
  });

  test('hands none of our environment on', async () => {
    process.env['ONESEC_TEST_LEAK'] = 'yes';
    const { stdout } = await runProgram({ file: '/usr/bin/env', args: [] });
    delete process.env['ONESEC_TEST_LEAK'];
    expect(stdout.trim().split('\n').toSorted()).toEqual(['HOME=/dev/null', 'LC_ALL=C', 'PATH=/usr/sbin:/usr/bin:/sbin:/bin']);
  });

  test('ends it when it takes too long or writes too much', async () => {
    await expect(runProgram({ file: '/bin/sleep', args: ['60'] }, { timeoutMs: 50 })).rejects.toMatchObject({ code: 'SEC_TIMEOUT' });
    await expect(runProgram({ file: '/bin/cat', args: ['/dev/zero'] }, { maxBytes: 100_000 })).rejects.toMatchObject({ code: 'SEC_HOST_REFUSED' });
  });

  test('says when it cannot start, and survives one that reads nothing', async () => {
    await expect(runProgram({ file: '/nowhere/none', args: [] })).rejects.toMatchObject({ code: 'SEC_UNAVAILABLE' });
    expect(await runProgram({ file: '/bin/true', args: [] }, { input: 'x'.repeat(1_000_000) })).toMatchObject({ code: 0 });
  });
});

describe('finding programs', () => {
  test('only in the directories of the system', () => {
    expect(findProgram('sh')).toMatch(/^\/(usr\/)?bin\/sh$/);
    expect(findProgram('no-such-program')).toBeUndefined();
    expect(() => systemCommand('no-such-program', [])).toThrow(expect.objectContaining({ code: 'SEC_UNAVAILABLE' }));
  });

  test('a command in a namespace is argv, never text', () => {
    expect(systemCommand('cat', ['a b; c'], 'ns').args.slice(0, 3)).toEqual(['netns', 'exec', 'ns']);
    expect(systemCommand('cat', ['a b; c'], 'ns').args.at(-1)).toBe('a b; c');
  });
});

describe('one after the other', () => {
  test('keeps the order, and goes on after a failure', async () => {
    const serial = createSerial(10);
    const order: number[] = [];
    const first = serial(async () => {
      await new Promise((resolve) => setTimeout(resolve, 10));
      order.push(1);
      throw new Error('first');
    });
    const second = serial(async () => order.push(2));
    await expect(first).rejects.toThrow('first');
    await second;
    expect(order).toEqual([1, 2]);
  });

  test('refuses when too many wait', async () => {
    const serial = createSerial(1);
    const gate = Promise.withResolvers<void>();
    const first = serial(() => gate.promise);
    await expect(serial(async () => undefined)).rejects.toMatchObject({ code: 'SEC_UNAVAILABLE' });
    gate.resolve();
    await first;
    await expect(serial(async () => 'again')).resolves.toBe('again');
  });
});
