import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createJournalFeed } from '../../src/os/journal.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(`${tmpdir()}/onesec-journal-`);
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

/** A journalctl that first writes its arguments, then runs `body`. */
const fakeJournalctl = (body: string): void => {
  writeFileSync(`${directory}/journalctl`, `#!/bin/sh\necho "$@"\n${body}\n`);
  chmodSync(`${directory}/journalctl`, 0o755);
};
const feed = () => createJournalFeed({ directories: [directory] });
const CURSOR = 's=0123abc;i=1;b=fe;m=9;t=1;x=2';

describe('the journal', () => {
  test('is followed after the cursor, until aborted', async () => {
    fakeJournalctl('exec sleep 60');
    const stop = new AbortController();
    let text = '';
    const reading = feed()(CURSOR, stop.signal, async (bytes) => {
      text += Buffer.from(bytes).toString();
    });
    await expect.poll(() => text, { timeout: 3000 }).toBe(`-f -o json --no-pager -q --after-cursor=${CURSOR}\n`);
    stop.abort();
    await reading;
  });

  test('starts from the moment it is given, with all that was written since', async () => {
    fakeJournalctl('exit 0');
    let text = '';
    const reading = feed()({ sinceMs: 1_700_000_000_005 }, new AbortController().signal, async (bytes) => {
      text += Buffer.from(bytes).toString();
    });
    await expect(reading).rejects.toMatchObject({ code: 'SEC_SOURCE_UNREADABLE' });
    expect(text).toBe('-f -o json --no-pager -q --since=@1700000000.005 --no-tail\n');
  });

  test('starts from now without a cursor', async () => {
    fakeJournalctl('exit 0');
    let text = '';
    const reading = feed()(undefined, new AbortController().signal, async (bytes) => {
      text += Buffer.from(bytes).toString();
    });
    await expect(reading).rejects.toMatchObject({ code: 'SEC_SOURCE_UNREADABLE' });
    expect(text).toBe('-f -o json --no-pager -q -n 0\n');
  });

  test('that ends by itself is an error with its words', async () => {
    fakeJournalctl('echo "no journal files" >&2; exit 1');
    await expect(feed()(undefined, new AbortController().signal, async () => undefined)).rejects.toMatchObject({
      code: 'SEC_SOURCE_UNREADABLE',
      detail: expect.stringContaining('no journal files'),
    });
  });

  test('waits for a slow reader instead of piling up', async () => {
    fakeJournalctl('i=0; while [ $i -lt 40 ]; do head -c 100000 /dev/zero; i=$((i+1)); done');
    let pending = 0;
    let largest = 0;
    let total = 0;
    const reading = feed()(undefined, new AbortController().signal, async (bytes) => {
      pending += 1;
      largest = Math.max(largest, pending);
      total += bytes.length;
      await sleep(1);
      pending -= 1;
    });
    await expect(reading).rejects.toMatchObject({ code: 'SEC_SOURCE_UNREADABLE' });
    expect(largest).toBe(1);
    expect(total).toBeGreaterThanOrEqual(4_000_000);
  });

  test('a reader that fails ends it with that failure', async () => {
    fakeJournalctl('exec sleep 60');
    await expect(feed()(undefined, new AbortController().signal, async () => Promise.reject(new Error('full')))).rejects.toThrow('full');
  });

  test('that is not installed is unavailable; a cursor that is none is refused', async () => {
    await expect(feed()(undefined, new AbortController().signal, async () => undefined)).rejects.toMatchObject({ code: 'SEC_UNAVAILABLE' });
    fakeJournalctl('exit 0');
    await expect(feed()('x --file=/etc/shadow', new AbortController().signal, async () => undefined)).rejects.toMatchObject({ code: 'SEC_INPUT_INVALID' });
  });
});
