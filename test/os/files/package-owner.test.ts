import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createPackageOwner } from '../../../src/os/files/package-owner.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), '1sec-dpkg-'));
  mkdirSync(join(directory, 'info'));
  writeFileSync(join(directory, 'info/tool:amd64.list'), '/.\n/bin\n/bin/tool\n/usr\n/usr/share/doc/tool\n');
  writeFileSync(join(directory, 'info/tool:amd64.md5sums'), '\n/srv/not-a-list\n');
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));
const info = (): string => join(directory, 'info');

describe('the package that owns a path', () => {
  test('is found by whole lines, under either name where /bin is a link', async () => {
    const ownerOf = createPackageOwner(info());
    const tool = { is: 'package', name: 'tool:amd64' };
    expect(await ownerOf('/bin/tool')).toEqual(tool);
    expect(await ownerOf('/usr/bin/tool')).toEqual(tool);
    for (const path of ['/bin/too', '/bin/tool2', '/bin/tool/x', '/srv/not-a-list', '/tmp/x\n/bin/tool\n'])
      expect(await ownerOf(path)).toEqual({ is: 'nobody' });
  });

  test('is looked for again when packages were installed', async () => {
    const ownerOf = createPackageOwner(info());
    expect(await ownerOf('/opt/new')).toEqual({ is: 'nobody' });
    writeFileSync(join(info(), 'new.list'), '/.\n/opt\n/opt/new\n');
    utimesSync(info(), 1, 1);
    expect(await ownerOf('/opt/new')).toEqual({ is: 'package', name: 'new' });
  });

  test('cannot be told where there is neither dpkg nor rpm', async () => {
    expect(await createPackageOwner(join(directory, 'missing'))('/usr/bin/x')).toEqual({ is: 'unknown' });
  });
});
