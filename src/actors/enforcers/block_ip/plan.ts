import type { Target } from '../../../domain/action.ts';
import { formatDuration, parseDurationMs } from '../../../domain/duration.ts';
import { SecError } from '../../../domain/errors.ts';
import { networkOf, networkText, parseNetwork } from '../../../domain/ip.ts';
import { rangeOf, rangesOverlap } from '../../../domain/ip-range.ts';
import type { ActionPlan, ActionRequest } from '../../contract.ts';

const DEFAULT_DURATION = '1h';
const MAX_DURATION_MS = 366 * 86_400_000;

/** The exact steps of a block. Throws SEC_INPUT_INVALID or SEC_REFUSED for a target that can never be blocked. */
export const planBlock = (request: ActionRequest): ActionPlan => {
  const unit = blockedUnitOf(request.target);
  const durationMs = blockDurationMs(request.params);
  return {
    steps: [
      `nft: add ${unit} to the block sets of table inet onesec for ${formatDuration(durationMs)} (input and forward, one transaction)`,
      `ss: close the open connections of ${unit}`,
      `nft: check that the kernel has ${unit}`,
    ],
    undoNote: `unblock ${unit}; by itself after ${formatDuration(durationMs)}, also without the daemon`,
    leaseMs: durationMs,
  };
};

/** What the kernel gets for a target: the address, its /64 for IPv6, or the prefix as given (at least /24 or /48). */
export const blockedUnitOf = (target: Target): string => {
  if (target.kind !== 'ip' && target.kind !== 'connection')
    throw new SecError('SEC_INPUT_INVALID', `expected an address to block, got a target of kind ${target.kind}`);
  const network = parseNetwork(target.address);
  if (network === undefined) throw new SecError('SEC_INPUT_INVALID', `expected an address or a network in CIDR form, got "${target.address}"`);
  if (network.prefix < (network.isV6 ? MIN_PREFIX_V6 : MIN_PREFIX_V4)) {
    throw new SecError('SEC_REFUSED', `${target.address} is too wide: at least /${network.isV6 ? MIN_PREFIX_V6 : MIN_PREFIX_V4}`);
  }
  const unit = target.address.includes('/') || !network.isV6 ? network : networkOf(network.address, UNIT_PREFIX_V6);
  const range = rangeOf(unit);
  const special = NEVER.find(([never]) => rangesOverlap(never, range));
  if (special !== undefined) throw new SecError('SEC_REFUSED', `${networkText(unit)} is, or holds, ${special[1]}`);
  return networkText(unit);
};

/** How long a block lasts: parameter `duration` (`30m`, `1h`, `24h`), one hour when it is left out. */
export const blockDurationMs = (params: ActionRequest['params']): number => {
  const text = params['duration'] ?? DEFAULT_DURATION;
  const durationMs = parseDurationMs(text);
  if (durationMs === undefined) throw new SecError('SEC_INPUT_INVALID', `expected a duration like 30m, 1h or 24h, got "${text}"`);
  if (durationMs > MAX_DURATION_MS) throw new SecError('SEC_INPUT_INVALID', `a block lasts ${formatDuration(MAX_DURATION_MS)} at most, got "${text}"`);
  return Math.max(durationMs, 1000);
};

const MIN_PREFIX_V4 = 24;
const MIN_PREFIX_V6 = 48;
// As `blockUnitOf`: one customer has at least this much.
const UNIT_PREFIX_V6 = 64;

// Source: IANA special-purpose address registries. A block there only hurts the host itself.
const NEVER = (
  [
    ['127.0.0.0/8', 'a loopback address'],
    ['::1/128', 'a loopback address'],
    ['0.0.0.0/8', 'no address of a peer'],
    ['::/128', 'no address of a peer'],
    ['224.0.0.0/4', 'a multicast address'],
    ['ff00::/8', 'a multicast address'],
    ['255.255.255.255/32', 'the broadcast address'],
    ['fe80::/10', 'a link-local address: neighbours and routers are found over it'],
  ] as const
).flatMap(([text, what]) => {
  const range = parseNetwork(text);
  return range === undefined ? [] : [[rangeOf(range), what] as const];
});
