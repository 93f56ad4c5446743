import { SecError } from '../domain/errors.ts';
import type { PresetName } from '../domain/policy.ts';
import type { PresetFile, PresetLayer } from './schema.ts';

/**
 * The named preset and what it extends, the root first. Rejects with SEC_CONFIG_INVALID when one has another name than it was
 * asked for by, or when they extend each other in a circle.
 */
export const presetChain = async (name: PresetName, read: (name: PresetName) => Promise<PresetLayer>): Promise<readonly PresetLayer[]> => {
  const chain: PresetLayer[] = [];
  for (let next: PresetName | undefined = name; next !== undefined; ) {
    const wanted: PresetName = next;
    if (chain.some((layer) => layer.name === wanted))
      throw new SecError(
        'SEC_CONFIG_INVALID',
        `presets/${name}.yaml: extends: expected an end, got a circle: ${chain.map((layer) => layer.name).join(' → ')} → ${wanted}`,
      );
    const layer = await read(wanted);
    if (layer.name !== wanted) throw new SecError('SEC_CONFIG_INVALID', `presets/${wanted}.yaml: name: expected ${wanted}, got ${layer.name}`);
    chain.push(layer);
    next = layer.extends;
  }
  return chain.reverse();
};

/** One layer over another, per key of the gate, of the escalation and of each policy; a list, `actions` too, is replaced whole. */
export const mergeLayers = (base: PresetLayer, over: PresetLayer): PresetLayer => {
  const modules = new Set([...Object.keys(base.policies), ...Object.keys(over.policies)]);
  const escalation =
    base.escalation === undefined || over.escalation === undefined
      ? (over.escalation ?? base.escalation)
      : { ...base.escalation, ...over.escalation, timeouts: { ...base.escalation.timeouts, ...over.escalation.timeouts } };
  return {
    name: over.name,
    title: over.title,
    ...(base.extends === undefined ? {} : { extends: base.extends }),
    approval_gate: { ...base.approval_gate, ...over.approval_gate },
    ...(escalation === undefined ? {} : { escalation }),
    policies: Object.fromEntries([...modules].map((id) => [id, { ...base.policies[id], ...over.policies[id] }])),
  };
};

/** A merged preset, when it is whole: every policy says everything, and `*` is there. Throws SEC_CONFIG_INVALID: half a table is never used. */
export const wholePreset = (merged: PresetLayer): PresetFile => {
  const policies = Object.fromEntries(
    Object.entries(merged.policies).map(([id, { min_severity, cooldown_seconds, max_actions_per_min, actions }]) => {
      if (min_severity === undefined || cooldown_seconds === undefined || max_actions_per_min === undefined || actions === undefined)
        throw new SecError(
          'SEC_CONFIG_INVALID',
          `presets/${merged.name}.yaml: policies.${id}: expected min_severity, cooldown_seconds, max_actions_per_min and actions, here or in what it extends`,
        );
      return [id, { min_severity, cooldown_seconds, max_actions_per_min, actions }];
    }),
  );
  if (policies['*'] === undefined) throw new SecError('SEC_CONFIG_INVALID', `presets/${merged.name}.yaml: policies.*: expected a policy, got nothing`);
  const { extends: _base, ...rest } = merged;
  return { ...rest, policies };
};
