import { formatDuration } from '../domain/duration.ts';
import type { CommandContext } from './command.ts';
import { pairs, table } from './table.ts';

/** `1sec status` */
export const run = async (context: CommandContext): Promise<number> => {
  const client = await context.client();
  const status = await client.call('status');
  if (context.flag('json')) {
    context.print(JSON.stringify(status, null, 2));
    return 0;
  }
  const mode = !status.enforcement.enabled ? 'off' : status.enforcement.dry_run ? 'DRY RUN (says what it would do, does nothing)' : 'LIVE';
  context.print(
    pairs([
      ['daemon', `${status.status}, v${status.version}, pid ${status.pid}, up ${formatDuration(status.uptime_secs * 1000)}`],
      ['host', status.hostname],
      ['enforcement', `${mode}${from(status.enforcement.dry_run_from)}, preset ${status.enforcement.preset}${from(status.enforcement.preset_from)}`],
      ['firewall', status.enforcement.firewall === undefined ? 'none: addresses cannot be blocked' : FIREWALLS[status.enforcement.firewall]],
      ['modules', `${status.modules_running} of ${status.modules_total} running`],
      ['alerts', `${status.alerts_total}`],
      ['waiting', `${status.approvals_pending} approvals`],
      ['in force', `${status.leases_active} actions`],
      [
        'sensor',
        `${status.sensor.lines} lines, ${status.sensor.parsed} parsed, ${status.sensor.dropped} dropped, lag ${status.sensor.lag_ms} ms, ${status.sensor.restarts} restarts`,
      ],
      ['store', `${status.store.state}${status.store.detail === '' ? '' : `: ${status.store.detail}`}`],
    ]),
  );
  context.print('');
  context.print(
    table(
      ['SOURCE', 'STATE', 'LINES', 'PARSED', 'DROPPED', 'LAG', 'DETAIL'],
      status.sources.map((source) => [
        source.id,
        source.state,
        String(source.lines),
        String(source.parsed),
        String(source.dropped),
        `${source.lag_bytes} B`,
        source.detail,
      ]),
    ),
  );
  if (status.notifications !== undefined && status.notifications.length > 0) {
    context.print('');
    context.print(
      table(
        ['ENDPOINT', 'TYPE', 'STATE', 'WAITING', 'DELIVERED', 'DEAD', 'DETAIL'],
        status.notifications.map((endpoint) => [
          endpoint.name,
          endpoint.type,
          endpoint.state,
          String(endpoint.waiting),
          String(endpoint.delivered),
          String(endpoint.dead),
          endpoint.detail,
        ]),
      ),
    );
  }
  const troubled = status.children.filter((child) => child.restarts > 0 || child.detail !== '');
  if (troubled.length > 0) {
    context.print('');
    context.print(
      table(
        ['ACTOR', 'STATE', 'RESTARTS', 'DETAIL'],
        troubled.map((child) => [child.id, child.state, String(child.restarts), child.detail]),
      ),
    );
  }
  if (status.limits.length > 0) {
    context.print('');
    for (const line of status.limits) context.print(`! ${line}`);
  }
  return 0;
};

const from = (origin: string | undefined): string => (origin === undefined ? '' : ` [${origin}]`);

const FIREWALLS = { nftables: 'nftables, table inet onesec', iptables: 'iptables and ipset, chain ONESEC' } as const;
