import { ACTION_RISK, type ActionName } from '../domain/action.ts';
import { networksOverlap, parseNetwork } from '../domain/ip.ts';

/** How much a slip could cost: T0 reads, T1 is taken back with one key, T2 asks in a dialog, T3 is refused here. */
export const TIERS = ['T0', 'T1', 'T2', 'T3'] as const;
export type Tier = (typeof TIERS)[number];

/** The tier of letting an action happen. What could cut off the operator's own connection is T3. */
export const actionTier = (action: ActionName, target: string, ownAddress: string | undefined): Tier => {
  const network = NETWORK_ACTIONS.has(action) ? parseNetwork(target) : undefined;
  if (network !== undefined && ownAddress !== undefined) {
    const own = parseNetwork(ownAddress);
    if (own !== undefined && networksOverlap(network, own)) return 'T3';
  }
  if (network !== undefined && network.prefix < (network.isV6 ? 64 : 32)) return 'T2';
  switch (ACTION_RISK[action]) {
    case 'none':
      return 'T0';
    case 'low':
    case 'medium':
      return 'T1';
    case 'high':
      return 'T2';
  }
};

/** The tier of taking an action back: there is no undo of an undo, so it is asked at least once. */
export const undoTier = (action: ActionName): Tier => (ACTION_RISK[action] === 'none' ? 'T1' : 'T2');

/** Acting on several at once costs one tier more. */
export const bulkTier = (tier: Tier, count: number): Tier => (count < 2 || tier === 'T0' ? tier : (TIERS[TIERS.indexOf(tier) + 1] ?? 'T3'));

const NETWORK_ACTIONS: ReadonlySet<ActionName> = new Set<ActionName>(['block_ip', 'drop_connection']);
