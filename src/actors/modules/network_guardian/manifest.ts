import type { ModuleManifest } from '../../contract.ts';
import { ALERT_TYPES } from './alert-types.ts';
import { ROUTED_TYPES } from './routes.ts';
import { type NetworkSettings, networkSettingsSchema } from './settings.ts';

/** What network_guardian is, takes and raises. */
export const manifest: ModuleManifest<NetworkSettings> = {
  id: 'network_guardian',
  tier: 1,
  title: 'Network',
  description: 'Scans, floods, tunnels in DNS, programs that call home, the way from host to host, and addresses with a record.',
  eventTypes: ['*', ...ROUTED_TYPES],
  alertTypes: ALERT_TYPES,
  settings: networkSettingsSchema,
};
