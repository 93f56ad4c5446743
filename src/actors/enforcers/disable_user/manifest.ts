import type { EnforcerManifest } from '../../contract.ts';

/** disable_user as the approval dialog and `1sec enforce status` show it. */
export const manifest: EnforcerManifest = {
  action: 'disable_user',
  title: 'Lock an account and end its sessions',
  risk: 'high',
  privilege: 'root, and the program usermod',
  isReversible: true,
};
