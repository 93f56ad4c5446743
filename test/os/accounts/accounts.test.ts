import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { systemClock } from '../../../src/domain/clock.ts';
import type { AccountRecord } from '../../../src/domain/undo-record.ts';
import { createAccounts } from '../../../src/os/accounts/accounts.ts';
import { type AccountSystem, createAccountSystem, someHash, type TestUser, whyNoUsermod } from '../../kit/account-system.ts';
import { skipsWithout } from '../../kit/netns.ts';

const ID = '01TESTACCOUNT0000000000000';
const MALLORY = { name: 'mallory', uid: 54_321, keys: 'ssh-ed25519 key mallory\n' } satisfies TestUser;
let system: AccountSystem;
let accounts: ReturnType<typeof createAccounts>;
const make = (users: readonly TestUser[], groups: readonly string[] = []): void => {
  system = createAccountSystem(users, groups);
  accounts = createAccounts({ clock: systemClock, dataDirectory: system.path('data'), accountsRoot: system.root });
};
afterEach(() => system?.remove());
const inspect = async (user: string, operatorUids: readonly number[] = []): Promise<AccountRecord> =>
  (await accounts['user.inspect']({ user, operatorUids })).record;
const lock = async (user: string): Promise<AccountRecord> => {
  const record = await inspect(user);
  await accounts['user.lock']({ id: ID, record, operatorUids: [] });
  return record;
};

describe.skipIf(skipsWithout(whyNoUsermod(), 'locking accounts'))('a locked account', () => {
  test('has a locked password and is closed; nothing else in the file changes', async () => {
    make([{ name: 'alice', uid: 1000 }, MALLORY, { name: 'zoe', uid: 1001 }]);
    const before = system.shadow();
    await lock('mallory');
    expect(system.shadowLine('mallory')).toBe(`mallory:!${someHash('mallory')}:20000:0:99999:7::1:`);
    expect(system.shadow().replace(system.shadowLine('mallory') ?? '', '')).toBe(before.replace(/^mallory:.*$/m, ''));
    expect(await accounts['user.state']({ user: 'mallory' })).toEqual({ uid: MALLORY.uid, isLocked: true, isClosed: true, keysLeft: 1 });
    expect((await accounts['user.noted']({})).notes).toEqual([{ id: ID, record: expect.objectContaining({ user: 'mallory', uid: MALLORY.uid }) }]);
  });

  test.each([
    ['a password', undefined],
    ['no password at all', ':20000:0:99999:7:::'],
    ['a locked password', '!$y$x:20000:0:99999:7:::'],
    ['a password that never fits', '*:20000:0:99999:7:::'],
    ['an end of its own', '$y$x:20000:0:99999:7:30:29000:'],
    ['days that are written oddly', '$y$x:020000:00::07:::'],
    ['nothing but a password', '$y$x:::::::'],
  ])('with %s before comes back byte for byte, owner and mode of the file included', async (_, shadow) => {
    make([{ ...MALLORY, shadow }]);
    const before = system.shadow();
    const { mode, uid, gid } = statSync(system.path('etc/shadow'));
    const record = await lock('mallory');
    expect(await accounts['user.state']({ user: 'mallory' })).toMatchObject({ isLocked: true, isClosed: true });
    expect(await accounts['user.restore']({ id: ID, record })).toEqual({ account: 'exact', problems: [] });
    expect(system.shadow()).toBe(before);
    const after = statSync(system.path('etc/shadow'));
    expect([after.mode, after.uid, after.gid]).toEqual([mode, uid, gid]);
    expect((await accounts['user.noted']({})).notes).toEqual([]);
    expect(existsSync(system.path('etc/shadow.lock'))).toBe(false);
  });

  test('the record and the note hold no password, not even a hash', async () => {
    make([MALLORY]);
    const record = await lock('mallory');
    const note = readFileSync(system.path(`data/locked-accounts/${ID}.json`), 'utf8');
    for (const text of [JSON.stringify(record), note]) expect(text).not.toContain(someHash('mallory').slice(3));
    expect(statSync(system.path(`data/locked-accounts/${ID}.json`)).mode & 0o777).toBe(0o600);
  });

  test('a password that was changed meanwhile is kept', async () => {
    make([MALLORY]);
    const record = await lock('mallory');
    system.write('etc/shadow', system.shadow().replace(/^mallory:.*$/m, 'mallory:$y$new:20500:0:99999:7::1:'));
    expect(await accounts['user.restore']({ id: ID, record })).toEqual({ account: 'changed', problems: [] });
    expect(system.shadowLine('mallory')).toBe('mallory:$y$new:20500:0:99999:7:::');
  });

  test('that was removed or made anew meanwhile is not touched', async () => {
    make([MALLORY]);
    const record = await lock('mallory');
    system.write('etc/passwd', readFileSync(system.path('etc/passwd'), 'utf8').replace('54321:54321', '54322:54322'));
    const before = system.shadow();
    expect(await accounts['user.restore']({ id: ID, record })).toEqual({ account: 'gone', problems: [] });
    await expect(accounts['user.lock']({ id: ID, record, operatorUids: [] })).rejects.toMatchObject({ code: 'SEC_CONFLICT' });
    expect(system.shadow()).toBe(before);
  });

  test('waits for whoever else changes the account files', async () => {
    make([MALLORY]);
    const record = await lock('mallory');
    writeFileSync(system.path('etc/shadow.lock'), `${process.pid}\0`);
    const restoring = accounts['user.restore']({ id: ID, record });
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(system.shadowLine('mallory')).toContain(':!');
    rmSync(system.path('etc/shadow.lock'));
    expect(await restoring).toMatchObject({ account: 'exact' });
  });
});

describe.skipIf(whyNoUsermod() !== undefined)('keys', () => {
  test('are set aside and come back as they were', async () => {
    make([MALLORY]);
    const before = statSync(system.keysOf('mallory'), { bigint: true });
    const record = await inspect('mallory');
    expect(record.keyFiles).toEqual([system.keysOf('mallory')]);
    expect(await accounts['user.setAsideKeys']({ id: ID, record })).toEqual({ moved: 1, problems: [] });
    expect(existsSync(system.keysOf('mallory'))).toBe(false);
    expect(await accounts['user.setAsideKeys']({ id: ID, record })).toEqual({ moved: 0, problems: [] });
    expect(await accounts['user.restore']({ id: ID, record })).toEqual({ account: 'exact', problems: [] });
    const after = statSync(system.keysOf('mallory'), { bigint: true });
    expect([after.ino, after.mode, after.uid, after.mtimeNs]).toEqual([before.ino, before.mode, before.uid, before.mtimeNs]);
  });

  test('are found where the SSH server is told to look', async () => {
    make([MALLORY]);
    mkdirSync(system.path('etc/ssh/sshd_config.d'), { recursive: true });
    mkdirSync(system.path('keys'));
    writeFileSync(system.path('keys/mallory'), 'key');
    system.write('etc/ssh/sshd_config', 'Include sshd_config.d/*.conf\n#AuthorizedKeysFile none\n');
    system.write('etc/ssh/sshd_config.d/keys.conf', `authorizedkeysfile ${system.path('keys')}/%u\n`);
    expect((await inspect('mallory')).keyFiles).toEqual([system.path('keys/mallory'), system.keysOf('mallory')]);
  });

  test('behind a link of the user are named, and what the link leads to stays', async () => {
    make([{ name: 'alice', uid: 1000, keys: 'alice' }, MALLORY]);
    const record = await inspect('mallory');
    rmSync(join(system.home('mallory'), '.ssh'), { recursive: true });
    symlinkSync(join(system.home('alice'), '.ssh'), join(system.home('mallory'), '.ssh'));
    const { moved, problems } = await accounts['user.setAsideKeys']({ id: ID, record });
    expect([moved, problems]).toEqual([0, [expect.stringMatching(/symbolic link/)]]);
    expect(readFileSync(system.keysOf('alice'), 'utf8')).toBe('alice');
  });

  test('never replace what is there by then, which is said', async () => {
    make([MALLORY]);
    const record = await inspect('mallory');
    await accounts['user.setAsideKeys']({ id: ID, record });
    writeFileSync(system.keysOf('mallory'), 'new');
    const { problems } = await accounts['user.restore']({ id: ID, record });
    expect(problems).toEqual([expect.stringMatching(/something is there already/)]);
    expect(readFileSync(system.keysOf('mallory'), 'utf8')).toBe('new');
  });
});

describe.skipIf(whyNoUsermod() !== undefined)('who is never disabled', () => {
  test.each([
    ['root', [], [], /is root/],
    ['toor', [{ name: 'toor', uid: 0 }], [], /is root/],
    ['backup', [{ name: 'backup', uid: 34 }], [], /system account/],
    ['nobody', [{ name: 'nobody', uid: 65_534 }], [], /system account/],
    ['app', [{ name: 'app', uid: 1200, shell: '/usr/sbin/nologin' }], [], /service/],
    [
      'twin',
      [
        { name: 'twin', uid: 1300 },
        { name: 'other', uid: 1300 },
      ],
      [],
      /same user id/,
    ],
    ['clerk', [{ name: 'clerk', uid: 1400 }], ['1sec:x:300:clerk'], /group 1sec/],
    ['boss', [{ name: 'boss', uid: 1500 }], ['sudo:x:27:boss'], /last administrator/],
    [
      'boss',
      [
        { name: 'boss', uid: 1500 },
        { name: 'locked', uid: 1501, shadow: '!:1::::::' },
      ],
      ['wheel:x:27:boss,locked'],
      /last administrator/,
    ],
    [
      'boss',
      [
        { name: 'boss', uid: 1500 },
        { name: 'expired', uid: 1501, shadow: '$y$x:1:::::10:' },
      ],
      ['admin:x:27:boss,expired'],
      /last administrator/,
    ],
    [
      'boss',
      [
        { name: 'boss', uid: 1500 },
        { name: 'bot', uid: 1501, shell: '/bin/false' },
      ],
      ['sudo:x:27:boss,bot'],
      /last administrator/,
    ],
  ] as const)('%s (%j, groups %j)', async (user, users, groups, why) => {
    make(users, groups);
    await expect(inspect(user)).rejects.toMatchObject({ code: 'SEC_REFUSED', message: expect.stringMatching(why) });
  });

  test('an administrator with another one that can log in may be', async () => {
    make(
      [
        { name: 'boss', uid: 1500 },
        { name: 'second', uid: 1501, shadow: '!:1::::::', keys: 'key' },
      ],
      ['sudo:x:27:boss,second'],
    );
    await expect(inspect('boss')).resolves.toMatchObject({ user: 'boss' });
  });

  test('an administrator by a rule of sudo counts, in snippets and by group', async () => {
    make([{ name: 'boss', uid: 1500 }], ['ops:x:900:boss']);
    mkdirSync(system.path('etc/sudoers.d'));
    system.write('etc/sudoers', 'Defaults env_reset\nroot ALL=(ALL:ALL) ALL\n');
    await expect(inspect('boss')).resolves.toBeDefined();
    system.write('etc/sudoers.d/ops', '%ops ALL=(ALL) NOPASSWD: ALL\n');
    await expect(inspect('boss')).rejects.toMatchObject({ message: expect.stringMatching(/last administrator/) });
    system.write('etc/sudoers.d/ops', 'boss \\\n ALL = (root) /usr/bin/id, ALL\n');
    await expect(inspect('boss')).rejects.toMatchObject({ message: expect.stringMatching(/last administrator/) });
  });

  test('whom an operator is connected with, also when that began after the question', async () => {
    make([MALLORY]);
    await expect(inspect('mallory', [MALLORY.uid])).rejects.toMatchObject({ code: 'SEC_REFUSED', message: expect.stringMatching(/operator/) });
    const record = await inspect('mallory');
    const before = system.shadow();
    await expect(accounts['user.lock']({ id: ID, record, operatorUids: [MALLORY.uid] })).rejects.toMatchObject({ code: 'SEC_REFUSED' });
    expect(system.shadow()).toBe(before);
  });

  test.each(['-mallory', '--root=/', 'mallory;id', '', 'mall ory', '../mallory', 'mallory:x', 'nobody-here'])('%j is no account', async (user) => {
    make([MALLORY]);
    await expect(inspect(user)).rejects.toMatchObject({ code: 'SEC_NOT_FOUND' });
  });

  test('an account whose password is kept elsewhere', async () => {
    make([MALLORY]);
    system.write('etc/shadow', 'root:*:::::::\n');
    await expect(inspect('mallory')).rejects.toMatchObject({ code: 'SEC_REFUSED', message: expect.stringMatching(/kept elsewhere/) });
  });
});

test.skipIf(whyNoUsermod() !== undefined)('when usermod fails nothing is changed and nothing noted', async () => {
  make([MALLORY]);
  const record = await inspect('mallory');
  const before = system.shadow();
  execFileSync('/usr/bin/chattr', ['+i', system.path('etc/shadow')]);
  try {
    await expect(accounts['user.lock']({ id: ID, record, operatorUids: [] })).rejects.toMatchObject({
      code: 'SEC_HOST_REFUSED',
      message: expect.stringMatching(/usermod did not lock mallory: exit code [1-9]/),
    });
  } finally {
    execFileSync('/usr/bin/chattr', ['-i', system.path('etc/shadow')]);
  }
  expect(system.shadow()).toBe(before);
  expect((await accounts['user.noted']({})).notes).toEqual([]);
});
