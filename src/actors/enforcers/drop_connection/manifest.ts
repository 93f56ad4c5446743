import type { EnforcerManifest } from '../../contract.ts';

/** drop_connection as the approval dialog and `1sec enforce status` show it. */
export const manifest: EnforcerManifest = {
  action: 'drop_connection',
  title: 'Close the open connections of an address',
  risk: 'medium',
  privilege: 'CAP_NET_ADMIN, iproute2 (ss), a kernel that can destroy sockets',
  isReversible: false,
};
