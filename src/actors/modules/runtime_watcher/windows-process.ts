import { type Match, match } from './match.ts';
import type { ProcessFacts } from './process-facts.ts';
import { WINDOWS_RULES } from './rules-windows.ts';

/** Windows programs turned against their host; only for events that name the process, as Windows forwarders do. */
export const judgeWindowsProcess = (facts: ProcessFacts, add: (found: Match) => void): void => {
  if (facts.name === '' || facts.commandLine === '') return;
  const rules = BY_PROGRAM.get(facts.name);
  if (rules === undefined || facts.executable.startsWith('/')) return;
  const rest = facts.commandLine.slice(facts.commandLine.search(/\s|$/));
  const rule = rules.find((candidate) => candidate.markers.every((marker) => marker.test(rest)));
  if (rule !== undefined)
    add(match('lolbin_abuse', 'HIGH', `windows_${rule.program}`, `${rule.technique}: ${rule.program} is used for what attackers use it for`));
};

const BY_PROGRAM: ReadonlyMap<string, typeof WINDOWS_RULES> = Map.groupBy(WINDOWS_RULES, (rule) => rule.program);
