import type { ConnectionRef, FileRef, ProcessRef } from './entity.ts';

export const ACTIONS = ['log_only', 'webhook', 'block_ip', 'drop_connection', 'kill_process', 'quarantine_file', 'disable_user', 'command'] as const;
export type ActionName = (typeof ACTIONS)[number];

/** Risk as the security policy tables it. High waits for a person. */
export type Risk = 'none' | 'low' | 'medium' | 'high';

/** Risk of each action. Source: the permissions table of SECURITY.md. `command` is the user's own program: high. */
export const ACTION_RISK: { readonly [name in ActionName]: Risk } = {
  log_only: 'none',
  webhook: 'low',
  block_ip: 'medium',
  drop_connection: 'medium',
  kill_process: 'high',
  quarantine_file: 'high',
  disable_user: 'high',
  command: 'high',
};

/** Exactly what an action is aimed at. `key` is stable for cooldowns: see `targetKey`. */
export type Target =
  /** `via`: the endpoint told, or the command run; two of them about one alert are two actions. */
  | { readonly kind: 'alert'; readonly alertId: string; readonly via?: string | undefined }
  /** One address or a prefix in CIDR form; canonical. */
  | { readonly kind: 'ip'; readonly address: string }
  | { readonly kind: 'connection'; readonly address: string; readonly connection?: ConnectionRef | undefined }
  | { readonly kind: 'process'; readonly process: ProcessRef }
  | { readonly kind: 'file'; readonly file: FileRef }
  | { readonly kind: 'user'; readonly user: string; readonly uid?: number | undefined }
  /** The alert names nothing this action could be aimed at. */
  | { readonly kind: 'none'; readonly wanted: string };

/** Stable name of a target, for cooldowns, grouping and display. */
export const targetKey = (target: Target): string => {
  switch (target.kind) {
    case 'alert':
      return target.via === undefined ? target.alertId : `${target.alertId} via ${target.via}`;
    case 'ip':
    case 'connection':
      return target.address;
    case 'process':
      return `pid ${target.process.pid} (${target.process.name ?? target.process.exe}) @${target.process.startTime}`;
    case 'file':
      return target.file.path;
    case 'user':
      return target.user;
    case 'none':
      return `no ${target.wanted}`;
  }
};
