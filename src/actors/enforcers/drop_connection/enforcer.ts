import { SecError } from '../../../domain/errors.ts';
import { networkContains, parseNetwork } from '../../../domain/ip.ts';
import type { ActionOutcome, ActionRequest, Enforcer, EnforcerFactory } from '../../contract.ts';
import { manifest } from './manifest.ts';
import { peerOf, planDrop } from './plan.ts';

/** Closes the open connections of a peer. Idempotent: where none is open, nothing is left to do. */
export const createDropConnection: EnforcerFactory = ({ host }) => {
  const verify = async (request: ActionRequest): Promise<ActionOutcome> => {
    const peer = peerOf(request.target);
    const { connections } = await host.call('connections.list', { peer });
    if (connections.length > 0) return { verification: 'failed', detail: `${connections.length} connections with ${peer} are open` };
    return { verification: 'verified', detail: `no connection with ${peer} is open` };
  };
  const enforcer: Enforcer = {
    manifest,
    availability: async () => {
      const { canKillConnections, limits } = await host.call('describe', {});
      if (canKillConnections) return { isAvailable: true };
      return { isAvailable: false, reason: limits.find((limit) => limit.includes('onnections')) ?? 'connections cannot be closed' };
    },
    plan: planDrop,
    rehearse: async (request) => {
      planDrop(request);
      const availability = await enforcer.availability();
      return availability.isAvailable ? undefined : availability.reason;
    },
    apply: async (request) => {
      const peer = peerOf(request.target);
      await refuseOperator(peer);
      const { closed, remaining, supported, forgotten = 0 } = await host.call('connections.kill', { peer });
      if (!supported && forgotten === 0)
        return { verification: 'failed', detail: `this kernel can neither close connections nor forget their flows: ${remaining} with ${peer} are open` };
      // Whether a firewall then drops them depends on its rules.
      if (!supported)
        return {
          verification: 'unverified',
          detail: `this kernel cannot close connections; ${forgotten} flows with ${peer} were forgotten, a stateful firewall judges them anew`,
        };
      if (remaining > 0) return { verification: 'failed', detail: `${closed} connections with ${peer} closed, ${remaining} are open` };
      return { verification: 'verified', detail: closed === 0 ? `no connection with ${peer} was open` : `${closed} connections with ${peer} closed` };
    },
    verify,
    undo: async () => {
      throw new SecError('SEC_REFUSED', 'a closed connection cannot be opened again from here');
    },
    fini: async () => [],
  };

  const refuseOperator = async (peer: string): Promise<void> => {
    const { sshPeers } = await host.call('operators', {});
    const network = parseNetwork(peer);
    if (network !== undefined && sshPeers.some((operator) => networkContains(network, operator)))
      throw new SecError('SEC_REFUSED', `an operator is connected from ${peer} over SSH`);
  };
  return enforcer;
};
