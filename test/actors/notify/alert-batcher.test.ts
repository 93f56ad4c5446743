import { describe, expect, test } from 'vitest';
import { createAlertBatcher } from '../../../src/actors/notify/alert-batcher.ts';
import { sampleAlert } from '../../kit/alerts.ts';

const SETTINGS = { enabled: true, windowMs: 30_000, maxSize: 50 };
const NOW = 1_000_000;
const from = (ip: string | undefined, more: Parameters<typeof sampleAlert>[0] = {}) => sampleAlert({ entities: { ip }, ...more });

describe('storms of alerts', () => {
  test('the first of a source is told at once, what follows is held until the end of its window', () => {
    const batcher = createAlertBatcher(SETTINGS);
    expect(batcher.take(from('192.0.2.7'), NOW)).toBeUndefined();
    const hold = { key: 'auth_fortress:192.0.2.7', until: NOW + 30_000, max: 50 };
    expect(batcher.take(from('192.0.2.7'), NOW + 1)).toEqual(hold);
    expect(batcher.take(from('192.0.2.7'), NOW + 29_999)).toEqual(hold);
    expect(batcher.take(from('192.0.2.7'), NOW + 30_000)).toBeUndefined();
    expect(batcher.counts()).toEqual({ immediate: 2, held: 2, windows: 1 });
  });

  test.each([
    ['another source', from('192.0.2.8')],
    ['another module', from('192.0.2.7', { module: 'injection_shield' })],
    ['something worse', from('192.0.2.7', { severity: 'CRITICAL' })],
  ])('%s is told at once', (_what, alert) => {
    const batcher = createAlertBatcher(SETTINGS);
    batcher.take(from('192.0.2.7'), NOW);
    expect(batcher.take(alert, NOW + 1)).toBeUndefined();
  });

  test('once something worse was told, more of that is held', () => {
    const batcher = createAlertBatcher(SETTINGS);
    batcher.take(from('192.0.2.7'), NOW);
    batcher.take(from('192.0.2.7', { severity: 'CRITICAL' }), NOW + 1);
    expect(batcher.take(from('192.0.2.7', { severity: 'CRITICAL' }), NOW + 2)?.until).toBe(NOW + 30_000);
  });

  test('alerts without an address are of the host, and one address written in two ways is one', () => {
    const batcher = createAlertBatcher(SETTINGS);
    batcher.take(from(undefined), NOW);
    expect(batcher.take(from(undefined), NOW)?.key).toBe('auth_fortress:host');
    batcher.take(from('2001:db8::1'), NOW);
    expect(batcher.take(from('2001:0db8:0::1'), NOW)?.key).toBe('auth_fortress:2001:db8::1');
  });

  test('a clock that was set back opens a new window', () => {
    const batcher = createAlertBatcher(SETTINGS);
    batcher.take(from('192.0.2.7'), NOW);
    expect(batcher.take(from('192.0.2.7'), NOW - 1)).toBeUndefined();
  });

  test('windows are bounded, and switched off nothing is held', () => {
    const batcher = createAlertBatcher(SETTINGS);
    for (let at = 0; at < 3000; at += 1) batcher.take(from(`10.0.${at >> 8}.${at & 255}`), NOW);
    expect(batcher.counts().windows).toBe(2000);
    const off = createAlertBatcher({ ...SETTINGS, enabled: false });
    off.take(from('192.0.2.7'), NOW);
    expect(off.take(from('192.0.2.7'), NOW)).toBeUndefined();
  });
});
