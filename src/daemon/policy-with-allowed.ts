import type { EnforcementPolicy } from '../domain/policy.ts';

/** The decision table with the live allow list in it. Made anew only when one of the two changed: it is asked for each alert. */
export const createPolicyWithAllowed = (policy: () => EnforcementPolicy, networks: () => readonly string[]): (() => EnforcementPolicy) => {
  let from: EnforcementPolicy | undefined;
  let listed: readonly string[] | undefined;
  let made: EnforcementPolicy | undefined;
  return () => {
    const current = policy();
    const allowed = networks();
    if (made !== undefined && from === current && listed === allowed) return made;
    from = current;
    listed = allowed;
    made = { ...current, globalAllowList: [...new Set([...current.globalAllowList, ...allowed])] };
    return made;
  };
};
