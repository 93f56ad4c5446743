import { describe, expect, test } from 'vitest';
import { buildEscalationPolicy } from '../../src/config/escalation.ts';
import { loadPreset } from '../../src/config/presets.ts';
import { configSchema } from '../../src/config/schema.ts';

const built = async (preset: 'safe' | 'vps-agent', escalation: object = {}) =>
  buildEscalationPolicy((await loadPreset(preset)).escalation, configSchema.parse({ escalation }).escalation);

describe('when alerts escalate', () => {
  test('preset vps-agent brings its own timers wherever it is named', async () => {
    expect(await built('vps-agent')).toEqual({
      enabled: true,
      timeouts: {
        CRITICAL: { timeoutMs: 180_000, escalateTo: 'CRITICAL', reNotify: true, maxEscalations: 5 },
        HIGH: { timeoutMs: 600_000, escalateTo: 'CRITICAL', reNotify: true, maxEscalations: 3 },
        MEDIUM: { timeoutMs: 1_200_000, escalateTo: 'HIGH', reNotify: true, maxEscalations: 2 },
      },
    });
  });

  test('other presets leave it off; switched on, the usual timers are in force', async () => {
    expect((await built('safe')).enabled).toBe(false);
    expect((await built('safe', { enabled: true })).timeouts.HIGH).toEqual({ timeoutMs: 900_000, escalateTo: 'CRITICAL', reNotify: true, maxEscalations: 2 });
  });

  test("the user's entry replaces the one of its severity and no other", async () => {
    const policy = await built('vps-agent', { timeouts: { HIGH: { timeout: '1m', escalate_to: 'HIGH', max_escalations: 1 } } });
    expect(policy.timeouts.HIGH).toEqual({ timeoutMs: 60_000, escalateTo: 'HIGH', reNotify: true, maxEscalations: 1 });
    expect(policy.timeouts.CRITICAL?.maxEscalations).toBe(5);
    expect((await built('vps-agent', { enabled: false })).enabled).toBe(false);
  });

  test.each([
    ['a severity that does not exist', { timeouts: { URGENT: { timeout: '1m', escalate_to: 'HIGH', max_escalations: 1 } } }],
    ['no time at all', { timeouts: { HIGH: { timeout: '0s', escalate_to: 'HIGH', max_escalations: 1 } } }],
    ['without end', { timeouts: { HIGH: { timeout: '1m', escalate_to: 'HIGH', max_escalations: 1000 } } }],
  ])('refused when it is read: %s', (_what, escalation) => {
    expect(configSchema.safeParse({ escalation }).success).toBe(false);
  });
});
