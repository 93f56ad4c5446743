import type { Target } from '../../../domain/action.ts';
import { SecError } from '../../../domain/errors.ts';
import { networkText, parseNetwork } from '../../../domain/ip.ts';
import type { ActionPlan, ActionRequest } from '../../contract.ts';

/** The exact steps of closing connections. Throws SEC_INPUT_INVALID or SEC_REFUSED for a target that has none. */
export const planDrop = (request: ActionRequest): ActionPlan => {
  const peer = peerOf(request.target);
  return {
    steps: [`ss: close every open connection with ${peer} (the peer may connect again)`, `ss: check that none with ${peer} is left`],
    undoNote: 'cannot be undone; the peer may connect again at once',
  };
};

/** The address (or network) whose connections are meant. */
export const peerOf = (target: Target): string => {
  if (target.kind !== 'ip' && target.kind !== 'connection') throw new SecError('SEC_INPUT_INVALID', `expected an address, got a target of kind ${target.kind}`);
  const network = parseNetwork(target.address);
  if (network === undefined) throw new SecError('SEC_INPUT_INVALID', `expected an address or a network in CIDR form, got "${target.address}"`);
  if (network.prefix < (network.isV6 ? 48 : 24)) throw new SecError('SEC_REFUSED', `${target.address} is too wide: at least /${network.isV6 ? 48 : 24}`);
  return networkText(network);
};
