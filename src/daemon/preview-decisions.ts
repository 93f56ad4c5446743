import type { FoldedAlert } from '../actors/response/alert-folder.ts';
import { cooldownKey, decide, policyOf } from '../actors/response/decide.ts';
import { guardTarget, NO_ENDPOINTS } from '../actors/response/guard.ts';
import { createLedger } from '../actors/response/ledger.ts';
import { buildEnforcementPolicy } from '../config/enforcement.ts';
import { loadConfig } from '../config/load.ts';
import { loadPreset } from '../config/presets.ts';
import { targetKey } from '../domain/action.ts';
import type { Alert } from '../domain/alert.ts';
import { asId } from '../domain/ids.ts';
import type { PresetName } from '../domain/policy.ts';

export type PreviewedDecision = { readonly action: string; readonly target: string; readonly outcome: string; readonly reason: string };

/**
 * What a preset would have decided about an alert, live unless `mode` says dry run, on event time: cooldowns and budgets included, every action available,
 * nobody protected but the special ranges and the configured allow list.
 */
export const createDecisionPreview = async (
  preset: PresetName,
  environment: Parameters<typeof loadConfig>[0],
  mode: { readonly dryRun: boolean } = { dryRun: false },
): Promise<(alert: FoldedAlert) => readonly PreviewedDecision[]> => {
  const { config } = await loadConfig(environment);
  const policy = buildEnforcementPolicy(config, await loadPreset(preset), mode);
  const ledger = createLedger();
  return (folded) => {
    const now = folded.firstSeen;
    const decisions = decide(alertOf(folded), {
      policy,
      veto: (action, target, allowList) => guardTarget(action, target, allowList, { endpoints: NO_ENDPOINTS, recentSshPeers: [], ownPid: 0 }, policy.caps),
      activeUntil: () => undefined,
      cooldownLeft: (key) => ledger.cooldownLeft(key, now),
      budgetLeft: (module, action, limit) => ledger.budgetLeft(module, action, limit, now),
      globalBudgetLeft: () => policy.caps.maxNewActionsPerMinute - ledger.spentGlobally(now),
      activeBlocks: () => 0,
      unavailable: () => undefined,
    });
    for (const { action, target, outcome } of decisions) {
      if (outcome !== 'execute' && outcome !== 'needs-approval') continue;
      ledger.spend(folded.module, action, now);
      ledger.startCooldown(cooldownKey(folded.module, action, target), (policyOf(policy, folded.module)?.cooldownSeconds ?? 0) * 1000, now);
    }
    return decisions.map(({ action, target, outcome, reason }) => ({ action, target: targetKey(target), outcome, reason }));
  };
};

const alertOf = (folded: FoldedAlert): Alert => ({ ...folded, id: asId<'AlertId'>(folded.foldKey), status: 'OPEN', createdAt: folded.firstSeen, version: 1 });
