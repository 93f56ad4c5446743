import type { ActionName, Target } from '../../domain/action.ts';
import type { Alert } from '../../domain/alert.ts';
import type { FileRef, ProcessRef } from '../../domain/entity.ts';
import { blockUnitOf } from '../../domain/ip.ts';

/** What an action of this alert would be aimed at. Addresses become their block unit (IPv6: the /64). Pure. */
export const targetOf = (action: ActionName, alert: Alert, params: { readonly [name: string]: string } = {}): Target => {
  const { ip, process, file, user, connection } = alert.entities;
  switch (action) {
    case 'block_ip':
      return ip === undefined ? { kind: 'none', wanted: 'address' } : { kind: 'ip', address: blockUnitOf(ip) };
    case 'drop_connection':
      return ip === undefined ? { kind: 'none', wanted: 'address' } : { kind: 'connection', address: ip, ...(connection === undefined ? {} : { connection }) };
    case 'kill_process':
      return process === undefined ? { kind: 'none', wanted: 'process' } : { kind: 'process', process };
    case 'quarantine_file':
      return fileTarget(file ?? programOf(process));
    case 'disable_user':
      // Whoever fails to log in chooses the name: locking it would be his doing.
      if (ONLY_TRIED.has(alert.type)) return { kind: 'none', wanted: 'account that was taken over' };
      return user === undefined ? { kind: 'none', wanted: 'user' } : { kind: 'user', user };
    case 'log_only':
      return { kind: 'alert', alertId: alert.id };
    case 'webhook':
    case 'command': {
      const via = params['endpoint'] ?? params['argv'];
      return { kind: 'alert', alertId: alert.id, ...(via === undefined ? {} : { via: via.slice(0, MAX_VIA) }) };
    }
  }
};

const MAX_VIA = 200;

/** Alerts whose user is only a name that somebody tried. */
const ONLY_TRIED: ReadonlySet<string> = new Set(['brute_force', 'credential_stuffing', 'password_spray', 'lockout_violation', 'mfa_bypass', 'mfa_fatigue']);

const fileTarget = (file: FileRef | undefined): Target => (file === undefined ? { kind: 'none', wanted: 'file' } : { kind: 'file', file });

/** The program of a process as a file, unless it is one of the system's: a shell is not what has to go. */
const programOf = (process: ProcessRef | undefined): FileRef | undefined => {
  if (process === undefined || !process.exe.startsWith('/') || process.exe.endsWith(' (deleted)')) return undefined;
  if (/^\/(?:usr\/(?!local\/)|s?bin\/|lib)/.test(process.exe)) return undefined;
  return { path: process.exe, dev: process.exeDev, ino: process.exeIno };
};
