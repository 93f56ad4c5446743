import { describe, expect, test } from 'vitest';
import { dataDirectoryOf, socketPathOf } from '../../src/domain/paths.ts';

describe('where things are', () => {
  test.each([
    ['what is named', { ONESEC_DATA_DIR: '/srv/1sec', HOME: '/home/u' }, '/srv/1sec'],
    ["the user's home", { HOME: '/home/u' }, '/home/u/.1sec'],
    ["the user's home when the name is empty", { ONESEC_DATA_DIR: '', HOME: '/home/u' }, '/home/u/.1sec'],
    ["root's home when there is none", {}, '/root/.1sec'],
  ])('the data directory is %s', (_what, variables, path) => {
    expect(dataDirectoryOf(variables)).toBe(path);
  });

  test.each([
    ['what is named', { ONESEC_SOCKET: '/tmp/s' }, 0, '/tmp/s'],
    ["root's place", { HOME: '/root', XDG_RUNTIME_DIR: '/run/user/0' }, 0, '/run/1sec/1sec.sock'],
    ["the user's runtime directory", { HOME: '/home/u', XDG_RUNTIME_DIR: '/run/user/1000' }, 1000, '/run/user/1000/1sec/1sec.sock'],
    ['the data directory', { HOME: '/home/u' }, 1000, '/home/u/.1sec/1sec.sock'],
    ['the named data directory', { ONESEC_DATA_DIR: '/srv/1sec', XDG_RUNTIME_DIR: '' }, 1000, '/srv/1sec/1sec.sock'],
  ])('the socket is in %s', (_what, variables, uid, path) => {
    expect(socketPathOf(variables, uid)).toBe(path);
  });
});
