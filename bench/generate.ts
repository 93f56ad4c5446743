import { once } from 'node:events';
import { createWriteStream } from 'node:fs';

/** A small seeded generator (mulberry32): the same seed gives the same log. */
export const createRandom = (seed: number): (() => number) => {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
};

/** `sources`: failed logins of which each comes from a network of its own. `json`: applications that log one object a line. */
export type LogKind = 'auth' | 'web' | 'json' | 'sources';

/** Writes a log of `lines` lines that end shortly before `until` (wall-clock ms), about one millisecond apart. */
export const writeLog = async (path: string, kind: LogKind, lines: number, seed: number, until: number): Promise<void> => {
  const random = createRandom(seed);
  const stream = createWriteStream(path);
  const line = WRITERS[kind];
  let block: string[] = [];
  for (let index = 0; index < lines; index += 1) {
    block.push(line(random, until - (lines - index), index));
    if (block.length < 2000) continue;
    if (!stream.write(`${block.join('\n')}\n`)) await once(stream, 'drain');
    block = [];
  }
  stream.end(block.length === 0 ? '' : `${block.join('\n')}\n`);
  await once(stream, 'finish');
};

type Random = () => number;

const pick = <Item>(random: Random, items: readonly [Item, ...Item[]]): Item => items[Math.floor(random() * items.length)] ?? items[0];

// Documentation networks only; a few sources make most of the noise, as on a real host.
const address = (random: Random): string => {
  const host = Math.floor(random() ** 3 * 254) + 1;
  return random() < 0.1 ? `2001:db8:${host.toString(16)}::${(host * 7).toString(16)}` : `${pick(random, ['203.0.113', '198.51.100', '192.0.2'])}.${host}`;
};

const NAMES = ['root', 'admin', 'test', 'oracle', 'ubuntu', 'postgres', 'git', 'deploy', 'ftpuser', 'pi'] as const;

const stamp = (at: number): string => {
  const date = new Date(at);
  const month = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'][date.getMonth()];
  return `${month} ${String(date.getDate()).padStart(2)} ${date.toTimeString().slice(0, 8)}`;
};

// About half is an attack, as in the log of a host that is on the Internet.
const authLine = (random: Random, at: number, index: number): string => {
  const head = `${stamp(at)} web1 sshd[${1000 + (index % 30_000)}]: `;
  const ip = address(random);
  const port = 1024 + Math.floor(random() * 64_000);
  const name = pick(random, NAMES);
  const roll = random();
  if (roll < 0.3) return `${head}Failed password for invalid user ${name}${index % 97} from ${ip} port ${port} ssh2`;
  if (roll < 0.5) return `${head}Failed password for root from ${ip} port ${port} ssh2`;
  if (roll < 0.65) return `${head}Invalid user ${name} from ${ip} port ${port}`;
  if (roll < 0.75) return `${head}Connection closed by invalid user ${name} ${ip} port ${port} [preauth]`;
  if (roll < 0.83) return `${head}pam_unix(sshd:auth): authentication failure; logname= uid=0 euid=0 tty=ssh ruser= rhost=${ip}  user=root`;
  if (roll < 0.88) return `${head}Received disconnect from ${ip} port ${port}:11: Bye Bye [preauth]`;
  if (roll < 0.9) return `${head}Accepted publickey for deploy from 192.0.2.9 port ${port} ssh2: ED25519 SHA256:abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG`;
  if (roll < 0.95) return `${stamp(at)} web1 CRON[${2000 + (index % 1000)}]: pam_unix(cron:session): session opened for user root(uid=0) by (uid=0)`;
  return `${stamp(at)} web1 systemd[1]: Started Session ${index} of user deploy.`;
};

const PATHS = ['/', '/index.html', '/assets/app.3f9a.js', '/api/v1/items', '/login', '/images/logo.png', '/blog/2026/01/hello', '/robots.txt'] as const;
const ATTACKS = ['/?id=1%27%20OR%201=1--', '/../../etc/passwd', '/wp-login.php', '/.env', '/?q=%3Cscript%3Ealert(1)%3C/script%3E', '/shell?cmd=id'] as const;
const AGENTS = [
  'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0 Safari/537.36',
  'Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Mobile/15E148 Safari/604.1',
  'curl/8.5.0',
] as const;

// Two in a hundred are attacks.
const webLine = (random: Random, at: number, index: number): string => {
  const iso = new Date(at).toUTCString();
  const time = `${iso.slice(5, 7)}/${iso.slice(8, 11)}/${iso.slice(12, 16)}:${iso.slice(17, 25)} +0000`;
  const isAttack = random() < 0.02;
  const path = isAttack ? pick(random, ATTACKS) : `${pick(random, PATHS)}?page=${index % 50}&sort=name`;
  const status = isAttack ? 404 : random() < 0.05 ? 404 : 200;
  return `${address(random)} - - [${time}] "GET ${path} HTTP/1.1" ${status} ${Math.floor(random() * 40_000)} "https://example.com/" "${pick(random, AGENTS)}"`;
};

const jsonLine = (random: Random, at: number, index: number): string => {
  const time = new Date(at).toISOString();
  const ip = address(random);
  const roll = random();
  if (roll < 0.2) return JSON.stringify({ timestamp: time, type: 'auth_failure', username: pick(random, NAMES), source_ip: ip, service: 'shop' });
  if (roll < 0.6) {
    const path = random() < 0.02 ? pick(random, ATTACKS) : `${pick(random, PATHS)}?page=${index % 50}`;
    return JSON.stringify({ time, level: 'info', method: 'GET', path, status: 200, remote_addr: ip, user_agent: pick(random, AGENTS), duration_ms: 3 });
  }
  return JSON.stringify({ ts: at, level: 'info', msg: `order ${index} of user ${index % 977} is paid`, logger: 'shop.orders' });
};

// Each /64 is one source to every counter.
const sourceLine = (random: Random, at: number, index: number): string => {
  const ip = `2001:db8:${(index >>> 16).toString(16)}:${(index & 0xffff).toString(16)}::1`;
  const port = 1024 + Math.floor(random() * 64_000);
  return `${stamp(at)} web1 sshd[${1000 + (index % 30_000)}]: Failed password for invalid user ${pick(random, NAMES)}${index % 97} from ${ip} port ${port} ssh2`;
};

const WRITERS: { readonly [kind in LogKind]: (random: Random, at: number, index: number) => string } = {
  auth: authLine,
  web: webLine,
  json: jsonLine,
  sources: sourceLine,
};
