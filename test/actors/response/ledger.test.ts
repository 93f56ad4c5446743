import { describe, expect, test } from 'vitest';
import { createLedger } from '../../../src/actors/response/ledger.ts';

describe('cooldowns and budgets', () => {
  test('a cooldown runs out at its time and not before', () => {
    const ledger = createLedger();
    ledger.startCooldown('a', 1000, 0);
    expect(ledger.cooldownLeft('a', 999)).toBe(1);
    expect(ledger.cooldownLeft('a', 1000)).toBe(0);
    expect(ledger.cooldownLeft('b', 0)).toBe(0);
  });

  test('log_only and webhook never eat the budget of block_ip', () => {
    const ledger = createLedger();
    for (let index = 0; index < 100; index += 1) {
      ledger.spend('auth_fortress', 'log_only', 0);
      ledger.spend('auth_fortress', 'webhook', 0);
    }
    expect(ledger.budgetLeft('auth_fortress', 'block_ip', 10, 0)).toBe(10);
    expect(ledger.spentGlobally(0)).toBe(0);
  });

  test('a budget is per module and action, and comes back after a minute', () => {
    const ledger = createLedger();
    for (let index = 0; index < 3; index += 1) ledger.spend('auth_fortress', 'block_ip', index);
    expect(ledger.budgetLeft('auth_fortress', 'block_ip', 3, 10)).toBe(0);
    expect(ledger.budgetLeft('injection_shield', 'block_ip', 3, 10)).toBe(3);
    expect(ledger.budgetLeft('auth_fortress', 'kill_process', 3, 10)).toBe(3);
    expect(ledger.budgetLeft('auth_fortress', 'block_ip', 3, 60_001)).toBe(2);
    expect(ledger.budgetLeft('auth_fortress', 'block_ip', 0, 10)).toBe(Number.POSITIVE_INFINITY);
  });

  test('a flood of targets does not grow the ledger without end, and keeps the newest', () => {
    const ledger = createLedger();
    for (let index = 0; index < 60_000; index += 1) ledger.startCooldown(`key-${index}`, 1_000_000, 0);
    expect(ledger.cooldownLeft('key-59999', 1)).toBeGreaterThan(0);
    expect(ledger.cooldownLeft('key-0', 1)).toBe(0);
  });
});
