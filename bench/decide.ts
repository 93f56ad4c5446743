import { parseArgs } from 'node:util';
import { decide } from '../src/actors/response/decide.ts';
import { guardTarget, NO_ENDPOINTS } from '../src/actors/response/guard.ts';
import { createLedger } from '../src/actors/response/ledger.ts';
import { buildEnforcementPolicy } from '../src/config/enforcement.ts';
import { loadPreset } from '../src/config/presets.ts';
import { configSchema } from '../src/config/schema.ts';
import type { Alert } from '../src/domain/alert.ts';
import { createId } from '../src/domain/ids.ts';

/** Guards and decision for one alert, no effects: every preset, 50 allow-listed networks, 20 protected addresses; prints µs as JSON. */

const { values } = parseArgs({ options: { rounds: { type: 'string', default: '20000' } } });
const rounds = Number(values.rounds);
const list = (prefix: string, count: number): readonly string[] => Array.from({ length: count }, (_, index) => `${prefix}${index + 1}`);
const protections = {
  endpoints: {
    ...NO_ENDPOINTS,
    sshPeers: list('192.0.2.', 5),
    ownAddresses: [...list('192.0.2.10', 5), '2001:db8::10'],
    gateways: ['192.0.2.1'],
    resolvers: ['192.0.2.53'],
  },
  recentSshPeers: list('192.0.2.20', 8),
  ownPid: 1,
};
const allowed = list('198.51.100.', 50).map((address) => `${address}/32`);
const alertOf = (round: number): Alert => ({
  id: createId<'AlertId'>(1_700_000_000_000),
  module: 'auth_fortress',
  type: 'brute_force',
  severity: 'CRITICAL',
  status: 'OPEN',
  title: 'failed logins',
  description: '',
  entities: { ip: round % 3 === 0 ? `2001:db8:${(round % 60_000).toString(16)}::1` : `203.0.${Math.floor(round / 250) % 250}.${round % 250}` },
  eventIds: [],
  evidence: { rule: 'x' },
  mitre: [],
  mitigations: [],
  foldKey: 'x',
  count: 1,
  createdAt: 0,
  firstSeen: 0,
  lastSeen: 0,
  isClaim: false,
  version: 1,
});

for (const preset of ['safe', 'balanced', 'strict', 'vps-agent'] as const) {
  const config = configSchema.parse({ enforcement: { dry_run: false, preset, global_allow_list: allowed } });
  const policy = buildEnforcementPolicy(config, await loadPreset(preset), {});
  const ledger = createLedger();
  const times: number[] = [];
  let decisions = 0;
  for (let round = 0; round < rounds; round += 1) {
    const alert = alertOf(round);
    const started = performance.now();
    decisions += decide(alert, {
      policy,
      veto: (action, target, allowList) => guardTarget(action, target, allowList, protections, policy.caps),
      activeUntil: () => undefined,
      cooldownLeft: (key) => ledger.cooldownLeft(key, round),
      budgetLeft: (module, action, limit) => ledger.budgetLeft(module, action, limit, round),
      globalBudgetLeft: () => policy.caps.maxNewActionsPerMinute - ledger.spentGlobally(round),
      activeBlocks: () => 0,
      unavailable: () => undefined,
    }).length;
    times.push((performance.now() - started) * 1000);
  }
  const sorted = times.toSorted((a, b) => a - b);
  const at = (share: number): number => Math.round((sorted[Math.floor(sorted.length * share)] ?? 0) * 10) / 10;
  console.log(JSON.stringify({ preset, alerts: rounds, decisions, medianMicroseconds: at(0.5), p99Microseconds: at(0.99) }));
}
