import type { ModuleDefinition } from './contract.ts';
import { authFortress } from './modules/auth_fortress/detect.ts';

/** Every detection module. Nothing else enumerates them; a new module is one line here. */
export const MODULES: readonly ModuleDefinition[] = [authFortress];

/** The module of that id. */
export const moduleOf = (id: string): ModuleDefinition | undefined => MODULES.find((module) => module.manifest.id === id);
