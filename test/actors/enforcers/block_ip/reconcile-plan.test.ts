import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { planReconcile, wantedBlocks } from '../../../../src/actors/enforcers/block_ip/reconcile-plan.ts';
import { asId } from '../../../../src/domain/ids.ts';
import type { Lease } from '../../../../src/domain/lease.ts';

const NOW = 1_700_000_000_000;
const never = (): boolean => false;
const lease = (address: string, expiresAt: number | undefined, more: Partial<Lease> = {}): Lease => ({
  id: asId<'LeaseId'>(`lease-${address}`),
  actionId: asId<'ActionId'>('action'),
  alertId: undefined,
  module: 'network_guardian',
  action: 'block_ip',
  target: { kind: 'ip', address },
  state: 'active',
  createdAt: NOW - 1000,
  expiresAt,
  ...more,
});

describe('what the leases want', () => {
  test('the latest end of each unit; ended, other and expired leases count for nothing', () => {
    const wanted = wantedBlocks(
      [
        lease('192.0.2.1', NOW + 60_000),
        lease('192.0.2.1', NOW + 90_000),
        lease('2001:db8::1', NOW + 5000, { state: 'intended' }),
        lease('192.0.2.2', NOW + 60_000, { state: 'ended' }),
        lease('192.0.2.3', NOW + 60_000, { action: 'kill_process' }),
        lease('192.0.2.4', NOW),
        lease('192.0.2.5', undefined),
      ],
      NOW,
    );
    expect([...wanted]).toEqual([
      ['192.0.2.1', NOW + 90_000],
      ['2001:db8::/64', NOW + 5000],
      ['192.0.2.5', Number.POSITIVE_INFINITY],
    ]);
  });
});

describe('the plan of a reconciliation', () => {
  test.each([
    ['a missing block is added with the time it has left', [['192.0.2.1', NOW + 60_000]], [], { add: [['192.0.2.1', 60]], remove: [] }],
    ['a block nobody wants is removed', [], [['192.0.2.1', 60_000]], { add: [], remove: ['192.0.2.1'] }],
    ['a right one is left alone', [['192.0.2.1', NOW + 60_000]], [['192.0.2.1', 59_500]], { add: [], remove: [] }],
    ['one that ends too late is set right', [['192.0.2.1', NOW + 60_000]], [['192.0.2.1', 90_000]], { add: [['192.0.2.1', 60]], remove: [] }],
    ['one that ends too early is set right', [['192.0.2.1', NOW + 60_000]], [['192.0.2.1', 58_500]], { add: [['192.0.2.1', 60]], remove: [] }],
    [
      'one without a kernel timeout gets one',
      [['192.0.2.1', NOW + 60_000]],
      [['192.0.2.1', Number.POSITIVE_INFINITY]],
      { add: [['192.0.2.1', 60]], remove: [] },
    ],
    ['what ends within a second is left to end', [['192.0.2.1', NOW + 400]], [['192.0.2.2', 700]], { add: [], remove: [] }],
    ['an endless block gets thirty days', [['192.0.2.1', Number.POSITIVE_INFINITY]], [], { add: [['192.0.2.1', 30 * 86_400]], remove: [] }],
    ['an endless block is not renewed all the time', [['192.0.2.1', Number.POSITIVE_INFINITY]], [['192.0.2.1', 29.5 * 86_400_000]], { add: [], remove: [] }],
  ] as const)('%s', (_what, wanted, kernel, expected) => {
    const plan = planReconcile(
      new Map(wanted),
      kernel.map(([address, expiresInMs]) => ({ address, expiresInMs })),
      NOW,
      never,
    );
    expect({ add: plan.add.map((entry) => [entry.address, entry.timeoutSeconds]), remove: plan.remove }).toEqual(expected);
  });

  test('leaves alone what was changed since the leases were read', () => {
    const plan = planReconcile(new Map([['192.0.2.1', NOW + 60_000]]), [{ address: '192.0.2.2', expiresInMs: 60_000 }], NOW, () => true);
    expect(plan).toMatchObject({ add: [], remove: [] });
  });

  test('applied to the kernel leaves nothing to do, and no wanted block off by more than a second', () => {
    const address = fc.integer({ min: 1, max: 20 }).map((last) => `192.0.2.${last}`);
    fc.assert(
      fc.property(
        fc.array(fc.tuple(address, fc.integer({ min: 1, max: 100_000 }))),
        fc.array(fc.tuple(address, fc.integer({ min: 0, max: 100_000 }))),
        (leases, present) => {
          const wanted = wantedBlocks(
            leases.map(([text, ms]) => lease(text, NOW + ms)),
            NOW,
          );
          const kernel = new Map(present);
          const listing = () => [...kernel].map(([text, expiresInMs]) => ({ address: text, expiresInMs }));
          const plan = planReconcile(wanted, listing(), NOW, never);
          for (const text of plan.remove) kernel.delete(text);
          for (const entry of plan.add) kernel.set(entry.address, entry.timeoutSeconds * 1000);
          for (const [text, end] of wanted) expect(Math.abs((kernel.get(text) ?? 0) - (end - NOW))).toBeLessThanOrEqual(1000);
          for (const [text, ms] of kernel) if (!wanted.has(text)) expect(ms).toBeLessThanOrEqual(1000);
          expect(planReconcile(wanted, listing(), NOW, never)).toMatchObject({ add: [], remove: [] });
        },
      ),
    );
  });
});
