import type { EnforcerManifest } from '../../contract.ts';

/** kill_process as the approval dialog and `1sec enforce status` show it. */
export const manifest: EnforcerManifest = {
  action: 'kill_process',
  title: 'End a process and everything it started',
  risk: 'high',
  privilege: 'CAP_KILL (for processes of other users)',
  isReversible: false,
};
