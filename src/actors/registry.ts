import type { ModuleDefinition } from './contract.ts';
import { apiFortress } from './modules/api_fortress/detect.ts';
import { authFortress } from './modules/auth_fortress/detect.ts';
import { cloudPosture } from './modules/cloud_posture/detect.ts';
import { identityMonitor } from './modules/identity_monitor/detect.ts';
import { injectionShield } from './modules/injection_shield/detect.ts';
import { networkGuardian } from './modules/network_guardian/detect.ts';
import { quantumCrypto } from './modules/quantum_crypto/detect.ts';
import { ransomware } from './modules/ransomware/detect.ts';
import { runtimeWatcher } from './modules/runtime_watcher/detect.ts';
import { supplyChain } from './modules/supply_chain/detect.ts';

/** Every detection module. Nothing else enumerates them; a new module is one line here. */
export const MODULES: readonly ModuleDefinition[] = [
  apiFortress,
  authFortress,
  cloudPosture,
  identityMonitor,
  injectionShield,
  networkGuardian,
  quantumCrypto,
  ransomware,
  runtimeWatcher,
  supplyChain,
];

/** The module of that id. */
export const moduleOf = (id: string): ModuleDefinition | undefined => MODULES.find((module) => module.manifest.id === id);
