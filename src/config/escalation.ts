import { DEFAULT_ESCALATION, type EscalationPolicy, type EscalationRule } from '../domain/escalation.ts';
import { SEVERITIES, type Severity } from '../domain/severity.ts';
import type { Config, PresetFile } from './schema.ts';

/** When alerts escalate: per severity the user's rule, else the preset's, else the default one. Off unless one of the two says otherwise. */
export const buildEscalationPolicy = (preset: PresetFile['escalation'], user: Config['escalation']): EscalationPolicy => ({
  enabled: user.enabled ?? preset?.enabled ?? DEFAULT_ESCALATION.enabled,
  timeouts: Object.fromEntries(SEVERITIES.flatMap((severity) => ruleFor(severity, preset, user).map((rule) => [severity, rule]))),
});

const ruleFor = (severity: Severity, preset: PresetFile['escalation'], user: Config['escalation']): readonly EscalationRule[] => {
  const named = user.timeouts?.[severity] ?? preset?.timeouts?.[severity];
  if (named !== undefined)
    return [{ timeoutMs: named.timeout, escalateTo: named.escalate_to, reNotify: named.re_notify, maxEscalations: named.max_escalations }];
  const usual = DEFAULT_ESCALATION.timeouts[severity];
  return usual === undefined ? [] : [usual];
};
