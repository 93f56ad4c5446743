import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ATTACK_CHAINS } from '../../../src/actors/correlation/attack-chains.ts';
import { createCorrelator, type Sighting } from '../../../src/actors/correlation/correlator.ts';
import { sightingsOf } from '../../../src/actors/correlation/sighting.ts';
import { MODULES } from '../../../src/actors/registry.ts';
import { sampleAlert, sampleProcess } from '../../kit/alerts.ts';

const START = 1_700_000_000_000;
const MINUTE = 60_000;
const IP = '203.0.113.7';

let counted = 0;
const seen = (module: string, type: string, atMs: number, more: Partial<Sighting> = {}): Sighting => ({
  alertId: more.alertId ?? `a${++counted}`,
  module,
  type,
  severity: 'HIGH',
  title: type,
  at: START + atMs,
  entities: { ip: IP },
  eventId: `e${counted}`,
  isClaim: false,
  ...more,
});
const guess = (atMs: number, more: Partial<Sighting> = {}) => seen('auth_fortress', 'brute_force', atMs, more);
const scan = (atMs: number, more: Partial<Sighting> = {}) => seen('network_guardian', 'vertical_scan', atMs, more);
const names = (sightings: readonly Sighting[]): readonly string[] => {
  const correlator = createCorrelator(ATTACK_CHAINS);
  return sightings.flatMap((one) => correlator.take(one)).map((finding) => finding.correlation?.chain ?? '');
};
const CREDENTIALS = 'Credential Attack → Lateral Movement';

describe('attack chains', () => {
  test('a completed chain names its alerts in order, its technique and whom all of them name', () => {
    const correlator = createCorrelator(ATTACK_CHAINS);
    expect(correlator.take(guess(0, { alertId: 'first', entities: { ip: IP, user: 'root' } }))).toEqual([]);
    const [finding, ...others] = correlator.take(scan(MINUTE, { alertId: 'second' }));
    expect(others).toEqual([]);
    expect(finding).toMatchObject({
      module: 'threat_correlator',
      type: 'attack_chain',
      severity: 'CRITICAL',
      at: START + MINUTE,
      mitre: ['T1110', 'TA0008'],
      isClaim: false,
      correlation: {
        chain: CREDENTIALS,
        joinedBy: 'ip',
        entity: `ip ${IP}`,
        steps: [
          { stage: 'credentials', alertId: 'first' },
          { stage: 'movement', alertId: 'second' },
        ],
      },
    });
    expect(finding?.entities).toEqual({ ip: IP });
  });

  test.each<[string, readonly Sighting[], readonly string[]]>([
    ['in order within the window', [guess(0), scan(14 * MINUTE)], [CREDENTIALS]],
    ['in the wrong order', [scan(0), guess(MINUTE)], []],
    ['too far apart', [guess(0), scan(16 * MINUTE)], []],
    ['a repeat slides the window along', [guess(0, { alertId: 'x' }), guess(10 * MINUTE, { alertId: 'x' }), scan(20 * MINUTE)], [CREDENTIALS]],
    ['logs a few seconds out of step', [guess(3000), scan(0)], [CREDENTIALS]],
    ['by different addresses', [guess(0), scan(MINUTE, { entities: { ip: '198.51.100.1' } })], []],
    ['by one IPv6 network', [guess(0, { entities: { ip: '2001:db8::1' } }), scan(MINUTE, { entities: { ip: '2001:db8::2' } })], [CREDENTIALS]],
    ['below the severity floor', [guess(0, { severity: 'LOW' }), scan(MINUTE)], []],
    ['an added-up score is no step', [guess(0), seen('network_guardian', 'dynamic_ip_block', MINUTE)], []],
    ['a flood of requests is no movement', [guess(0), seen('network_guardian', 'rate_limit', MINUTE)], []],
    ['one alert does not fill two places', [seen('llm_firewall', 'rag_hidden_content', 0)], []],
    [
      'three modules, in any order',
      [seen('runtime_watcher', 'lolbin_abuse', 0), seen('api_fortress', 'idor', MINUTE), seen('injection_shield', 'injection_detected', 2 * MINUTE)],
      ['Multi-Vector Assault'],
    ],
    ['two modules and the correlator itself are not three', [scan(0), seen('threat_correlator', 'attack_chain', 1), seen('api_fortress', 'idor', 2)], []],
    [
      'joined by the user within five minutes',
      [
        seen('llm_firewall', 'llm_threat_detected', 0, { entities: { user: 'ana' } }),
        seen('identity_monitor', 'account_mutation', 4 * MINUTE, { entities: { user: 'ana' } }),
      ],
      ['AI Support Bot Jailbreak to Account Takeover Mutation'],
    ],
    [
      'joined by this host, where nothing else is known',
      [seen('injection_shield', 'injection_detected', 0), seen('runtime_watcher', 'reverse_shell', MINUTE, { entities: { process: sampleProcess() } })],
      ['Injection → Persistence'],
    ],
    [
      'on this host only what is grave is joined',
      [
        seen('injection_shield', 'injection_detected', 0, { severity: 'MEDIUM' }),
        seen('runtime_watcher', 'reverse_shell', MINUTE, { entities: { process: sampleProcess() } }),
      ],
      [],
    ],
  ])('%s', (_what, sightings, wanted) => {
    expect(names(sightings)).toEqual(wanted);
  });

  test('processes of one login session or service are one tree', () => {
    const inside = (pid: number, cgroup: string) => ({ process: sampleProcess({ pid, cgroup }) });
    const run = (cgroup: string) =>
      names([
        seen('supply_chain', 'malicious_package', 0, { severity: 'MEDIUM', entities: inside(10, '/system.slice/app.service') }),
        seen('runtime_watcher', 'lolbin_abuse', MINUTE, { severity: 'MEDIUM', entities: inside(20, cgroup) }),
      ]);
    expect(run('/system.slice/app.service')).toEqual(['Supply Chain → Runtime Compromise']);
    expect(run('/system.slice/other.service')).toEqual([]);
    expect(run('/')).toEqual([]);
  });

  test('what was joined by the host alone blames nobody', () => {
    const correlator = createCorrelator(ATTACK_CHAINS);
    correlator.take(seen('injection_shield', 'injection_detected', 0));
    const [finding] = correlator.take(seen('runtime_watcher', 'reverse_shell', MINUTE, { entities: { process: sampleProcess() } }));
    expect(finding?.entities).toEqual({});
  });

  test('a claim in a chain makes it a claim', () => {
    const correlator = createCorrelator(ATTACK_CHAINS);
    correlator.take(guess(0));
    expect(correlator.take(scan(MINUTE, { isClaim: true }))[0]?.isClaim).toBe(true);
  });

  test('a chain under way is shown with what is missing, until its window is over', () => {
    const correlator = createCorrelator(ATTACK_CHAINS);
    correlator.take(guess(0, { alertId: 'begun' }));
    const open = correlator.open(START + MINUTE).find(({ chain }) => chain === CREDENTIALS);
    expect(open).toMatchObject({ entity: `ip ${IP}`, missing: ['movement'], steps: [{ alertId: 'begun' }], expiresAt: START + 15 * MINUTE });
    expect(correlator.open(START + 16 * MINUTE)).toEqual([]);
  });

  test('a restart forgets nothing: stored alerts bring it to where it was', () => {
    const correlator = createCorrelator(ATTACK_CHAINS);
    const stored = sampleAlert({ firstSeen: START, lastSeen: START + 10 * MINUTE, entities: { ip: IP } });
    for (const one of sightingsOf([stored])) correlator.take(one);
    expect(correlator.take(scan(20 * MINUTE)).map(({ correlation }) => correlation?.chain)).toEqual([CREDENTIALS]);
  });

  test('memory is bounded: entities that were seen longest ago go first and are counted', () => {
    const correlator = createCorrelator(ATTACK_CHAINS, 100);
    for (let index = 0; index < 1000; index++) correlator.take(guess(index, { entities: { ip: `198.18.${index >> 8}.${index & 255}` } }));
    expect(correlator.counts()).toMatchObject({ entities: 100 });
    expect(correlator.counts().evicted).toBeGreaterThanOrEqual(900);
  });
});

describe('whatever comes in whatever order', () => {
  const modules = ['auth_fortress', 'network_guardian', 'injection_shield', 'runtime_watcher', 'ransomware', 'api_fortress', 'threat_correlator'];
  const types = ['brute_force', 'vertical_scan', 'injection_detected', 'reverse_shell', 'ransom_note', 'idor', 'attack_chain'];
  const sighting = fc
    .record({
      kind: fc.nat(modules.length - 1),
      atMs: fc.integer({ min: 0, max: 60 * MINUTE }),
      host: fc.nat(3),
      severity: fc.constantFrom('INFO', 'LOW', 'MEDIUM', 'HIGH', 'CRITICAL'),
      alert: fc.nat(20),
    })
    .map(({ kind, atMs, host, severity, alert }) =>
      seen(modules[kind] ?? '', types[kind] ?? '', atMs, { severity, alertId: `a${alert}`, entities: { ip: `192.0.2.${host}` } }),
    );

  test('every chain is in order, within its window, above its floor, of different alerts, and without the correlator', () => {
    fc.assert(
      fc.property(fc.array(sighting, { maxLength: 80 }), (sightings) => {
        const correlator = createCorrelator(ATTACK_CHAINS);
        for (const one of sightings)
          for (const { correlation, isClaim } of correlator.take(one)) {
            const chain = ATTACK_CHAINS.find(({ name }) => name === correlation?.chain);
            const steps = correlation?.steps ?? [];
            const times = steps.map(({ at }) => at);
            expect(chain).toBeDefined();
            expect(isClaim).toBe(false);
            expect(Math.max(...times) - Math.min(...times)).toBeLessThanOrEqual((chain?.windowMs ?? 0) + 5000);
            expect(steps.every(({ module, severity }) => module !== 'threat_correlator' && ['MEDIUM', 'HIGH', 'CRITICAL'].includes(severity))).toBe(true);
            if (chain?.distinctModules === undefined) {
              expect(steps.map(({ stage }) => stage)).toEqual(chain?.stages.map(({ name }) => name));
              expect(new Set(steps.map(({ alertId }) => alertId)).size).toBe(steps.length);
              for (let index = 1; index < times.length; index++) expect((times[index] ?? 0) - (times[index - 1] ?? 0)).toBeGreaterThanOrEqual(-5000);
            }
          }
      }),
    );
  });

  test('it finds a chain whenever two fitting steps are within the window, and never otherwise', () => {
    fc.assert(
      fc.property(fc.array(fc.record({ isGuess: fc.boolean(), minute: fc.nat(60) }), { maxLength: 30 }), (steps) => {
        const inOrder = steps.toSorted((a, b) => a.minute - b.minute);
        let lastGuess = Number.NEGATIVE_INFINITY;
        let wanted = 0;
        for (const { isGuess, minute } of inOrder) {
          if (isGuess) lastGuess = minute;
          else if (minute - lastGuess <= 15) {
            wanted += 1;
            lastGuess = Number.NEGATIVE_INFINITY;
          }
        }
        const told = names(inOrder.map(({ isGuess, minute }) => (isGuess ? guess(minute * MINUTE) : scan(minute * MINUTE))));
        expect(told.length).toBe(wanted);
      }),
    );
  });
});

describe('the chains themselves', () => {
  test('every type they name exists in its module, where the module is here', () => {
    let checked = 0;
    for (const { stages } of ATTACK_CHAINS)
      for (const { modules, types = [] } of stages)
        for (const { manifest } of MODULES.filter((module) => modules.includes(module.manifest.id)))
          for (const type of types) {
            expect(Object.keys(manifest.alertTypes), `${manifest.id} ${type}`).toContain(type);
            checked += 1;
          }
    expect(checked).toBeGreaterThan(20);
  });

  test('there are thirteen, each with a name of its own and a technique', () => {
    expect(new Set(ATTACK_CHAINS.map(({ name }) => name)).size).toBe(13);
    expect(ATTACK_CHAINS.every(({ mitre, id }) => mitre.length > 0 && /^[a-z_]{1,64}$/.test(id))).toBe(true);
  });
});
