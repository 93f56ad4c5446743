import type { ActionName } from '../../domain/action.ts';
import type { Enforcer, EnforcerFactory } from '../contract.ts';
import { createBlockIp } from './block_ip/enforcer.ts';
import { createCommand } from './command/enforcer.ts';
import { createDisableUser } from './disable_user/enforcer.ts';
import { createDropConnection } from './drop_connection/enforcer.ts';
import { createKillProcess } from './kill_process/enforcer.ts';
import { createLogOnly } from './log_only/enforcer.ts';
import { createQuarantineFile } from './quarantine_file/enforcer.ts';
import { createWebhook } from './webhook/enforcer.ts';

/** Every enforcer. Nothing else enumerates them; a new action is one line here. */
export const ENFORCERS: { readonly [action in ActionName]: EnforcerFactory } = {
  log_only: createLogOnly,
  webhook: createWebhook,
  block_ip: createBlockIp,
  drop_connection: createDropConnection,
  kill_process: createKillProcess,
  quarantine_file: createQuarantineFile,
  disable_user: createDisableUser,
  command: createCommand,
};

/** One enforcer of each action, on this host. */
export const createEnforcers = (dependencies: Parameters<EnforcerFactory>[0]): ReadonlyMap<ActionName, Enforcer> => {
  const enforcers = new Map<ActionName, Enforcer>();
  for (const factory of Object.values(ENFORCERS)) {
    const enforcer = factory(dependencies);
    enforcers.set(enforcer.manifest.action, enforcer);
  }
  return enforcers;
};
