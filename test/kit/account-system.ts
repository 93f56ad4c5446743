import { chownSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Why tests that lock accounts cannot run here, or undefined when they can. */
export const whyNoUsermod = (): string | undefined => {
  if (process.getuid?.() !== 0) return 'needs root';
  return existsSync('/usr/sbin/usermod') ? undefined : 'not installed: usermod';
};

export type TestUser = {
  readonly name: string;
  readonly uid: number;
  readonly shell?: string | undefined;
  /** The shadow line after the name. */
  readonly shadow?: string | undefined;
  readonly keys?: string | undefined;
};

/** Account files of a system that does not exist, in a directory of its own. This machine's accounts are never touched. */
export type AccountSystem = {
  readonly root: string;
  readonly path: (name: string) => string;
  readonly home: (user: string) => string;
  readonly keysOf: (user: string) => string;
  readonly shadow: () => string;
  readonly shadowLine: (user: string) => string | undefined;
  readonly write: (name: string, text: string) => void;
  readonly remove: () => void;
};

/** What looks like a hash and is none; made here, so that none stands in a file. */
export const someHash = (user: string): string => `$${6}$${'salt'}$${user.repeat(20).slice(0, 60)}`;

const USUAL_REST = '20000:0:99999:7:::';

/** A system with root and these users; groups are lines of /etc/group. */
export const createAccountSystem = (users: readonly TestUser[], groups: readonly string[] = []): AccountSystem => {
  const root = mkdtempSync(join(tmpdir(), '1sec-accounts-'));
  const path = (name: string): string => join(root, name);
  const home = (user: string): string => path(`home/${user}`);
  const keysOf = (user: string): string => join(home(user), '.ssh/authorized_keys');
  const all: readonly TestUser[] = [{ name: 'root', uid: 0, shadow: '*:20000:0:99999:7:::' }, ...users];
  mkdirSync(path('etc'));
  writeFileSync(path('etc/passwd'), all.map(({ name, uid, shell }) => `${name}:x:${uid}:${uid}::${home(name)}:${shell ?? '/bin/bash'}\n`).join(''));
  writeFileSync(path('etc/shadow'), all.map(({ name, shadow }) => `${name}:${shadow ?? `${someHash(name)}:${USUAL_REST}`}\n`).join(''), { mode: 0o640 });
  chownSync(path('etc/shadow'), 0, 42);
  writeFileSync(path('etc/group'), [...groups, ...all.map(({ name, uid }) => `${name}:x:${uid}:`)].map((line) => `${line}\n`).join(''));
  for (const { name, uid, keys } of all) {
    if (keys === undefined) continue;
    mkdirSync(join(home(name), '.ssh'), { recursive: true, mode: 0o700 });
    writeFileSync(keysOf(name), keys, { mode: 0o600 });
    for (const owned of [home(name), join(home(name), '.ssh'), keysOf(name)]) chownSync(owned, uid, uid);
  }
  const shadow = (): string => readFileSync(path('etc/shadow'), 'latin1');
  return {
    root,
    path,
    home,
    keysOf,
    shadow,
    shadowLine: (user) =>
      shadow()
        .split('\n')
        .find((line) => line.startsWith(`${user}:`)),
    write: (name, text) => writeFileSync(path(name), text),
    remove: () => rmSync(root, { recursive: true, force: true }),
  };
};
