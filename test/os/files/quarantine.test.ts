import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  chownSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { FileGuards } from '../../../src/domain/host.ts';
import type { QuarantineRecord } from '../../../src/domain/undo-record.ts';
import { createQuarantine } from '../../../src/os/files/quarantine.ts';

const guards: FileGuards = { operatorUids: [], sshdPids: [] };
const ID = '01TESTQUARANTINE0000000000';
const isRoot = process.getuid?.() === 0;
const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

let directory: string;
let quarantine: ReturnType<typeof createQuarantine>;
const at = (name: string): string => join(directory, name);
const stored = (): string => at(`data/quarantine/${ID}`);
const inspect = async (path: string): Promise<QuarantineRecord> => (await quarantine['file.inspect']({ path, guards })).record;
const takeAway = async (path: string): Promise<QuarantineRecord> => {
  const record = await inspect(path);
  await quarantine['file.quarantine']({ id: ID, record, guards });
  return record;
};
const everythingOf = (path: string): unknown => {
  const { mode, uid, gid, mtimeNs, ino } = statSync(path, { bigint: true });
  return { mode, uid, gid, mtimeNs, ino, text: readFileSync(path, 'utf8') };
};

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), '1sec-quarantine-'));
  mkdirSync(at('data'), { mode: 0o700 });
  quarantine = createQuarantine({ dataDirectory: at('data'), program: ['/nonexistent/1sec'] });
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

/** A program with everything that a file can have. */
const makeDropper = (path: string): void => {
  writeFileSync(path, '#!/bin/sh\necho dropped\n');
  chownSync(path, 1234, 2345);
  chmodSync(path, 0o4751);
  utimesSync(path, 1_600_000_000.123, 1_500_000_000.25);
};

describe.skipIf(!isRoot)('a file that is put away', () => {
  test('is no longer at its path, and nobody but root reaches its content', async () => {
    makeDropper(at('dropper'));
    const record = await inspect(at('dropper'));
    expect(record).toMatchObject({ path: at('dropper'), uid: 1234, gid: 2345, mode: 0o4751, size: 23, links: 1, sha256: sha256('#!/bin/sh\necho dropped\n') });
    expect(await quarantine['file.quarantine']({ id: ID, record, guards })).toEqual({ how: 'moved', running: 0, otherNames: 0 });
    expect(existsSync(at('dropper'))).toBe(false);
    const { mode, uid, gid, ino } = statSync(stored());
    expect([mode & 0o7777, uid, gid, ino]).toEqual([0, 0, 0, record.ino]);
    expect(statSync(at('data/quarantine')).mode & 0o777).toBe(0o700);
    expect((await quarantine['file.stored']({})).files).toEqual([{ id: ID, path: at('dropper') }]);
    expect(await quarantine['file.locate']({ id: ID, record })).toEqual({ isStored: true, atPath: 'nothing' });
  });

  test('comes back with owner, mode, times and inode', async () => {
    makeDropper(at('dropper'));
    const before = everythingOf(at('dropper'));
    const record = await takeAway(at('dropper'));
    expect(await quarantine['file.restore']({ id: ID, record })).toEqual({ how: 'moved' });
    expect(everythingOf(at('dropper'))).toEqual(before);
    expect((await quarantine['file.stored']({})).files).toEqual([]);
    expect(await quarantine['file.restore']({ id: ID, record })).toEqual({ how: 'already' });
  });

  test.each(['moved', 'copied'])('keeps extended attributes, capabilities and access lists when it is %s', async (how) => {
    const path = how === 'moved' ? at('tool') : `/dev/shm/1sec-test-${process.pid}`;
    writeFileSync(path, 'tool', { mode: 0o755 });
    chownSync(path, 1234, 2345);
    const python = `
import os, struct, sys
os.setxattr(sys.argv[1], 'trusted.note', b'\\x00\\xff bytes')
os.setxattr(sys.argv[1], 'security.capability', struct.pack('<IIIII', 0x02000001, 1 << 10, 0, 0, 0))
print(sorted((n, os.getxattr(sys.argv[1], n).hex()) for n in os.listxattr(sys.argv[1])))
`;
    const show = python
      .split('\n')
      .filter((line) => !line.includes('setxattr'))
      .join('\n');
    const xattrs = (script: string): string => execFileSync('python3', ['-c', script, path], { encoding: 'utf8' });
    try {
      const before = xattrs(python);
      expect(before).toContain('security.capability');
      const record = await takeAway(path);
      expect(await quarantine['file.restore']({ id: ID, record })).toEqual({ how });
      expect(xattrs(show)).toBe(before);
    } finally {
      rmSync(path, { force: true });
    }
  });

  test('comes from another filesystem as a checked copy, and goes back there', async () => {
    const path = `/dev/shm/1sec-test-${process.pid}`;
    makeDropper(path);
    const { mode, uid, gid, mtimeNs } = statSync(path, { bigint: true });
    try {
      const record = await inspect(path);
      expect(await quarantine['file.quarantine']({ id: ID, record, guards })).toMatchObject({ how: 'copied' });
      expect(existsSync(path)).toBe(false);
      expect(readFileSync(stored(), 'utf8')).toContain('dropped');
      expect(statSync(stored()).mode & 0o7777).toBe(0);
      expect(await quarantine['file.restore']({ id: ID, record })).toEqual({ how: 'copied' });
      const back = statSync(path, { bigint: true });
      expect([back.mode, back.uid, back.gid, back.mtimeNs]).toEqual([mode, uid, gid, mtimeNs]);
      expect(existsSync(stored())).toBe(false);
    } finally {
      rmSync(path, { force: true });
    }
  });

  test('with other names loses only this one, which is said', async () => {
    makeDropper(at('dropper'));
    linkSync(at('dropper'), at('elsewhere'));
    const record = await inspect(at('dropper'));
    expect(await quarantine['file.quarantine']({ id: ID, record, guards })).toMatchObject({ how: 'copied', otherNames: 1 });
    expect(existsSync(at('dropper'))).toBe(false);
    // The other name may be one the system needs: its inode is not touched.
    expect(statSync(at('elsewhere')).mode & 0o7777).toBe(0o4751);
  });

  test('that runs is said to run', async () => {
    execFileSync('cp', ['/usr/bin/sleep', at('miner')]);
    const { spawn } = await import('node:child_process');
    const child = spawn(at('miner'), ['60'], { stdio: 'ignore' });
    await new Promise((resolve) => child.once('spawn', resolve));
    try {
      const record = await inspect(at('miner'));
      expect(await quarantine['file.quarantine']({ id: ID, record, guards })).toMatchObject({ running: 1 });
    } finally {
      child.kill('SIGKILL');
    }
  });
});

describe.skipIf(!isRoot)('what is never moved', () => {
  test.each([
    ['/etc/passwd', /running system needs it/],
    ['/etc/shadow', /running system needs it/],
    ['/usr/bin/dpkg', /belongs to the package dpkg/],
    ['/proc/self/status', /no file on a disk|symbolic link/],
    ['/sys/kernel/mm/transparent_hugepage/enabled', /no file on a disk/],
    ['/dev/null', /no regular file/],
    ['/etc', /a directory/],
  ])('%s: %s', async (path, why) => {
    await expect(inspect(path)).rejects.toMatchObject({ code: 'SEC_REFUSED', message: expect.stringMatching(why) });
  });

  test('the program that runs this, whatever it is called', async () => {
    await expect(inspect(execFileSync('readlink', ['-f', process.execPath], { encoding: 'utf8' }).trim())).rejects.toMatchObject({
      code: 'SEC_REFUSED',
      message: expect.stringMatching(/1-SEC itself/),
    });
  });

  test('files of 1-SEC itself', async () => {
    writeFileSync(at('data/data.mdb'), '');
    await expect(inspect(at('data/data.mdb'))).rejects.toMatchObject({ code: 'SEC_REFUSED', message: expect.stringMatching(/1-SEC itself/) });
  });

  test('links, as the last part of a path and before it: the target stays', async () => {
    writeFileSync(at('target'), 'precious');
    symlinkSync(at('target'), at('link'));
    mkdirSync(at('real'));
    writeFileSync(at('real/file'), 'precious');
    symlinkSync(at('real'), at('through'));
    for (const path of [at('link'), at('through/file')]) {
      await expect(inspect(path)).rejects.toMatchObject({ code: 'SEC_REFUSED', message: expect.stringMatching(/symbolic link/) });
    }
    expect(readFileSync(at('target'), 'utf8')).toBe('precious');
  });

  test('directories, FIFOs and sockets, without waiting for their other end', async () => {
    mkdirSync(at('directory'));
    execFileSync('mkfifo', [at('fifo')]);
    const server = createServer().listen(at('socket'));
    await new Promise((resolve) => server.once('listening', resolve));
    try {
      for (const name of ['directory', 'fifo', 'socket']) await expect(inspect(at(name))).rejects.toMatchObject({ code: 'SEC_REFUSED' });
    } finally {
      server.close();
    }
  });

  test.each(['relative/path', '/tmp/../etc/passwd', '/tmp//x', '/tmp/x/', '/tmp/a\0b', `/${'a'.repeat(5000)}`])('a path like %j', async (path) => {
    await expect(inspect(path)).rejects.toMatchObject({ code: 'SEC_INPUT_INVALID' });
  });

  test('what does not exist is said not to', async () => {
    await expect(inspect(at('nothing'))).rejects.toMatchObject({ code: 'SEC_NOT_FOUND' });
    await expect(inspect(at('no/such/directory'))).rejects.toMatchObject({ code: 'SEC_NOT_FOUND' });
  });

  test('a name with dots in it is a name', async () => {
    makeDropper(at('a..b.sh'));
    await expect(inspect(at('a..b.sh'))).resolves.toMatchObject({ path: at('a..b.sh') });
  });
});

describe.skipIf(!isRoot)('keys', () => {
  const account = (name: string, uid: number): string => `${name}:x:${uid}:${uid}::${at(name)}:/bin/bash\n`;
  beforeEach(() => {
    mkdirSync(at('etc'));
    writeFileSync(at('etc/passwd'), account('root', 0) + account('boss', 1500) + account('clerk', 1501) + account('guest', 1502));
    writeFileSync(at('etc/group'), 'sudo:x:27:boss\n1sec:x:300:clerk\n');
    for (const name of ['root', 'boss', 'clerk', 'guest']) {
      mkdirSync(at(`${name}/.ssh`), { recursive: true });
      writeFileSync(at(`${name}/.ssh/authorized_keys`), 'key');
    }
    quarantine = createQuarantine({ dataDirectory: at('data'), program: [], accountsRoot: directory });
  });

  test('of root, administrators, approvers and whoever is connected stay', async () => {
    for (const name of ['root', 'boss', 'clerk'])
      await expect(inspect(at(`${name}/.ssh/authorized_keys`))).rejects.toMatchObject({
        code: 'SEC_REFUSED',
        message: expect.stringContaining(`lets ${name} log in`),
      });
    await expect(inspect(at('guest/.ssh/authorized_keys'))).resolves.toMatchObject({ kind: 'file' });
    await expect(quarantine['file.inspect']({ path: at('guest/.ssh/authorized_keys'), guards: { ...guards, operatorUids: [1502] } })).rejects.toMatchObject({
      code: 'SEC_REFUSED',
    });
  });
});

describe.skipIf(!isRoot)('a file that changed', () => {
  test('after it was judged is left alone', async () => {
    makeDropper(at('dropper'));
    const record = await inspect(at('dropper'));
    writeFileSync(at('dropper'), 'other content');
    await expect(quarantine['file.quarantine']({ id: ID, record, guards })).rejects.toMatchObject({ code: 'SEC_CONFLICT' });
    expect(readFileSync(at('dropper'), 'utf8')).toBe('other content');
    expect(existsSync(stored())).toBe(false);
  });

  test('or was exchanged for another, or for a link to a file that must stay, is left alone', async () => {
    makeDropper(at('dropper'));
    const record = await inspect(at('dropper'));
    renameSync(at('dropper'), at('kept'));
    makeDropper(at('dropper'));
    await expect(quarantine['file.quarantine']({ id: ID, record, guards })).rejects.toMatchObject({ code: 'SEC_CONFLICT' });
    rmSync(at('dropper'));
    symlinkSync('/etc/hosts', at('dropper'));
    await expect(quarantine['file.quarantine']({ id: ID, record, guards })).rejects.toMatchObject({ code: 'SEC_REFUSED' });
    expect(lstatSync('/etc/hosts').isFile()).toBe(true);
  });

  test('in the quarantine does not come back', async () => {
    makeDropper(at('dropper'));
    const record = await takeAway(at('dropper'));
    writeFileSync(stored(), '#!/bin/sh\necho changed\n');
    await expect(quarantine['file.restore']({ id: ID, record })).rejects.toMatchObject({ code: 'SEC_CONFLICT' });
    expect(existsSync(at('dropper'))).toBe(false);
    expect(existsSync(stored())).toBe(true);
  });
});

describe.skipIf(!isRoot)('coming back', () => {
  test('never replaces what is there now, and the file stays sealed', async () => {
    makeDropper(at('dropper'));
    const record = await takeAway(at('dropper'));
    writeFileSync(at('dropper'), 'new');
    await expect(quarantine['file.restore']({ id: ID, record })).rejects.toMatchObject({
      code: 'SEC_CONFLICT',
      message: expect.stringMatching(/something else is at/),
    });
    expect(readFileSync(at('dropper'), 'utf8')).toBe('new');
    expect(statSync(stored()).mode & 0o7777).toBe(0);
  });

  test('says that its directory is missing, and works when that is made again', async () => {
    mkdirSync(at('sub'));
    makeDropper(at('sub/dropper'));
    const record = await takeAway(at('sub/dropper'));
    rmSync(at('sub'), { recursive: true });
    await expect(quarantine['file.restore']({ id: ID, record })).rejects.toMatchObject({
      code: 'SEC_NOT_FOUND',
      message: expect.stringMatching(/directory of .* is missing/),
    });
    mkdirSync(at('sub'));
    expect(await quarantine['file.restore']({ id: ID, record })).toEqual({ how: 'moved' });
  });

  test('says that the content is gone', async () => {
    makeDropper(at('dropper'));
    const record = await takeAway(at('dropper'));
    rmSync(stored());
    await expect(quarantine['file.restore']({ id: ID, record })).rejects.toMatchObject({ code: 'SEC_NOT_FOUND' });
  });
});

describe.skipIf(!isRoot)('after a crash', () => {
  test('between the move and the sealing, the next call seals', async () => {
    makeDropper(at('dropper'));
    const record = await inspect(at('dropper'));
    mkdirSync(at('data/quarantine'), { mode: 0o700 });
    renameSync(at('dropper'), stored());
    expect(await quarantine['file.quarantine']({ id: ID, record, guards })).toMatchObject({ how: 'already' });
    expect(statSync(stored()).mode & 0o7777).toBe(0);
  });

  test('between the copy and the removal, the next call removes', async () => {
    makeDropper(at('dropper'));
    const record = await inspect(at('dropper'));
    mkdirSync(at('data/quarantine'), { mode: 0o700 });
    writeFileSync(stored(), readFileSync(at('dropper')));
    expect(await quarantine['file.quarantine']({ id: ID, record, guards })).toMatchObject({ how: 'already' });
    expect(existsSync(at('dropper'))).toBe(false);
  });

  test('in the middle of a copy, it is copied anew', async () => {
    makeDropper(at('dropper'));
    linkSync(at('dropper'), at('elsewhere'));
    const record = await inspect(at('dropper'));
    mkdirSync(at('data/quarantine'), { mode: 0o700 });
    writeFileSync(`${stored()}.part`, 'half');
    expect(await quarantine['file.quarantine']({ id: ID, record, guards })).toMatchObject({ how: 'copied' });
    expect(readFileSync(stored(), 'utf8')).toContain('dropped');
  });

  test('with the original set aside, nothing is left under either name', async () => {
    makeDropper(at('dropper'));
    const record = await inspect(at('dropper'));
    mkdirSync(at('data/quarantine'), { mode: 0o700 });
    writeFileSync(stored(), readFileSync(at('dropper')));
    renameSync(at('dropper'), at(`.1sec-${ID}`));
    await quarantine['file.quarantine']({ id: ID, record, guards });
    expect([existsSync(at('dropper')), existsSync(at(`.1sec-${ID}`))]).toEqual([false, false]);
  });
});

test.skipIf(!isRoot)('a quarantine that others can read is not used', async () => {
  makeDropper(at('dropper'));
  mkdirSync(at('data/quarantine'), { mode: 0o755 });
  await expect(takeAway(at('dropper'))).rejects.toMatchObject({ code: 'SEC_REFUSED' });
  expect(existsSync(at('dropper'))).toBe(true);
});

test('without a data directory nothing is put away', async () => {
  const without = createQuarantine({ program: [] });
  await expect(without['file.locate']({ id: ID })).rejects.toMatchObject({ code: 'SEC_UNAVAILABLE' });
});
