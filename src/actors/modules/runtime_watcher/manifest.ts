import type { ModuleManifest } from '../../contract.ts';
import { ALERT_TYPES } from './alert-types.ts';
import { type RuntimeSettings, runtimeSettingsSchema } from './settings.ts';

/** What runtime_watcher is, takes and raises. */
export const manifest: ModuleManifest<RuntimeSettings> = {
  id: 'runtime_watcher',
  tier: 6,
  title: 'Processes',
  description:
    'Programs that start and what they do: shells on sockets and under servers, code from memory or the network, theft of credentials, ways to stay and to hide.',
  eventTypes: [
    'process_exec',
    'process_start',
    'file_change',
    'file_modified',
    'file_created',
    'file_deleted',
    'privilege_change',
    'setuid',
    'capability_change',
    'container_event',
    'memory_injection',
    'process_hollowing',
    'dll_injection',
    'persistence_created',
    'scheduled_task',
    'wmi_subscription',
    'registry_run_key',
    'startup_item',
    'cron_job',
    'systemd_service',
    'firmware_event',
    'uefi_event',
    'bootloader_change',
    'fileless_execution',
    'powershell_exec',
    'wmi_exec',
    'mshta_exec',
    'driver_load',
  ],
  alertTypes: ALERT_TYPES,
  settings: runtimeSettingsSchema,
};
