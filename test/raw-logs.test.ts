import { describe, expect, test } from 'vitest';
import { MODULES } from '../src/actors/registry.ts';
import { createReplayPipeline } from '../src/daemon/replay.ts';

const START = Date.UTC(2026, 2, 2, 12);
const EVIL = '203.0.113.66';
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const two = (value: number): string => String(value).padStart(2, '0');
const times = (count: number, line: (index: number) => string): readonly string[] => Array.from({ length: count }, (_, index) => line(index));
const iso = (atMs: number): string => new Date(START + atMs).toISOString().replace('Z', '000+00:00');

const web = (atMs: number, target: string, status = 200, ip = EVIL, method = 'GET', bytes = 4000): string => {
  const date = new Date(START + atMs);
  const day = `${two(date.getUTCDate())}/${MONTHS[date.getUTCMonth()]}/${date.getUTCFullYear()}`;
  const time = `${two(date.getUTCHours())}:${two(date.getUTCMinutes())}:${two(date.getUTCSeconds())}`;
  return `${ip} - - [${day}:${time} +0000] "${method} ${target} HTTP/1.1" ${status} ${bytes} "-" "curl/8.5.0"`;
};
const ssh = (atMs: number, words: string, pid = 700): string => `${iso(atMs)} web1 sshd[${pid}]: ${words}`;
const wrong = (atMs: number, user: string, ip = EVIL): string => ssh(atMs, `Failed password for ${user} from ${ip} port 40100 ssh2`);
const unknown = (atMs: number, user: string, ip = EVIL): string => ssh(atMs, `Failed password for invalid user ${user} from ${ip} port 40100 ssh2`);
const packet = (atMs: number, port: number, more: { readonly to?: string; readonly flags?: string } = {}): string =>
  `${iso(atMs)} gw kernel: [1.0] new IN=eth0 OUT= SRC=${EVIL} DST=${more.to ?? '198.51.100.1'} LEN=60 PROTO=TCP SPT=40000 DPT=${port} WINDOW=1 RES=0x00 ${more.flags ?? 'SYN '}URGP=0`;
const address = (index: number): string => `198.18.${(index >> 8) & 255}.${index & 255}`;

type Row = readonly [module: string, type: string, grammar: string, lines: () => readonly string[]];
const ROWS: readonly Row[] = [
  ['auth_fortress', 'brute_force', 'auth', () => times(14, (at) => wrong(at * 1000, 'root'))],
  [
    'auth_fortress',
    'brute_force',
    'mail',
    () =>
      times(
        14,
        (at) =>
          `${iso(at * 3000)} mx1 dovecot: imap-login: Disconnected: Connection closed (auth failed, 1 attempts in 2 secs): user=<ana>, method=PLAIN, rip=${EVIL}, lip=192.0.2.25, session=<a>`,
      ),
  ],
  ['auth_fortress', 'credential_stuffing', 'auth', () => times(60, (at) => unknown(at * 500, `person${at}`))],
  ['auth_fortress', 'password_spray', 'auth', () => times(120, (at) => unknown(at * 1000, `person${at}`, address(at)))],
  [
    'auth_fortress',
    'post_bruteforce_login',
    'auth',
    () => [...times(14, (at) => wrong(at * 1000, 'ana')), ssh(20_000, `Accepted password for ana from ${EVIL} port 40100 ssh2`)],
  ],
  [
    'auth_fortress',
    'lockout_violation',
    'mail',
    () => [
      ...times(20, (at) => `${iso(at * 1000)} mx1 postfix/smtpd[5]: warning: unknown[${EVIL}]: SASL LOGIN authentication failed: authentication failure`),
      `${iso(30_000)} mx1 postfix/smtpd[5]: lost connection after AUTH from unknown[${EVIL}]`,
    ],
  ],
  [
    'identity_monitor',
    'bulk_identity_creation',
    'auth',
    () =>
      times(
        15,
        (at) =>
          `${iso(at * 1000)} web1 useradd[90]: new user: name=u${at}, UID=${1200 + at}, GID=${1200 + at}, home=/home/u${at}, shell=/bin/bash, from=/dev/pts/1`,
      ),
  ],
  [
    'identity_monitor',
    'privilege_escalation',
    'auth',
    () => [`${iso(0)} web1 usermod[91]: add 'mallory' to group 'sudo'`, `${iso(10)} web1 usermod[91]: add 'mallory' to shadow group 'sudo'`],
  ],
  [
    'identity_monitor',
    'privilege_escalation',
    'auth',
    () => [`${iso(0)} web1 useradd[91]: new user: name=toor, UID=0, GID=0, home=/root, shell=/bin/bash, from=none`],
  ],
  ['identity_monitor', 'self_privilege_grant', 'auth', () => [`${iso(0)} web1 gpasswd[92]: user mallory added by mallory to group sudo`]],
  ['injection_shield', 'injection_detected', 'web', () => [web(0, '/item?id=1%27%20UNION%20SELECT%20username,password%20FROM%20users--%20-')]],
  ['api_fortress', 'bola', 'web', () => times(400, (at) => web(at * 1000, `/api/accounts/${1000 + at * 17}`, at % 3 === 0 ? 403 : 200))],
  ['api_fortress', 'aspnet_pagemethod_bypass', 'web', () => [web(0, '/Admin/Users.aspx/GetAll', 200, EVIL, 'POST')]],
  ['api_fortress', 'mcp_server_registration_unauthorized', 'web', () => [web(0, '/mcp/servers/register', 201, EVIL, 'POST')]],
  [
    'api_fortress',
    'shadow_api',
    'web',
    () => [...times(90, (minute) => web(minute * 60_000, '/api/a', 200, '198.51.100.7')), web(95 * 60_000, '/api/debug/dump')],
  ],
  ['api_fortress', 'api_rate_limit', 'web', () => times(1500, (at) => web(at * 20, '/api/v1/items'))],
  ['api_fortress', 'ssrf_via_api', 'web', () => [web(0, '/fetch?url=http%3A%2F%2F169.254.169.254%2Flatest%2Fmeta-data%2F')]],
  [
    'api_fortress',
    'error_rate_spike',
    'web',
    () => [...times(1500, (at) => web(at * 10_000, '/api/v1/items')), ...times(200, (at) => web(15_000_000 + at * 200, '/api/v1/items', 500))],
  ],
  ['api_fortress', 'security_misconfiguration', 'web', () => [web(0, '/actuator/env')]],
  ['network_guardian', 'rate_limit', 'web', () => times(3000, (at) => web(at * 10, '/'))],
  ['network_guardian', 'ddos', 'web', () => times(40_000, (at) => web(at / 20, '/', 200, address(at % 3000)))],
  ['network_guardian', 'vertical_scan', 'firewall', () => times(40, (at) => packet(at * 100, 20 + at))],
  ['network_guardian', 'horizontal_scan', 'firewall', () => times(60, (at) => packet(at * 100, 445, { to: `192.0.2.${1 + at}` }))],
  ['network_guardian', 'stealth_scan', 'firewall', () => times(20, (at) => packet(at * 100, 20 + at, { flags: 'FIN PSH URG ' }))],
  [
    'network_guardian',
    'dynamic_ip_block',
    'auto',
    () => [...times(30, (at) => wrong(at * 1000, 'root')), ...times(40, (at) => packet(31_000 + at * 100, 20 + at))],
  ],
  [
    'network_guardian',
    'ip_reputation',
    'auto',
    () => [...times(30, (at) => wrong(at * 1000, 'root')), ...times(40, (at) => packet(31_000 + at * 100, 20 + at)), web(60_000, '/')],
  ],
];

const raised = (grammar: string, lines: readonly string[]): ReadonlySet<string> => {
  const pipeline = createReplayPipeline({}, (line) => expect.unreachable(line));
  const bytes = Buffer.from(`${lines.join('\n')}\n`);
  const result = pipeline.chunk({ source: 'replay:x', grammar, bytes, offset: 0, receivedAt: START + 86_400_000, isFinal: true });
  expect(result.failures).toEqual([]);
  return new Set(result.findings.filter(({ isClaim }) => !isClaim).map(({ module, type }) => `${module} ${type}`));
};

describe('raw log lines', () => {
  test.each(ROWS)('raise %s %s from a %s log', (module, type, grammar, lines) => {
    expect([...raised(grammar, lines())]).toContain(`${module} ${type}`);
  });

  test('every type of these modules that a log can feed is raised above', () => {
    const covered = new Set(ROWS.map(([module, type]) => `${module} ${type}`));
    const modules = new Set(ROWS.map(([module]) => module));
    const missing = MODULES.filter(({ manifest }) => modules.has(manifest.id)).flatMap(({ manifest }) =>
      Object.entries(manifest.alertTypes)
        .filter(([type, { feed }]) => LOG_FEED.test(feed) && !covered.has(`${manifest.id} ${type}`))
        .map(([type]) => `${manifest.id} ${type}`),
    );
    expect(missing).toEqual([]);
  });
});

// The rest is fed by sockets (driven in the network tests) or by applications.
const LOG_FEED = /^(?!claim\b)(?!.*no shipped log).*\b(?:logs?|auth\.log|LOG rules|detection modules)\b/i;
