import type { CommandRule } from './rule.ts';
import { CREDENTIAL_RULES } from './rules-credentials.ts';
import { ESCALATION_RULES } from './rules-escalation.ts';
import { EVASION_RULES } from './rules-evasion.ts';
import { IMPACT_RULES } from './rules-impact.ts';
import { NETWORK_RULES } from './rules-network.ts';
import { PERSISTENCE_RULES } from './rules-persistence.ts';

/** Every rule about a program and its arguments. */
export const COMMAND_RULES: readonly CommandRule[] = [
  ...EVASION_RULES,
  ...CREDENTIAL_RULES,
  ...ESCALATION_RULES,
  ...PERSISTENCE_RULES,
  ...NETWORK_RULES,
  ...IMPACT_RULES,
];

/** The rules for one program; a lookup, so that the number of rules does not slow a process down. */
export const rulesFor = (program: string): readonly CommandRule[] => INDEX.get(program) ?? NONE;

const NONE: readonly CommandRule[] = [];

const INDEX: ReadonlyMap<string, readonly CommandRule[]> = (() => {
  const index = new Map<string, CommandRule[]>();
  for (const one of COMMAND_RULES) {
    for (const program of one.programs) {
      const list = index.get(program) ?? [];
      list.push(one);
      index.set(program, list);
    }
  }
  return index;
})();
