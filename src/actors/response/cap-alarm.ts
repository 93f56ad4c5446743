import type { Clock } from '../../domain/clock.ts';
import type { HostCap } from '../../domain/decision.ts';
import type { Finding } from '../../domain/finding.ts';

/** One alert for each cap in this time. */
const WINDOW_MS = 15 * 60_000;

/** Says loudly that a cap of the whole host is reached: from then on attacks are only recorded. Once per window and cap. */
export const createCapAlarm = (dependencies: {
  readonly clock: Clock;
  readonly raise: (finding: Finding) => void;
}): ((cap: HostCap, reason: string) => void) => {
  const { clock, raise } = dependencies;
  const toldAt = new Map<HostCap, number>();
  return (cap, reason) => {
    const now = clock.monotonic();
    const last = toldAt.get(cap);
    if (last !== undefined && now - last < WINDOW_MS) return;
    toldAt.set(cap, now);
    raise(findingOf(cap, reason, clock.now()));
  };
};

const TITLES: { readonly [Cap in HostCap]: string } = {
  'active-blocks': 'No more addresses are blocked: the cap of active blocks is reached',
  'actions-per-minute': 'Actions are left out: the cap of new actions a minute is reached',
};

const findingOf = (cap: HostCap, reason: string, at: number): Finding => ({
  module: 'enforcement',
  type: 'enforcement_cap_reached',
  severity: 'HIGH',
  title: TITLES[cap],
  description: `${reason}. Attacks are still found and recorded.`,
  at,
  entities: {},
  eventIds: [],
  evidence: { rule: `enforcement/${cap}` },
  mitre: [],
  mitigations: [
    cap === 'active-blocks' ? 'Look at what is blocked: 1sec enforce leases' : 'Look at what was left out: 1sec enforce history',
    `Raise enforcement.caps.${cap === 'active-blocks' ? 'max_active_blocks' : 'max_new_actions_per_min'} if this is no accident`,
  ],
  foldKey: `enforcement:${cap}`,
  count: 1,
  isClaim: false,
});
