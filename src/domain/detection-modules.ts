/** Names of all detection modules of the compatible interface, those that this version does not have yet included. */
export const DETECTION_MODULES: ReadonlySet<string> = new Set([
  'network_guardian',
  'api_fortress',
  'iot_shield',
  'injection_shield',
  'supply_chain',
  'ransomware',
  'auth_fortress',
  'deepfake_shield',
  'identity_monitor',
  'llm_firewall',
  'ai_containment',
  'data_poisoning',
  'quantum_crypto',
  'runtime_watcher',
  'cloud_posture',
  'ai_analysis_engine',
]);
