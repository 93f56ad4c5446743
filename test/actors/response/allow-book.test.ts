import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createAllowBook } from '../../../src/actors/response/allow-book.ts';
import { readAllowEntries } from '../../../src/domain/allow-entry.ts';
import { createManualClock } from '../../../src/domain/clock.ts';
import { START, withStore } from '../../store/store-fixtures.ts';

const entry = (network: string, expiresAt?: number) => ({ network, reason: '', addedBy: 'ops', expiresAt });

describe('the allow list', () => {
  test.each([
    ['::ffff:192.0.2.7', '192.0.2.7'],
    ['::ffff:192.0.2.0/120', '192.0.2.0/24'],
    ['192.0.2.77/24', '192.0.2.0/24'],
    ['2001:DB8::0:1/128', '2001:db8::1'],
  ])('keeps %s as %s, and takes it off by either name', async (given, kept) => {
    await withStore(async (store) => {
      const book = createAllowBook({ store, clock: createManualClock(START), configured: [] });
      await book.add(entry(given));
      expect(book.networks()).toEqual([kept]);
      await book.remove(given);
      expect(book.networks()).toEqual([]);
    });
  });

  test.each(['192.0.2', '192.0.2.1/33', 'example.org', '010.0.0.1'])('refuses %s, which is no address', async (text) => {
    await withStore(async (store) => {
      const book = createAllowBook({ store, clock: createManualClock(START), configured: [] });
      await expect(book.add(entry(text))).rejects.toMatchObject({ code: 'SEC_INPUT_INVALID' });
    });
  });

  test.each(['0.0.0.0/0', '10.0.0.0/7', '::/0', '2000::/3'])('refuses %s: that would switch blocking off', async (text) => {
    await withStore(async (store) => {
      const book = createAllowBook({ store, clock: createManualClock(START), configured: [] });
      await expect(book.add(entry(text))).rejects.toMatchObject({ code: 'SEC_REFUSED' });
    });
  });

  test('outlives a restart, and what had an end is over after it', async () => {
    await withStore(async (store) => {
      const clock = createManualClock(START);
      const book = createAllowBook({ store, clock, configured: ['203.0.113.0/24'] });
      await book.add(entry('192.0.2.1'));
      await book.add(entry('192.0.2.2', START + 60_000));
      expect(createAllowBook({ store, clock, configured: [] }).networks()).toEqual(['192.0.2.1', '192.0.2.2']);
      clock.advance(60_000);
      expect(createAllowBook({ store, clock, configured: [] }).networks()).toEqual(['192.0.2.1']);
      expect(book.prune()).toBe(true);
      expect(book.networks()).toEqual(['203.0.113.0/24', '192.0.2.1']);
      expect(book.prune()).toBe(false);
    });
  });

  test('says that an entry of the configuration is removed there', async () => {
    await withStore(async (store) => {
      const book = createAllowBook({ store, clock: createManualClock(START), configured: ['203.0.113.0/24'] });
      await expect(book.remove('203.0.113.0/24')).rejects.toMatchObject({ code: 'SEC_REFUSED' });
      await expect(book.remove('203.0.113.1')).rejects.toMatchObject({ code: 'SEC_NOT_FOUND' });
    });
  });

  test('reads anything that may be stored without failing', () => {
    fc.assert(fc.property(fc.anything(), (stored) => readAllowEntries(stored, 5).length <= 5));
  });
});
