import { appendFileSync, writeFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createStation, type Running, type Station, until, whyNoBuild } from '../kit/daemon.ts';
import { failedLogin } from '../kit/log-lines.ts';
import { createNetns, type Netns, skipsWithout, whyNoNetns } from '../kit/netns.ts';
import { createReceiver, type Receiver } from '../kit/receiver.ts';

const why = whyNoNetns() ?? whyNoBuild();
const rule = (timeout: string) => ({ timeout, escalate_to: 'CRITICAL', max_escalations: 3 });

describe.skipIf(skipsWithout(why, 'escalation'))('alerts that nobody acknowledges', () => {
  let namespace: Netns;
  let station: Station;
  let receiver: Receiver;
  let daemon: Running;
  let log: string;

  beforeEach(async () => {
    namespace ??= createNetns('e2x');
    station = createStation({ netns: namespace.name });
    receiver = await createReceiver();
    log = station.path('auth.log');
    writeFileSync(log, '');
  });
  afterEach(async () => {
    await station.remove();
    await receiver.close();
  });
  afterAll(() => namespace?.remove());

  const configure = (timeout: string): void =>
    station.configure({
      sources: { auto: false, files: [{ path: log, grammar: 'auth' }], processes: false },
      enforcement: {
        dry_run: false,
        policies: { auth_fortress: { min_severity: 'LOW', cooldown_seconds: 0, actions: [{ action: 'block_ip', min_severity: 'CRITICAL' }] } },
      },
      escalation: { enabled: true, timeouts: { CRITICAL: rule(timeout), HIGH: rule(timeout), MEDIUM: rule(timeout) } },
      notifications: { endpoints: { siem: { url: receiver.url('/siem'), min_severity: 'LOW', allow_private: true } } },
    });
  const attack = async (): Promise<string> => {
    appendFileSync(log, failedLogin('192.0.2.7', 12));
    await until('an alert', async () => (await station.client.call('alerts')).alerts.length > 0);
    return (await station.client.call('alerts')).alerts[0]?.id ?? '';
  };
  const alert = (id: string) => station.client.call('alert', { params: { id } });

  test('three escalations of one alert survive kill -9 in between: same id, told three times, nothing enforced because of it', async () => {
    configure('2s');
    daemon = await station.start();
    const id = await attack();
    await until('the first escalation', async () => ((await alert(id)).escalation?.count ?? 0) === 1);
    await daemon.kill('SIGKILL');
    await delay(2500);
    daemon = await station.start();
    await until('all of them', async () => ((await alert(id)).escalation?.count ?? 0) === 3, 20_000);
    await delay(3000);
    // The attack goes on: what the clock raised is no reason to block.
    const { count } = await alert(id);
    appendFileSync(log, failedLogin('192.0.2.7', 12));
    await until('a repeat', async () => (await alert(id)).count > count);
    const { alerts } = await station.client.call('alerts');
    expect(alerts.filter(({ type }) => type === 'escalation')).toEqual([]);
    expect(await alert(id)).toMatchObject({ severity: 'CRITICAL', escalation: { count: 3 } });
    expect((await alert(id)).escalation?.next_at).toBeUndefined();
    const { records } = await station.client.call('history', { query: { limit: 1000 } });
    expect(records.filter(({ kind, alert_id }) => kind === 'escalation' && alert_id === id)).toHaveLength(3);
    expect(records.filter(({ action }) => action === 'block_ip')).toEqual([]);
    const deliveries = new Set(
      receiver
        .on('/siem')
        .filter(({ body }) => body.includes(id))
        .map(({ headers }) => headers['x-1sec-delivery-id']),
    );
    expect(deliveries.size).toBe(3);
    const shown = await station.cli('enforce', 'escalations');
    expect(shown.out).toContain('CRITICAL after 2s to CRITICAL, 3 times at most');
  });

  test('an acknowledgement stops it, and the list says what is next', async () => {
    configure('1h');
    daemon = await station.start();
    const id = await attack();
    expect(await station.json('enforce', 'escalations')).toMatchObject({
      enabled: true,
      tracked_alerts: 1,
      alerts: [{ alert_id: id, escalations: 0, max_escalations: 3 }],
    });
    const text = (await station.cli('enforce', 'escalations')).out;
    expect(text).toContain('0 of 3');
    expect((await station.cli('alerts', 'ack', id)).code).toBe(0);
    expect(await station.json('enforce', 'escalations')).toMatchObject({ alerts: [] });
    expect((await alert(id)).escalation?.next_at).toBeUndefined();
  });

  test('preset vps-agent brings its timers along when it is applied live', async () => {
    station.configure({ sources: { auto: false, processes: false } });
    daemon = await station.start();
    expect(await station.json('enforce', 'escalations')).toMatchObject({ enabled: false });
    await station.client.call('preset', { params: { name: 'vps-agent' } });
    expect(await station.json('enforce', 'escalations')).toMatchObject({
      enabled: true,
      timeouts: { CRITICAL: { timeout_seconds: 180, escalate_to: 'CRITICAL', re_notify: true, max_escalations: 5 } },
    });
  });
});
