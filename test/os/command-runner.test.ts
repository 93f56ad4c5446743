import { chmodSync, chownSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, describe, expect, test } from 'vitest';
import type { CommandRun } from '../../src/domain/host.ts';
import { checkProgram } from '../../src/os/check-program.ts';
import { createCommandRunner } from '../../src/os/command-runner.ts';

const directory = mkdtempSync(join(tmpdir(), 'onesec-command-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));
const script = (name: string, text: string, mode = 0o755): string => {
  const path = join(directory, name);
  writeFileSync(path, `#!/bin/sh\n${text}\n`);
  chmodSync(path, mode);
  return path;
};
const run = (argv: readonly string[], more: Partial<CommandRun> = {}) =>
  createCommandRunner().run({ argv, environment: { A: 'x y' }, input: '{"a":1}\n', timeoutMs: 5000, maxOutputBytes: 8192, ...more });
const isAlive = (pid: number): boolean => {
  try {
    return !readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') Z ');
  } catch {
    return false;
  }
};

describe('a program of the operator', () => {
  test('gets exactly its words, its environment and its input, and no shell looks at any of it', async () => {
    const path = script('show', 'printf "%s|" "$@"; /usr/bin/env | /usr/bin/sort; cat');
    const result = await run([path, 'a b', '$(id)', ';reboot', '*', '-x']);
    expect(result).toMatchObject({ code: 0, isTimedOut: false, isCut: false });
    const lines = result.output.split('\n');
    expect(lines[0]).toBe('a b|$(id)|;reboot|*|-x|A=x y');
    expect(lines.filter((line) => !/^(PWD|SHLVL|_|OLDPWD)=/.test(line)).slice(1)).toEqual(['{"a":1}', '']);
    expect(lines).toContain('PWD=/');
  });

  test('its exit code and the signal that ended it come back', async () => {
    expect(await run([script('seven', 'exit 7')])).toMatchObject({ code: 7 });
    expect(await run([script('killed', 'kill -9 $$')])).toMatchObject({ code: undefined, isTimedOut: false });
  });

  test('when its time is over it is killed, and with it everything it started', async () => {
    const pids = join(directory, 'pids');
    const path = script('slow', `sleep 600 & echo $! > ${pids}; (trap '' TERM HUP; sleep 601) & echo $! >> ${pids}; echo begun; wait`);
    const began = performance.now();
    expect(await run([path], { timeoutMs: 400 })).toMatchObject({ isTimedOut: true, output: 'begun\n' });
    expect(performance.now() - began).toBeLessThan(3000);
    await delay(100);
    const children = readFileSync(pids, 'utf8').trim().split('\n').map(Number);
    expect(children).toHaveLength(2);
    expect(children.filter(isAlive)).toEqual([]);
  });

  test('what it writes is cut, not what it does', async () => {
    const done = join(directory, 'done');
    const result = await run(
      [script('loud', `i=0; while [ $i -lt 3000 ]; do echo 0123456789012345678901234567890123456789; i=$((i+1)); done; echo yes > ${done}`)],
      { maxOutputBytes: 1000 },
    );
    expect(result).toMatchObject({ code: 0, isCut: true });
    expect(result.output).toHaveLength(1000);
    expect(existsSync(done)).toBe(true);
  });

  test('one that leaves something running behind does not hold up anybody', async () => {
    const pids = join(directory, 'left');
    const began = performance.now();
    expect(await run([script('leaver', `sleep 30 & echo $! > ${pids}; exit 0`)])).toMatchObject({ code: 0 });
    expect(performance.now() - began).toBeLessThan(3000);
    process.kill(Number(readFileSync(pids, 'utf8')), 'SIGKILL');
  });

  test('one that does not read its input is no error', async () => {
    expect(await run([script('deaf', 'exec 0<&-; exit 0')], { input: 'x'.repeat(500_000) })).toMatchObject({ code: 0 });
  });

  test('closing the runner ends what still runs', async () => {
    const runner = createCommandRunner();
    const running = runner.run({ argv: [script('long', 'exec sleep 600')], environment: {}, input: '', timeoutMs: 20_000, maxOutputBytes: 10 });
    await delay(100);
    runner.close();
    expect(await running).toMatchObject({ code: undefined, isTimedOut: false });
  });
});

describe('which programs are run', () => {
  test.each([
    ['there is none', '/nonexistent/program', 'SEC_UNAVAILABLE'],
    ['it is a directory', directory, 'SEC_UNAVAILABLE'],
  ])('not when %s', async (_why, path, code) => {
    await expect(run([path])).rejects.toMatchObject({ code });
  });

  test('not when it may not be executed, or is no program', async () => {
    await expect(run([script('plain', '', 0o644)])).rejects.toMatchObject({ code: 'SEC_UNAVAILABLE' });
    const path = script('odd', '');
    writeFileSync(path, '\u0000\u0001');
    await expect(run([path])).rejects.toMatchObject({ code: 'SEC_UNAVAILABLE' });
  });

  test.each([0o775, 0o757, 0o777])('not when others may write to it (%o)', async (mode) => {
    await expect(run([script('open', 'true', mode)])).rejects.toMatchObject({ code: 'SEC_REFUSED' });
  });

  test('not when others may replace it, also behind a link', async () => {
    const place = join(directory, 'shared');
    mkdirSync(place);
    chmodSync(place, 0o777);
    const path = join(place, 'program');
    writeFileSync(path, '#!/bin/sh\n');
    chmodSync(path, 0o755);
    const link = join(directory, 'link');
    symlinkSync(path, link);
    await expect(run([path])).rejects.toMatchObject({ code: 'SEC_REFUSED', message: expect.stringContaining('shared') });
    await expect(run([link])).rejects.toMatchObject({ code: 'SEC_REFUSED' });
  });

  test.skipIf(process.getuid?.() !== 0)('not when it belongs to somebody else, unless that is who runs it', () => {
    const path = script('owned', 'true');
    chownSync(path, 65_534, 65_534);
    expect(() => checkProgram(path, 0)).toThrow(expect.objectContaining({ code: 'SEC_REFUSED' }));
    chownSync(directory, 65_534, 65_534);
    expect(() => checkProgram(path, 65_534)).not.toThrow();
    chownSync(directory, 0, 0);
  });

  test('programs of the system are fine', async () => {
    expect(await run(['/bin/sh', '-c', 'exit 3'])).toMatchObject({ code: 3 });
  });
});
