import { describe, expect, test } from 'vitest';
import type { ActionRequest } from '../../../../src/actors/contract.ts';
import { createWebhook } from '../../../../src/actors/enforcers/webhook/enforcer.ts';
import { createManualClock } from '../../../../src/domain/clock.ts';
import type { Host } from '../../../../src/domain/host.ts';
import { sampleAlert } from '../../../kit/alerts.ts';
import { sampleEndpoint } from '../../notify/samples.ts';

const unusedHost: Host = { call: async (name) => Promise.reject(new Error(`unexpected call: ${name}`)), close: async () => undefined };
const alert = sampleAlert({ severity: 'HIGH' });
const request: ActionRequest = { actionId: 'a1', target: { kind: 'alert', alertId: alert.id }, params: { endpoint: '*' }, now: 5, alert };
const make = (endpoints = [sampleEndpoint(), sampleEndpoint({ name: 'pager', type: 'pagerduty', minSeverity: 'CRITICAL' })]) => {
  const rung: string[] = [];
  return { rung, webhook: createWebhook({ host: unusedHost, clock: createManualClock(), endpoints, onQueued: (name) => rung.push(name) }) };
};

describe('webhook', () => {
  test('is there when there is an endpoint, without any privilege', async () => {
    expect(await make().webhook.availability()).toEqual({ isAvailable: true });
    expect(await make([]).webhook.availability()).toMatchObject({ isAvailable: false, reason: expect.stringContaining('no endpoint is configured') });
  });

  test('plans whom it would tell and what, and never shows an address', () => {
    const plan = make().webhook.plan(request);
    expect(plan.steps).toEqual(['send module, type, severity, time, source address, count and id of the alert to ops (generic)']);
    expect(JSON.stringify(plan)).not.toContain('hooks.example');
    expect(make().webhook.plan({ ...request, alert: sampleAlert({ severity: 'CRITICAL' }) }).steps[0]).toContain('pager (pagerduty)');
    expect(plan.leaseMs).toBeUndefined();
  });

  test('refuses to plan when nobody wants the alert', () => {
    expect(() => make().webhook.plan({ ...request, alert: sampleAlert({ severity: 'LOW' }) })).toThrow(expect.objectContaining({ code: 'SEC_REFUSED' }));
    expect(() => make().webhook.plan({ ...request, params: { endpoint: 'nobody' } })).toThrow(expect.objectContaining({ code: 'SEC_REFUSED' }));
  });

  test('queues once for the same action, and does not call that delivered', async () => {
    const { webhook, rung } = make();
    expect(webhook.deliveries?.(request)).toEqual(webhook.deliveries?.(request));
    expect(webhook.deliveries?.(request)).toMatchObject([{ endpoint: 'ops', items: [{ actionId: 'a1', notice: { alertId: alert.id } }] }]);
    expect(await webhook.apply(request)).toEqual({ verification: 'unverified', detail: 'queued for ops; the outcome follows' });
    expect(rung).toEqual(['ops']);
  });

  test('cannot be taken back, and leaves nothing on the host', async () => {
    expect(await make().webhook.undo(request)).toMatchObject({ verification: 'failed' });
    expect(await make().webhook.fini()).toEqual([]);
  });
});
