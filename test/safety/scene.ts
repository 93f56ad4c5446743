import type { Alert } from '../../src/domain/alert.ts';
import { createManualClock } from '../../src/domain/clock.ts';
import type { HistoryRecord } from '../../src/domain/history.ts';
import { createId } from '../../src/domain/ids.ts';
import type { EnforcementPolicy, PolicyRule } from '../../src/domain/policy.ts';
import type { Store } from '../../src/store/contract.ts';
import { sampleAlert } from '../kit/alerts.ts';
import { policyOfPreset } from '../kit/policies.ts';
import { START, withStore } from '../store/store-fixtures.ts';
import { createWorld, hostOf, type Watch, type World } from './fake-host.ts';
import { type Life, type LifeOptions, startLife } from './life.ts';

export type Scene = {
  readonly world: World;
  readonly store: Store;
  readonly clock: ReturnType<typeof createManualClock>;
  /** May be changed at any time. */
  readonly mood: { policy: EnforcementPolicy; watch: Watch };
  life: Life;
  readonly restart: () => Promise<void>;
  readonly raise: (more: Partial<Alert>) => Promise<void>;
  readonly records: (kind: HistoryRecord['kind']) => readonly HistoryRecord[];
};

export const rule = (action: PolicyRule['action'], more: Partial<PolicyRule> = {}): PolicyRule => ({
  action,
  minSeverity: 'LOW',
  params: {},
  skipApproval: true,
  dryRun: false,
  description: '',
  hold: false,
  types: [],
  ...more,
});

/** A live table that takes these rules for every alert. */
export const policyOf = async (rules: readonly PolicyRule[], more: Partial<EnforcementPolicy> = {}): Promise<EnforcementPolicy> => {
  const balanced = await policyOfPreset('balanced');
  const policy = { enabled: true, minSeverity: 'LOW' as const, cooldownSeconds: 0, maxActionsPerMinute: 0, dryRun: false, allowList: [], rules };
  const approvalGate = { ...balanced.approvalGate, enabled: true, requireApproval: ['block_ip', 'kill_process', 'quarantine_file', 'disable_user'] as const };
  return { ...balanced, policies: { '*': policy }, approvalGate, ...more };
};

/** A response room over a host that exists only here and a real store; the operator is connected from 192.0.2.77. */
export const withScene = (
  policy: EnforcementPolicy,
  work: (scene: Scene) => Promise<void>,
  world = createWorld({ sshPeers: ['192.0.2.77'] }),
  more: Pick<LifeOptions, 'trustedProxies'> = {},
): Promise<void> =>
  withStore(async (store) => {
    const clock = createManualClock(START);
    const mood: Scene['mood'] = { policy, watch: () => undefined };
    const start = (): Promise<Life> =>
      startLife({ store, host: hostOf(world, clock, (name, moment) => mood.watch(name, moment)), clock, policy: () => mood.policy, ...more });
    const scene: Scene = {
      world,
      store,
      clock,
      mood,
      life: await start(),
      restart: async () => {
        scene.life.kill();
        clock.advance(10);
        scene.life = await start();
      },
      raise: async (more) => {
        scene.life.responder.respond(sampleAlert({ id: createId<'AlertId'>(clock.now()), severity: 'CRITICAL', ...more }), false);
        await scene.life.idle();
      },
      records: (kind) => store.history.page({ limit: 100, kind }),
    };
    try {
      await work(scene);
    } finally {
      scene.life.kill();
    }
  });
