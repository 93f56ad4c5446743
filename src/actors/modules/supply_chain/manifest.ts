import type { ModuleManifest } from '../../contract.ts';
import { ALERT_TYPES } from './alert-types.ts';
import { type SupplySettings, supplySettingsSchema } from './settings.ts';

/** What supply_chain is, takes and raises. */
export const manifest: ModuleManifest<SupplySettings> = {
  id: 'supply_chain',
  tier: 2,
  title: 'Packages and builds',
  description: 'What is installed and built: misspelt and bad packages, install hooks, unsigned artifacts, pipelines that attack or leak.',
  eventTypes: [
    'package_install',
    'dependency_add',
    'package_update',
    'build_artifact',
    'artifact_deploy',
    'cicd_event',
    'pipeline_run',
    'pipeline_config_change',
    'sbom_scan',
    'process_exec',
    'process_start',
  ],
  alertTypes: ALERT_TYPES,
  settings: supplySettingsSchema,
};
