import type { PolicyJson } from '../../protocol/schemas.ts';
import { table } from '../table.ts';

/** A decision table as text, one row a rule. */
export const policyRows = (policies: readonly PolicyJson[]): string =>
  table(
    ['MODULE', 'FROM', 'COOLDOWN', 'A MINUTE', 'ACTION', 'AT', 'FOR', 'NOTES'],
    policies.flatMap((policy) =>
      policy.actions.map((rule, index) => [
        index === 0 ? policy.module : '',
        index === 0 ? policy.min_severity : '',
        index === 0 ? `${policy.cooldown_seconds}s` : '',
        index === 0 ? String(policy.max_actions_per_min) : '',
        rule.action,
        rule.min_severity,
        rule.params['duration'] ?? '',
        [
          rule.types.length > 0 ? `only ${rule.types.join(', ')}` : '',
          rule.skip_approval ? 'without asking' : '',
          rule.hold ? 'held while waiting' : '',
          rule.dry_run ? 'dry run' : '',
        ]
          .filter((note) => note !== '')
          .join('; '),
      ]),
    ),
  );
