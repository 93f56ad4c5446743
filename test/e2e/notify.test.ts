import { createHmac } from 'node:crypto';
import { appendFileSync, writeFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { EndpointJson } from '../../src/protocol/schemas.ts';
import { createStation, fileText, type Running, type Station, until, whyNoBuild } from '../kit/daemon.ts';
import { failedLogin } from '../kit/log-lines.ts';
import { createNetns, type Netns, skipsWithout, whyNoNetns } from '../kit/netns.ts';
import { createReceiver, type Received, type Receiver, selfSigned } from '../kit/receiver.ts';

const why = whyNoNetns() ?? whyNoBuild();
const ALL = { min_severity: 'LOW', allow_private: true } as const;
const idOf = (one: Received | undefined): string => String(one?.headers['x-1sec-delivery-id'] ?? '');
const dataOf = (one: Received | undefined): Record<string, unknown> => JSON.parse(one?.body ?? '{}').data;

describe.skipIf(skipsWithout(why, 'notifications'))('notifications', () => {
  let namespace: Netns;
  let station: Station;
  let receiver: Receiver;
  let daemon: Running;
  let log: string;

  beforeEach(async () => {
    namespace ??= createNetns('e2n');
    station = createStation({ netns: namespace.name, variables: { HOOK_SECRET: 'shared-key' } });
    receiver = await createReceiver();
    log = station.path('auth.log');
    writeFileSync(log, '');
  });
  afterEach(async () => {
    await station.remove();
    await receiver.close();
  });
  afterAll(() => namespace?.remove());

  const start = async (endpoints: { readonly [name: string]: object }, more: { readonly [key: string]: unknown } = {}): Promise<void> => {
    station.configure({
      sources: { auto: false, files: [{ path: log, grammar: 'auth' }], processes: false },
      enforcement: {
        dry_run: false,
        policies: { auth_fortress: { min_severity: 'LOW', cooldown_seconds: 0, actions: [{ action: 'webhook', min_severity: 'LOW' }] } },
        ...more,
      },
      notifications: { label: 'web-1', endpoints },
    });
    daemon = await station.start();
    await until('the log is read', async () => (await station.client.call('status')).sources.some(({ state }) => state === 'running'));
  };
  const attack = (address: string): void => appendFileSync(log, failedLogin(address, 12));
  const endpoint = async (name: string): Promise<EndpointJson> => {
    const found = (await station.client.call('notifyEndpoints')).endpoints.find((one) => one.name === name);
    if (found === undefined) throw new Error(`no endpoint ${name}`);
    return found;
  };
  const outcomes = async () => (await station.client.call('history', { query: { limit: 1000, kind: 'outcome' } })).records;

  test('an alert arrives signed and as metadata only, and the history says when it had arrived', async () => {
    await start({ siem: { url: receiver.url('/siem'), secret: 'env:HOOK_SECRET', ...ALL } });
    attack('192.0.2.7');
    await until('it arrives', () => receiver.on('/siem').length > 0);
    const [first] = receiver.on('/siem');
    const signed = `${idOf(first)}.${String(first?.headers['x-1sec-timestamp'])}.${first?.body}`;
    expect(first?.headers['x-1sec-signature']).toBe(`sha256=${createHmac('sha256', 'shared-key').update(signed).digest('hex')}`);
    expect(JSON.parse(first?.body ?? '')).toMatchObject({
      specversion: '1.0',
      id: idOf(first),
      source: 'urn:1-sec:web-1',
      data: { module: 'auth_fortress', source_ip: '192.0.2.7' },
    });
    expect(Object.keys(dataOf(first)).sort()).toEqual(['alert_id', 'count', 'module', 'severity', 'source_ip', 'time', 'type']);
    const alert = await station.client.call('alert', { params: { id: String(dataOf(first)['alert_id']) } });
    for (const text of [alert.title, alert.description, alert.entities.user ?? 'root', 'Failed password', log, 'sshd'])
      expect(receiver.received.map(({ body }) => body).join()).not.toContain(text);
    await until('its record', async () => (await outcomes()).some(({ verification }) => verification === 'verified'));
    const [arrived, queued] = (await outcomes()).filter(({ alert_id }) => alert_id === alert.id).slice(-2);
    expect([queued, arrived]).toMatchObject([
      { verification: 'unverified', reason: 'queued for siem; the outcome follows' },
      { verification: 'verified', reason: 'siem answered 204, attempt 1', target: 'siem' },
    ]);
    expect(arrived?.action_id).toBe(queued?.action_id);
  });

  test('no command, route, log line or history record shows an address or a secret', async () => {
    await start(
      {
        ops: { type: 'slack', url: receiver.url('/swordfish'), ...ALL },
        pager: { type: 'pagerduty', url: receiver.url('/swordfish-pager'), routing_key: 'swordfish-key', ...ALL },
      },
      {
        policies: {
          auth_fortress: {
            cooldown_seconds: 0,
            actions: [
              { action: 'webhook', params: { url: receiver.url('/swordfish-rule'), allow_private: true, auth_token: 'swordfish-token' } },
              { action: 'webhook' },
            ],
          },
        },
      },
    );
    receiver.behave('/swordfish', (_request, response) => void response.writeHead(404).end('swordfish'));
    attack('192.0.2.7');
    await until('the rule with an address of its own delivers', () => receiver.on('/swordfish-rule').length > 0);
    expect(receiver.on('/swordfish-rule')[0]?.headers.authorization).toBe('Bearer swordfish-token');
    await until('a dead letter', async () => (await endpoint('ops')).dead > 0);
    await station.cli('notify', 'test', 'ops');
    const shown = await Promise.all([
      station.cli('status', '--json'),
      station.cli('status'),
      station.cli('notify', 'list', '--json'),
      station.cli('notify', 'dead-letters', '--json'),
      station.cli('enforce', 'policies', '--json'),
      station.cli('enforce', 'history', '--json', '--limit', '500'),
      station.cli('config'),
    ]);
    for (const { out, err } of shown) expect(out + err).not.toContain('swordfish');
    expect(daemon.log()).not.toContain('swordfish');
    expect(shown[1]?.out).toMatch(/ops +slack/);
  });

  test('the end of an alert resolves its incident under the same key', async () => {
    await start({ pager: { type: 'pagerduty', url: receiver.url('/pd'), routing_key: 'key', ...ALL } });
    attack('192.0.2.7');
    await until('the incident is opened', () => receiver.on('/pd').length > 0);
    const opened = JSON.parse(receiver.on('/pd')[0]?.body ?? '');
    const id = opened.payload.custom_details.alert_id;
    await station.client.call('setAlertStatus', { params: { id }, body: { status: 'RESOLVED' } });
    const ends = () =>
      receiver
        .on('/pd')
        .map(({ body }) => JSON.parse(body))
        .filter(({ event_action }) => event_action === 'resolve');
    await until('the incident is closed', () => ends().length > 0);
    expect(ends()).toEqual([{ routing_key: 'key', dedup_key: opened.dedup_key, event_action: 'resolve' }]);
  });

  test('TLS is verified: the given authority is trusted, an unknown one is not', async () => {
    const certificate = selfSigned(station.directory);
    const secure = await createReceiver(certificate);
    try {
      await start({ known: { url: secure.url('/known'), ca_file: certificate.cert, ...ALL }, unknown: { url: secure.url('/unknown'), ...ALL } });
      attack('192.0.2.7');
      await until('it arrives over TLS', () => secure.on('/known').length > 0);
      await until('the other is refused', async () => (await endpoint('unknown')).detail.includes('certificate'));
      expect(secure.on('/unknown')).toEqual([]);
      expect((await endpoint('unknown')).waiting).toBeGreaterThan(0);
      const tried = await station.cli('notify', 'test', 'unknown');
      expect([tried.code, tried.err]).toEqual([22, expect.stringContaining('certificate')]);
      expect(await station.cli('notify', 'test', 'known')).toMatchObject({ code: 0, out: 'known answered 204\n' });
    } finally {
      await secure.close();
    }
  });

  test('slow, dead and hostile receivers hold up neither the others nor the decisions', async () => {
    receiver.behave('/silent', () => undefined);
    receiver.behave('/huge', (_request, response) => {
      response.writeHead(200);
      const more = (): void => {
        for (let room = true; room && !response.destroyed; ) room = response.write(Buffer.alloc(65_536, 97));
      };
      response.on('drain', more);
      more();
    });
    receiver.behave('/rude', (_request, response) => void response.socket?.end('HTTP/1.1 200 OK\r\nretry-after\0: 1\r\n\r\n'));
    await start({
      silent: { url: receiver.url('/silent'), ...ALL },
      dead: { url: 'http://127.0.0.1:9/x', ...ALL },
      rude: { url: receiver.url('/rude'), ...ALL },
      huge: { url: receiver.url('/huge'), ...ALL },
      good: { url: receiver.url('/good'), ...ALL },
    });
    const began = performance.now();
    for (let n = 1; n <= 10; n += 1) attack(`192.0.2.${n}`);
    const seen = (path: string) => new Set(receiver.on(path).map((one) => dataOf(one)['source_ip'])).size;
    await until('all arrive at the good one', () => seen('/good') === 10, 5000);
    console.info(`10 attackers told to the good endpoint beside four bad ones in ${Math.round(performance.now() - began)} ms`);
    await until('and at the one that talks too much', () => seen('/huge') === 10, 15_000);
    expect((await endpoint('dead')).detail).toBe('nobody listens there');
    expect((await endpoint('rude')).detail).toBe('its answer is not HTTP');
    expect(receiver.on('/silent')).toHaveLength(1);
    expect((await endpoint('dead')).waiting).toBeGreaterThanOrEqual(10);
  });

  test('a receiver that asks for patience gets it', async () => {
    let asked = 0;
    receiver.behave('/busy', (_request, response) => {
      asked += 1;
      if (asked === 1) response.writeHead(429, { 'retry-after': '3' }).end();
      else response.writeHead(204).end();
    });
    await start({ busy: { url: receiver.url('/busy'), ...ALL } });
    attack('192.0.2.7');
    await until('the second attempt', () => receiver.on('/busy').length > 1);
    const [first, second] = receiver.on('/busy');
    expect((second?.at ?? 0) - (first?.at ?? 0)).toBeGreaterThanOrEqual(3000);
    expect(idOf(second)).toBe(idOf(first));
    expect([first?.headers['x-1sec-attempt'], second?.headers['x-1sec-attempt']]).toEqual(['1', '2']);
  });

  test('a redirect is not followed: a dead letter, which a person can send again', async () => {
    receiver.behave('/old', (_request, response) => void response.writeHead(302, { location: receiver.url('/new') }).end());
    await start({ ops: { url: receiver.url('/old'), ...ALL } });
    attack('192.0.2.7');
    await until('it is given up', async () => (await endpoint('ops')).dead > 0);
    expect(receiver.on('/new')).toEqual([]);
    const listed = await station.cli('notify', 'dead-letters');
    expect(listed.out).toContain('answered 302: redirects are not followed');
    const id = idOf(receiver.on('/old')[0]);
    receiver.behave('/old', (_request, response) => void response.writeHead(204).end());
    const before = receiver.on('/old').length;
    expect(await station.cli('notify', 'retry', id.slice(0, 10))).toMatchObject({ code: 0, out: `${id.slice(0, 16)} is queued again for ops\n` });
    await until('it arrives', () => receiver.on('/old').length > before);
    expect(receiver.on('/old').at(-1)?.headers['x-1sec-delivery-id']).toBe(id);
    expect((await station.cli('notify', 'retry', id.slice(0, 10))).code).toBe(6);
    const said = (await outcomes()).map(({ outcome, reason }) => `${outcome}: ${reason}`);
    expect(said).toContainEqual(expect.stringMatching(/^failure: given up for ops after 1 attempts: answered 302/));
  });

  test('a digest gathers, and what waits for it survives the end of the daemon', async () => {
    await start({ mail: { type: 'slack', url: receiver.url('/mail'), digest: '4s', ...ALL } });
    for (let n = 1; n <= 5; n += 1) attack(`192.0.2.${n}`);
    await until('all are queued', async () => (await endpoint('mail')).waiting >= 5);
    const { waiting } = await endpoint('mail');
    await daemon.kill('SIGKILL');
    daemon = await station.start();
    await until('the digest arrives', () => receiver.on('/mail').length > 0, 15_000);
    await delay(500);
    expect(receiver.on('/mail')).toHaveLength(1);
    const { text } = JSON.parse(receiver.on('/mail')[0]?.body ?? '');
    expect(text).toMatch(new RegExp(`^${waiting} alerts: `));
  });

  test('a rule that can never work stops the start, with its line', async () => {
    station.configure({ enforcement: { policies: { auth_fortress: { actions: [{ action: 'webhook', params: { url: '' } }] } } } });
    const checked = await station.cli('config', '--validate');
    expect([checked.code, checked.err]).toEqual([
      11,
      expect.stringMatching(/config\.yaml:\d+: enforcement\.policies\.auth_fortress\.actions\.0\.params\.url: expected the address/),
    ]);
    await expect(station.start({ waitMs: 5000 })).rejects.toThrow(/params\.url: expected the address/);
  });

  test('a program of the operator runs without a shell once a person has said so, and not at all without allow_command', async () => {
    const program = station.path('program');
    const said = station.path('said');
    writeFileSync(program, `#!/bin/sh\nenv | grep ^ONESEC_ > ${said}; cat >> ${said}; printf '%s\\n' "$@" >> ${said}; echo "token=swordfish blocked"\n`, {
      mode: 0o755,
    });
    const rules = { policies: { auth_fortress: { cooldown_seconds: 0, actions: [{ action: 'command', params: { argv: [program, 'a b', '$(id)'] } }] } } };
    await start({}, rules);
    attack('192.0.2.7');
    const decisions = async () => (await station.client.call('history', { query: { limit: 100, kind: 'decision' } })).records;
    await until('it is recorded why not', async () => (await decisions()).some(({ outcome }) => outcome === 'unavailable'));
    expect((await decisions())[0]?.reason).toContain('allow_command');
    await daemon.kill('SIGTERM');

    await start({}, { ...rules, allow_command: true });
    attack('192.0.2.8');
    const waiting = async () => (await station.client.call('pendingApprovals')).approvals;
    await until('a person is asked', async () => (await waiting()).length > 0);
    const [approval] = await waiting();
    expect(approval?.plan).toEqual([`run ${program} "a b" "$(id)" (no shell, at most 10 s)`]);
    expect(fileText(said)).toBe('');
    expect((await station.cli('enforce', 'approvals', 'approve', String(approval?.id))).code).toBe(0);
    const lines = fileText(said).split('\n');
    expect(lines).toContain('ONESEC_SOURCE_IP=192.0.2.8');
    expect(lines).toContain(`ONESEC_ALERT_ID=${approval?.alert_id}`);
    expect(lines.slice(-3)).toEqual(['a b', '$(id)', '']);
    expect((await outcomes())[0]).toMatchObject({ action: 'command', verification: 'unverified', reason: 'exit code 0; said: token=[REDACTED] blocked' });
  });

  test('killed at any moment: nothing is lost, the order stays, and what comes twice has the same id', async () => {
    const KILLS = 12;
    receiver.behave('/hook', (_request, response) => void setTimeout(() => response.writeHead(204).end(), Math.random() * 250));
    await start({ hook: { url: receiver.url('/hook'), ...ALL } });
    let attackers = 0;
    for (let round = 0; round < KILLS; round += 1) {
      for (let n = 0; n < 4; n += 1) {
        attackers += 1;
        attack(`198.51.100.${attackers}`);
      }
      await delay(100 + Math.random() * 500);
      await daemon.kill('SIGKILL');
      daemon = await station.start();
    }
    const told = () => new Set(receiver.on('/hook').map((one) => dataOf(one)['source_ip']));
    await until('everybody is told of', () => told().size === attackers, 60_000);
    await until('nothing waits', async () => (await endpoint('hook')).waiting === 0, 30_000);
    const alerts = (await station.client.call('alerts', { query: { limit: 1000 } })).alerts.filter(({ module }) => module === 'auth_fortress');
    const intents = (await station.client.call('history', { query: { limit: 1000, kind: 'intent' } })).records;
    const byId = new Map<string, Received[]>();
    for (const one of receiver.on('/hook')) byId.set(idOf(one), [...(byId.get(idOf(one)) ?? []), one]);
    // Each decision that is on record arrived, and none that is not.
    expect(byId.size).toBe(intents.length);
    const repeated = [...byId.values()].filter((ones) => ones.length > 1);
    for (const ones of repeated) expect(new Set(ones.map(({ body }) => body)).size).toBe(1);
    const surplus = repeated.reduce((sum, ones) => sum + ones.length - 1, 0);
    console.info(`${KILLS} kills: ${alerts.length} alerts, ${intents.length} decisions, ${byId.size} deliveries, ${surplus} came twice with the same id`);
    expect(surplus).toBeLessThanOrEqual(KILLS);
    const verified = (await outcomes()).filter(({ verification }) => verification === 'verified');
    expect(verified).toHaveLength(intents.length);
    const first = [...byId.values()].map(([one]) => String(dataOf(one)['alert_id']));
    expect(intents.toReversed().map(({ alert_id }) => alert_id)).toEqual(first);
    expect(await station.client.call('verifyHistory')).toMatchObject({ intact: true });
  });
});
