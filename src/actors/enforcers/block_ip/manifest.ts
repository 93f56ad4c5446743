import type { EnforcerManifest } from '../../contract.ts';

/** block_ip as the approval dialog and `1sec enforce status` show it. */
export const manifest: EnforcerManifest = {
  action: 'block_ip',
  title: 'Block an address in the firewall',
  risk: 'medium',
  privilege: 'CAP_NET_ADMIN, nftables (nft) and iproute2 (ss)',
  isReversible: true,
};
