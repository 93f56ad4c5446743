import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ActionRequest } from '../../../../src/actors/contract.ts';
import { createCommand } from '../../../../src/actors/enforcers/command/enforcer.ts';
import { environmentOf, inputOf } from '../../../../src/actors/enforcers/command/plan.ts';
import { createManualClock } from '../../../../src/domain/clock.ts';
import type { CommandResult, CommandRun, Host } from '../../../../src/domain/host.ts';
import { sampleAlert, sampleProcess } from '../../../kit/alerts.ts';

const alert = sampleAlert({ entities: { ip: '203.0.113.7', user: 'root', process: sampleProcess(), file: { path: '/tmp/x' } }, count: 12 });
const request: ActionRequest = {
  actionId: 'a1',
  target: { kind: 'alert', alertId: alert.id },
  params: { argv: '["/opt/notify","--to","on call"]' },
  now: 5,
  alert,
};

const make = (result: Partial<CommandResult> = {}, allowCommand = true, isRoot = true) => {
  const runs: CommandRun[] = [];
  const host: Host = {
    call: async (name, input) => {
      if (name === 'describe') return { isRoot } as never;
      if (name !== 'command.run') throw new Error(`unexpected call: ${name}`);
      runs.push(input as CommandRun);
      // The reply of the one operation that is expected here.
      return { code: 0, isTimedOut: false, output: '', isCut: false, ...result } as never;
    },
    close: async () => undefined,
  };
  return { runs, command: createCommand({ host, clock: createManualClock(), allowCommand }) };
};

describe('command', () => {
  test('without the word of the user does nothing at all', async () => {
    const { command, runs } = make({}, false);
    expect(await command.availability()).toEqual({ isAvailable: false, reason: 'needs enforcement.allow_command: true in the configuration' });
    expect(await command.rehearse(request)).toContain('allow_command');
    await expect(command.apply(request)).rejects.toMatchObject({ code: 'SEC_REFUSED' });
    expect(runs).toEqual([]);
  });

  test('is not there without root, and says so also in a rehearsal', async () => {
    const { command } = make({}, true, false);
    expect(await command.availability()).toEqual({ isAvailable: false, reason: 'needs root' });
    expect(await command.rehearse(request)).toBe('needs root');
    expect(await make().command.availability()).toEqual({ isAvailable: true });
  });

  test('plans the exact words a person approves', () => {
    expect(make().command.plan(request).steps).toEqual(['run /opt/notify --to "on call" (no shell, at most 10 s)']);
  });

  test.each([
    {},
    { argv: '' },
    { argv: 'notify' },
    { argv: '[]' },
    { argv: '["notify"]' },
    { argv: '["/a", 1]' },
    { argv: '["/a\\u0000b"]' },
    { argv: '["/a"]', timeout: '2m' },
    { argv: '["/a"]', timeout: 'soon' },
  ])('refuses to plan %j', (params) => {
    expect(() => make().command.plan({ ...request, params })).toThrow(expect.objectContaining({ code: 'SEC_INPUT_INVALID' }));
  });

  test('hands over the alert by environment and standard input, and nothing of its own environment', async () => {
    const { command, runs } = make();
    await command.apply({ ...request, params: { ...request.params, timeout: '3s' } });
    expect(runs).toMatchObject([{ argv: ['/opt/notify', '--to', 'on call'], timeoutMs: 3000, maxOutputBytes: 8192 }]);
    expect(runs[0]?.environment).toEqual({
      PATH: '/usr/sbin:/usr/bin:/sbin:/bin',
      LC_ALL: 'C',
      HOME: '/',
      ONESEC_ACTION_ID: 'a1',
      ONESEC_ALERT_ID: alert.id,
      ONESEC_MODULE: 'auth_fortress',
      ONESEC_TYPE: 'brute_force',
      ONESEC_SEVERITY: 'HIGH',
      ONESEC_COUNT: '12',
      ONESEC_TIME: '2023-11-14T22:13:20.000Z',
      ONESEC_SOURCE_IP: '203.0.113.7',
      ONESEC_USER: 'root',
      ONESEC_PROCESS_ID: '4242',
      ONESEC_FILE_PATH: '/tmp/x',
    });
    expect(JSON.parse(runs[0]?.input ?? '')).toMatchObject({ alert_id: alert.id, source_ip: '203.0.113.7', user: 'root', file_path: '/tmp/x' });
  });

  test('hostile values neither end an environment entry early nor grow without bound', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 9000 }), (text) => {
        const hostile = { ...request, alert: { ...alert, title: text, entities: { user: text, file: { path: text } } } };
        for (const value of Object.values(environmentOf(hostile))) {
          expect(value).not.toContain('\0');
          expect(value.length).toBeLessThanOrEqual(4096);
        }
        expect(inputOf(hostile).trimEnd()).not.toContain('\n');
        JSON.parse(inputOf(hostile));
      }),
      { numRuns: 50 },
    );
  });

  test.each([
    [{}, 'unverified', 'exit code 0'],
    [{ output: ' done\n' }, 'unverified', 'exit code 0; said: done'],
    [{ code: 3, output: 'no' }, 'failed', 'exit code 3; said: no'],
    [{ code: undefined }, 'failed', 'ended by a signal'],
    [{ isTimedOut: true, code: undefined }, 'failed', 'killed after 10 s'],
    [{ output: 'token=swordfish \u001b[31m' }, 'unverified', 'exit code 0; said: token=[REDACTED] ␛[31m'],
    [{ output: 'x'.repeat(8192), isCut: true }, 'unverified', `exit code 0; said: ${'x'.repeat(600)}… (and more)`],
  ] as const)('%j is %s: %s', async (result, verification, detail) => {
    expect(await make(result).command.apply(request)).toEqual({ verification, detail });
  });

  test('after a crash in the middle nobody claims to know, and it is not run again', async () => {
    const { command, runs } = make();
    expect(await command.verify(request)).toMatchObject({ verification: 'unverified' });
    await expect(command.verify({ ...request, isInterrupted: true })).rejects.toMatchObject({ code: 'SEC_UNAVAILABLE' });
    expect(runs).toEqual([]);
  });
});
