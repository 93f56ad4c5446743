import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ActionRequest } from '../../../../src/actors/contract.ts';
import { blockedUnitOf, planBlock } from '../../../../src/actors/enforcers/block_ip/plan.ts';
import { blockUnitOf } from '../../../../src/domain/ip.ts';

const request = (address: string, params: ActionRequest['params'] = {}): ActionRequest => ({
  actionId: 'a',
  target: { kind: 'ip', address },
  params,
  now: 1000,
});

describe('the unit that is blocked', () => {
  test.each([
    ['192.0.2.7', '192.0.2.7'],
    ['::ffff:192.0.2.7', '192.0.2.7'],
    ['2001:db8:0:1:2:3:4:5', '2001:db8:0:1::/64'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['192.0.2.77/24', '192.0.2.0/24'],
    ['2001:db8:1::/48', '2001:db8:1::/48'],
    ['2001:db8::5/128', '2001:db8::5'],
  ])('of %s is %s', (address, unit) => {
    expect(blockedUnitOf({ kind: 'ip', address })).toBe(unit);
  });

  test.each([
    ['127.0.0.1', 'SEC_REFUSED'],
    ['::1', 'SEC_REFUSED'],
    ['0.0.0.0', 'SEC_REFUSED'],
    ['0.0.0.0/0', 'SEC_REFUSED'],
    ['192.0.2.0/23', 'SEC_REFUSED'],
    ['2001:db8::/47', 'SEC_REFUSED'],
    ['224.0.0.5', 'SEC_REFUSED'],
    ['ff02::1', 'SEC_REFUSED'],
    ['fe80::1', 'SEC_REFUSED'],
    ['255.255.255.255', 'SEC_REFUSED'],
    ['', 'SEC_INPUT_INVALID'],
    ['example.org', 'SEC_INPUT_INVALID'],
    ['192.0.2.1; flush ruleset', 'SEC_INPUT_INVALID'],
    ['192.0.2.1/', 'SEC_INPUT_INVALID'],
  ])('%j is refused with %s', (address, code) => {
    expect(() => planBlock(request(address))).toThrow(expect.objectContaining({ code }));
  });

  test('a target without address is refused', () => {
    expect(() => planBlock({ ...request(''), target: { kind: 'user', user: 'alice' } })).toThrow(expect.objectContaining({ code: 'SEC_INPUT_INVALID' }));
  });

  test('is the same for every address of it', () => {
    fc.assert(
      fc.property(fc.ipV6(), (text) => {
        let unit: string;
        try {
          unit = blockedUnitOf({ kind: 'ip', address: text });
        } catch {
          // Special ranges are refused: another table.
          return;
        }
        expect(unit.includes(':') ? unit : blockUnitOf(unit)).toBe(unit);
        expect(blockedUnitOf({ kind: 'ip', address: unit })).toBe(unit);
      }),
    );
  });
});

describe('how long a block lasts', () => {
  test.each([
    [undefined, 3_600_000],
    ['30m', 1_800_000],
    ['1h', 3_600_000],
    ['24h', 86_400_000],
    ['48h', 172_800_000],
    ['90', 90_000],
    ['1h30m', 5_400_000],
    ['1ms', 1000],
  ])('%s is %s ms', (duration, leaseMs) => {
    expect(planBlock(request('192.0.2.7', duration === undefined ? {} : { duration })).leaseMs).toBe(leaseMs);
  });

  test.each(['0', '-1h', 'forever', '', '1h; reboot', '1000d', '1y'])('%j is refused', (duration) => {
    expect(() => planBlock(request('192.0.2.7', { duration }))).toThrow(expect.objectContaining({ code: 'SEC_INPUT_INVALID' }));
  });
});

test('the plan names the address, the time and how it is undone', () => {
  const plan = planBlock(request('2001:db8::1', { duration: '2h' }));
  expect(plan.steps).toHaveLength(3);
  for (const step of plan.steps) expect(step).toContain('2001:db8::/64');
  expect(plan.steps[0]).toContain('2h');
  expect(plan.undoNote).toContain('unblock 2001:db8::/64');
});
