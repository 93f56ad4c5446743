import { findProgram } from '../find-program.ts';
import { createFirewall, type Firewall } from './firewall.ts';
import { createIpsetFirewall, hasIpset } from './ipset-firewall.ts';

export type FirewallKind = 'nftables' | 'iptables';

type Options = { readonly netns?: string | undefined; readonly now: () => number; readonly firewall?: FirewallKind | undefined };

/** What addresses are blocked with here: nftables where nft is installed, else iptables with ipset. */
export const firewallKind = (): FirewallKind => (findProgram('nft') === undefined && hasIpset() ? 'iptables' : 'nftables');

/** The firewall of that kind. */
export const openFirewall = (options: Options): Firewall => {
  if ((options.firewall ?? firewallKind()) === 'iptables') return createIpsetFirewall(options);
  return withLeftovers(createFirewall(options), options);
};

/** Removing takes away, too, what an earlier run left that blocked with iptables. */
const withLeftovers = (firewall: Firewall, options: Options): Firewall => ({
  ...firewall,
  remove: async (request) => {
    const reply = await firewall.remove(request);
    if (!hasIpset()) return reply;
    // A kernel without ipsets has none of ours; a missing right was told of by the removal before.
    const other = await createIpsetFirewall(options)
      .remove(request)
      .catch(() => ({ removed: false }));
    return other.removed && !reply.removed ? other : reply;
  },
});
