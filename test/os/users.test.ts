import { describe, expect, test } from 'vitest';
import { accountsIn, groupsIn, isInGroup, isMember, userNameOf } from '../../src/os/users.ts';

const PASSWD = [
  'root:x:0:0:root:/root:/bin/bash',
  'alice:x:1000:1000:,,,:/home/alice:/bin/sh',
  'broken line',
  'nouid:x::5::/:/bin/sh',
  ':x:7:7::/:/bin/sh',
  '',
].join('\n');
const GROUP = ['root:x:0:', '1sec:x:200:alice,bob', 'alice:x:1000:', 'bad', ''].join('\n');

describe('accounts and groups', () => {
  test('are read, malformed lines passed over', () => {
    expect(accountsIn(PASSWD).map((account) => [account.name, account.uid])).toEqual([
      ['root', 0],
      ['alice', 1000],
    ]);
    expect(groupsIn(GROUP)).toContainEqual({ name: '1sec', gid: 200, members: ['alice', 'bob'] });
  });

  test.each([
    ['alice', '1sec', true],
    ['alice', 'alice', true],
    ['root', '1sec', false],
  ])('%s in %s: %s', (user, groupName, expected) => {
    const account = accountsIn(PASSWD).find((entry) => entry.name === user);
    const group = groupsIn(GROUP).find((entry) => entry.name === groupName);
    expect(account !== undefined && group !== undefined && isMember(account, group)).toBe(expected);
  });

  test('a user id without account is its number; nobody is in a group that does not exist', () => {
    expect(userNameOf(0)).toBe('root');
    expect(userNameOf(3_999_999_999)).toBe('3999999999');
    expect(isInGroup(0, 'no-such-group-here')).toBe(false);
    expect(isInGroup(0, 'root')).toBe(true);
  });
});
