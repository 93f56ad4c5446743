import type { EnforcerManifest } from '../../contract.ts';

/** log_only as the approval dialog and `1sec enforce status` show it. */
export const manifest: EnforcerManifest = {
  action: 'log_only',
  title: 'Record the alert and do nothing',
  risk: 'none',
  privilege: 'none',
  isReversible: false,
};
