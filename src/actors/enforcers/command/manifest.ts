import type { EnforcerManifest } from '../../contract.ts';

/** command as the approval dialog and `1sec enforce status` show it. */
export const manifest: EnforcerManifest = {
  action: 'command',
  title: 'Run your own program',
  risk: 'high',
  privilege: 'root, and enforcement.allow_command',
  isReversible: false,
};
