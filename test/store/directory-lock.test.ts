import { spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { lockDirectory } from '../../src/store/directory-lock.ts';
import { createDirectory } from './store-fixtures.ts';

let directory = '';
let remove = (): void => {};
beforeEach(() => {
  ({ directory, remove } = createDirectory());
});
afterEach(() => remove());

const path = (): string => join(directory, 'store.pid');
const bootId = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();

test('names this process in a file only its user can read, and leaves nothing else', () => {
  const lock = lockDirectory(directory);
  expect(readFileSync(path(), 'utf8')).toContain(` ${process.pid} `);
  expect(statSync(path()).mode & 0o777).toBe(0o600);
  expect(readdirSync(directory)).toEqual(['store.pid']);
  lock.release();
  expect(readdirSync(directory)).toEqual([]);
});

test('a second claim of the same process is refused with its pid', () => {
  lockDirectory(directory);
  expect(() => lockDirectory(directory)).toThrow(
    expect.objectContaining({ code: 'SEC_STORE_LOCKED', message: expect.stringContaining(`process ${process.pid} `) }),
  );
  expect(existsSync(path())).toBe(true);
});

test.each([
  ['a pid that now belongs to another process', () => `${bootId} ${process.ppid} 1\n`],
  ['a pid of a boot before this one', () => `another-boot ${process.pid} ${startTime()}\n`],
  ['a pid that is gone', () => `${bootId} 4194305 7\n`],
  ['nothing', () => ''],
  ['garbage', () => 'garbage'],
  ['pid 0, which would be a whole group', () => `${bootId} 0 1\n`],
  ['a negative pid', () => `${bootId} -1 1\n`],
])('a claim of %s is taken over', (_, claim) => {
  writeFileSync(path(), claim());
  lockDirectory(directory);
  expect(readFileSync(path(), 'utf8')).toBe(`${bootId} ${process.pid} ${startTime()}\n`);
});

test('what a process left that died while taking over does not stand in the way', () => {
  writeFileSync(path(), `${bootId} 4194305 7\n`);
  writeFileSync(`${path()}.takeover`, `${bootId} 4194306 7\n`);
  lockDirectory(directory);
  expect(readdirSync(directory)).toEqual(['store.pid']);
});

test('a lock that was taken over is not removed by its old owner', () => {
  const lock = lockDirectory(directory);
  writeFileSync(path(), 'someone else');
  lock.release();
  expect(readFileSync(path(), 'utf8')).toBe('someone else');
});

test('of many processes that start at once over a dead claim exactly one gets it', async () => {
  writeFileSync(path(), `${bootId} 4194305 7\n`);
  const script = join(import.meta.dirname, 'lock-holder.ts');
  const children = Array.from({ length: 6 }, () =>
    spawn(process.execPath, [script, directory, String(Date.now() + 400)], { stdio: ['ignore', 'pipe', 'inherit'] }),
  );
  const answers = await Promise.all(
    children.map((child) => new Promise<string>((resolve) => child.stdout.once('data', (chunk) => resolve(String(chunk).trim())))),
  );
  for (const child of children) child.kill('SIGKILL');
  const held = answers.indexOf('held');
  expect(answers.filter((answer) => answer === 'held')).toHaveLength(1);
  expect(answers.filter((answer) => answer.startsWith('refused') && answer.includes(`process ${children[held]?.pid} `)).length).toBeGreaterThan(0);
}, 20_000);

const startTime = (): string => {
  const stat = readFileSync(`/proc/${process.pid}/stat`, 'utf8');
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
};
