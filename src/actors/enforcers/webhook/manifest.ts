import type { EnforcerManifest } from '../../contract.ts';

/** webhook as the approval dialog and `1sec enforce status` show it. */
export const manifest: EnforcerManifest = {
  action: 'webhook',
  title: 'Send the metadata of the alert to an endpoint',
  risk: 'low',
  privilege: 'network access to the configured address',
  isReversible: false,
};
