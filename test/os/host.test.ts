import { execFileSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { capabilityIn } from '../../src/os/capabilities.ts';
import { describeHost } from '../../src/os/describe-host.ts';
import { createHost } from '../../src/os/host.ts';

describe('the description of the host', () => {
  test('says who and where, and has a line for each thing that is missing', async () => {
    const host = createHost();
    const description = await host.call('describe', {});
    expect(description).toMatchObject({ uid: process.getuid?.(), isRoot: process.getuid?.() === 0 });
    expect(description.bootId).toMatch(/^[0-9a-f-]{36}$/);
    expect(description.kernel).toBe(execFileSync('uname', ['-r'], { encoding: 'utf8' }).trim());
    const missing = [description.canFirewall, description.canSignalOthers, description.canWatchProcesses, description.hasJournald].filter((can) => !can).length;
    expect(description.limits.length).toBeGreaterThanOrEqual(missing);
    await host.close();
  });

  test('names why program starts are not seen', async () => {
    const description = await describeHost(async () => 'no answer');
    expect(description.canWatchProcesses).toBe(false);
    expect(description.limits).toContainEqual('Program starts are not seen: no answer.');
  });

  test.skipIf(process.getuid?.() !== 0)('of an unprivileged user says what each thing needs', () => {
    const script = `import { describeHost } from ${JSON.stringify(new URL('../../src/os/describe-host.ts', import.meta.url).href)};
      console.log(JSON.stringify(await describeHost(async () => undefined)));`;
    const output = execFileSync('setpriv', ['--reuid=65534', '--regid=65534', '--clear-groups', process.execPath, '--input-type=module', '-e', script], {
      encoding: 'utf8',
      cwd: '/',
    });
    const description = JSON.parse(output);
    expect(description).toMatchObject({ uid: 65534, isRoot: false, canFirewall: false, canKillConnections: false, canSignalOthers: false });
    expect(description.limits.join('\n')).toMatch(/CAP_NET_ADMIN[\s\S]*CAP_KILL/);
  });
});

test.each([
  ['CapEff:\t000001ffffffffff', 12, true],
  ['CapEff:\t0000000000000000', 12, false],
  ['CapEff:\t0000000000001000', 12, true],
  ['CapEff:\t0000000000000fff', 12, false],
  ['CapPrm:\t0000000000001000', 12, false],
  ['', 12, false],
])('capability bits of %j', (status, bit, expected) => {
  expect(capabilityIn(status, bit)).toBe(expected);
});

test('a closed host answers nothing more', async () => {
  const host = createHost();
  await host.close();
  await expect(host.call('describe', {})).rejects.toMatchObject({ code: 'SEC_UNAVAILABLE' });
});

test('operators remembers the clients named last', async () => {
  const host = createHost();
  const named = await host.call('operators', { clientPids: [process.pid] });
  expect(named.sessionPids).toContain(process.pid);
  expect((await host.call('operators', {})).sessionPids).toContain(process.pid);
  expect((await host.call('operators', { clientPids: [] })).sessionPids).toEqual([]);
  await host.close();
});

test('loading the host loads no native library', () => {
  const script = `await import(${JSON.stringify(new URL('../../src/os/host.ts', import.meta.url).href)});
    const { readFileSync } = await import('node:fs');
    console.log(readFileSync('/proc/self/maps', 'utf8').includes('koffi'));`;
  expect(execFileSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' }).trim()).toBe('false');
});
