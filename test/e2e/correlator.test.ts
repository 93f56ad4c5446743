import { appendFileSync, writeFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createStation, type Station, until, whyNoBuild } from '../kit/daemon.ts';
import { failedLogin } from '../kit/log-lines.ts';
import { skipsWithout } from '../kit/netns.ts';

const ATTACKER = '203.0.113.9';

describe.skipIf(skipsWithout(whyNoBuild(), 'attack chains'))('attack chains', () => {
  let station: Station;
  beforeEach(() => {
    station = createStation();
    for (const name of ['auth.log', 'kern.log']) writeFileSync(station.path(name), '');
    station.configure({
      sources: {
        auto: false,
        processes: false,
        sockets: false,
        files: [
          { path: station.path('auth.log'), grammar: 'auth' },
          { path: station.path('kern.log'), grammar: 'firewall' },
        ],
      },
    });
  });
  afterEach(() => station.remove());

  const scan = (): void => {
    for (let port = 1; port <= 40; port += 1)
      appendFileSync(
        station.path('kern.log'),
        `${new Date().toISOString()} h kernel: [1.0] new IN=eth0 OUT= SRC=${ATTACKER} DST=198.51.100.1 LEN=60 PROTO=TCP SPT=4000 DPT=${port} WINDOW=1 RES=0x00 SYN URGP=0\n`,
      );
  };
  const alertsOf = async (module: string) => (await station.client.call('alerts', { query: { module } })).alerts;

  test('two logs make a chain, also across a sudden death between its steps', async () => {
    const first = await station.start();
    appendFileSync(station.path('auth.log'), failedLogin(ATTACKER, 14, 'root'));
    await until('the guesses', async () => (await alertsOf('auth_fortress')).length === 1, 20_000);
    const begun = await station.cli('correlator');
    expect(begun.out).toContain(`begun: Credential Attack → Lateral Movement (ip ${ATTACKER})`);
    expect(begun.out).toContain('no chain was completed');

    const threats = await station.cli('threats');
    expect(threats.out).toMatch(new RegExp(`${ATTACKER}\\s+\\d+`));
    expect(threats.out).toContain('brute_force');
    expect(threats.out).toContain('Credential Attack → Lateral Movement has begun, movement would follow');
    await until('it is on disk', async () => (await alertsOf('auth_fortress')).length === 1);
    await new Promise((resolve) => setTimeout(resolve, 1500));
    await first.kill('SIGKILL');

    await station.start();
    scan();
    await until('the chain', async () => (await alertsOf('threat_correlator')).length === 1, 20_000);
    const [alert] = await alertsOf('threat_correlator');
    const [guesses] = await alertsOf('auth_fortress');
    expect(alert).toMatchObject({
      type: 'attack_chain',
      severity: 'CRITICAL',
      entities: { ip: ATTACKER },
      metadata: { source_ip: ATTACKER, chain_name: 'Credential Attack → Lateral Movement', modules: ['auth_fortress', 'network_guardian'] },
      correlation: { joined_by: 'ip', steps: [{ alert_id: guesses?.id, stage: 'credentials' }, { stage: 'movement' }] },
    });
    expect((await station.cli('alerts', '--module', 'threat_correlator')).out).toContain('Attack chain: Credential Attack');
    const shown = JSON.parse((await station.cli('correlator', '--json')).out) as { recent: { id: string }[]; chain_count: number };
    expect(shown).toMatchObject({ chain_count: 13, recent: [{ id: alert?.id }] });
    const listed = JSON.parse((await station.cli('threats', ATTACKER, '--json')).out) as unknown;
    expect(listed).toMatchObject({ total: 1, blocked_count: 0, threats: [{ ip: ATTACKER, blocked: false, claim: false }] });
  }, 90_000);
});
