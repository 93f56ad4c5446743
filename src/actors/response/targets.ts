import type { ActionName, Target } from '../../domain/action.ts';
import type { Alert } from '../../domain/alert.ts';
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
      return file === undefined ? { kind: 'none', wanted: 'file' } : { kind: 'file', file };
    case 'disable_user':
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
