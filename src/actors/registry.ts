import type { ModuleDefinition } from './contract.ts';
import { authFortress } from './modules/auth_fortress/detect.ts';
import { injectionShield } from './modules/injection_shield/detect.ts';
import { runtimeWatcher } from './modules/runtime_watcher/detect.ts';

/** Every detection module. Nothing else enumerates them; a new module is one line here. */
export const MODULES: readonly ModuleDefinition[] = [authFortress, injectionShield, runtimeWatcher];

/** The module of that id. */
export const moduleOf = (id: string): ModuleDefinition | undefined => MODULES.find((module) => module.manifest.id === id);
