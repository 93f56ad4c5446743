import { SecError } from '../../domain/errors.ts';
import { type Network, parseNetwork } from '../../domain/ip.ts';

/** The network that text names, or SEC_INPUT_INVALID: nothing else ever becomes part of a firewall command. */
export const checkedNetwork = (text: string): Network => {
  const network = parseNetwork(text);
  if (network === undefined) throw new SecError('SEC_INPUT_INVALID', `expected an address or a network in CIDR form, got "${text}"`);
  return network;
};

/** As `checkedNetwork`, for something to block: networks wider than half a class A are never meant. */
export const checkedBlock = (text: string): Network => {
  const network = checkedNetwork(text);
  if (network.prefix < (network.isV6 ? WIDEST_V6 : WIDEST_V4)) throw new SecError('SEC_REFUSED', `${text} is too wide to block`);
  return network;
};

const WIDEST_V4 = 9;
const WIDEST_V6 = 20;
