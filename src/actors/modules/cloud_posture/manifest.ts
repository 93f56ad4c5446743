import type { ModuleManifest } from '../../contract.ts';
import { ALERT_TYPES } from './alert-types.ts';
import { type PostureSettings, postureSettingsSchema } from './settings.ts';

/** What cloud_posture is, takes and raises. */
export const manifest: ModuleManifest<PostureSettings> = {
  id: 'cloud_posture',
  tier: 6,
  title: 'Clouds and containers',
  description: 'Settings of clouds, clusters and containers: what was opened, who may do everything, secrets in logs, containers with the rights of the host.',
  eventTypes: [
    'config_change',
    'resource_update',
    'iac_deploy',
    'config_scan',
    'posture_check',
    'secret_detected',
    'credential_found',
    'log_entry',
    'audit_log',
    'policy_check',
    'compliance_scan',
    'k8s_rbac_change',
    'k8s_admission',
    'k8s_network_policy',
    'container_config',
    'pod_security',
  ],
  alertTypes: ALERT_TYPES,
  settings: postureSettingsSchema,
};
