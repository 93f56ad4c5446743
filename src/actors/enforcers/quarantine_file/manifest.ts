import type { EnforcerManifest } from '../../contract.ts';

/** quarantine_file as the approval dialog and `1sec enforce status` show it. */
export const manifest: EnforcerManifest = {
  action: 'quarantine_file',
  title: 'Move a file out of reach',
  risk: 'high',
  privilege: 'root (files of other users)',
  isReversible: true,
  outlastsCleanup: true,
};
