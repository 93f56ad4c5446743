import { spawn } from 'node:child_process';
import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createStation, type Ran, type Station, until, whyNoBuild } from '../kit/daemon.ts';
import { skipsWithout } from '../kit/netns.ts';

const LAUNCHER = join(import.meta.dirname, '../../bin/1sec');
const FAILED = 'Jan 12 03:04:05 web1 sshd[100]: Failed password for root from 203.0.113.7 port 4711 ssh2\n';

describe.skipIf(skipsWithout(whyNoBuild(), 'sources and events'))('sources and events from the command line', () => {
  let station: Station;
  beforeEach(() => {
    station = createStation();
  });
  afterEach(() => station.remove());

  const feed = (input: string, ...words: readonly string[]): Promise<Ran> =>
    new Promise((resolve) => {
      const child = spawn(LAUNCHER, words, { env: station.environment });
      let out = '';
      let err = '';
      child.stdout.on('data', (chunk: Buffer) => {
        out += chunk.toString();
      });
      child.stderr.on('data', (chunk: Buffer) => {
        err += chunk.toString();
      });
      child.once('close', (code) => resolve({ code: code ?? -1, out, err }));
      child.stdin.end(input);
    });

  const post = (type: string, body: string): Promise<{ readonly status: number; readonly json: unknown }> =>
    new Promise((resolve, reject) => {
      const outgoing = request(
        {
          socketPath: station.path('1sec.sock'),
          method: 'POST',
          path: '/api/v1/events',
          headers: { 'content-type': type, 'content-length': Buffer.byteLength(body) },
        },
        (response) => {
          let text = '';
          response.on('data', (chunk: Buffer) => {
            text += chunk.toString();
          });
          response.on('end', () => resolve({ status: response.statusCode ?? 0, json: JSON.parse(text) }));
        },
      );
      outgoing.once('error', reject);
      outgoing.end(body);
    });

  test('collect list says how well a source is read, when its last line came, and which logs are not there', async () => {
    writeFileSync(station.path('auth.log'), '');
    station.configure({ sources: { auto: false, processes: false, files: [{ path: station.path('auth.log'), grammar: 'auth' }] } });
    await station.start();
    appendFileSync(station.path('auth.log'), `${FAILED.repeat(3)}what is this\n`);
    const source = async (): Promise<unknown> => {
      const reply = (await station.json('collect', 'list')) as { readonly sources: readonly { readonly id: string }[] };
      return reply.sources.find(({ id }) => id === `file:${station.path('auth.log')}`);
    };
    await until('four lines', async () => JSON.stringify(await source()).includes('"lines":4'));
    expect(await source()).toMatchObject({
      state: 'running',
      grammar: 'auth',
      parsed: 3,
      unparsed: 1,
      understood: 0.75,
      lag_bytes: 0,
      last_line: expect.stringMatching(/^\d{4}-/),
    });
    const { out } = await station.cli('collect');
    expect(out).toMatch(/auth\.log +running +auth +4 +3 +75 %/);
  });

  test('collect test says for each line what it was taken for and why not, without a daemon', async () => {
    const combined = '203.0.113.7 - - [12/Jan/2026:03:04:05 +0000] "GET /a HTTP/1.1" 200 5 "-" "x"\n';
    const { code, out } = await feed(`${FAILED}${combined}Jan 12 03:04:05 web1 mystery[7]: hello\n\n{"half":\n`, 'collect', 'test', '-');
    expect(code).toBe(0);
    const lines = out.split('\n');
    expect(lines[0]).toMatch(/^1 event auth: auth_failure source_ip=203\.0\.113\.7 .*username=root/);
    expect(lines[1]).toMatch(/^2 event web: http_request .*path=\/a/);
    expect(out).toMatch(/^3 irrelevant: a line of mystery about which auto has nothing to say/m);
    expect(out).toMatch(/^4 empty: an empty line/m);
    expect(out).toMatch(/^5 \w+: it begins like JSON and is not/m);
    expect(out).toMatch(/^lines +5$/m);
    expect(out).toMatch(/^events +auth_failure 1, http_request 1$/m);
    const json = await feed(FAILED, 'collect', 'test', '-', '--json');
    const rows = json.out
      .trim()
      .split('\n')
      .map((row): unknown => JSON.parse(row));
    expect(rows).toMatchObject([
      { line: 1, outcome: 'event', grammar: 'auth', events: [{ type: 'auth_failure', source_ip: '203.0.113.7' }] },
      { summary: { lines: 1, outcomes: { event: 1 }, event_types: { auth_failure: 1 } } },
    ]);
  });

  test('events over the interface are claims: they raise alerts and are never acted on; the bad line of many is named', async () => {
    station.configure({ enforcement: { preset: 'strict', dry_run: false } });
    await station.start();
    const good = (port: number): string =>
      JSON.stringify({ type: 'auth_failure', severity: 'MEDIUM', source_ip: '203.0.113.77', details: { username: `u${port}`, service: 'sshd' } });
    const lines = Array.from({ length: 60 }, (_, index) => good(index));
    const { status, json } = await post('application/x-ndjson', [...lines.slice(0, 30), '{"type":7}', ...lines.slice(30)].join('\n'));
    expect(status).toBe(200);
    expect(json).toMatchObject({ accepted: 60, rejected: 1, trust: 'claim', problems: [{ line: 31, path: 'type', expected: 'string', got: '7' }] });
    expect(await post('application/json', good(1))).toMatchObject({ status: 200, json: { accepted: 1 } });
    expect(await post('application/json', '{"severity":"LOW"}')).toMatchObject({
      status: 400,
      json: { code: 'SEC_INPUT_INVALID', error: expect.stringContaining('line 1: type: expected string, got nothing') },
    });
    await until('an alert', async () => JSON.stringify(await station.json('alerts')).includes('203.0.113.77'));
    const { alerts } = (await station.json('alerts')) as { readonly alerts: readonly { readonly claim: boolean }[] };
    expect(alerts.every(({ claim }) => claim)).toBe(true);
    expect(await station.json('enforce', 'leases')).toMatchObject({ total: 0 });
  });

  test('collect stdin feeds events, and lines with a grammar; events shows both, also those of one type', async () => {
    await station.start();
    const fed = await feed('{"type":"made_up","summary":"hello"}\nnonsense\n{"type":"made_up","severity":"HUGE"}\n', 'collect', 'stdin');
    expect(fed.code).toBe(12);
    expect(fed.err).toMatch(/^line 2: expected JSON/m);
    expect(fed.err).toMatch(/^line 3: severity: expected INFO/m);
    expect(fed.out).toBe('3 lines, 1 events taken as claims, 2 refused\n');
    const lines = await feed(FAILED.repeat(2), 'collect', 'stdin', '--collector', 'auth');
    expect(lines).toMatchObject({ code: 0, out: '2 lines, 2 events taken as claims, 0 refused\n' });
    const shown = await station.cli('events');
    expect(shown.out.split('\n').filter((line) => line.includes('auth_failure  203.0.113.7  api (claim)'))).toHaveLength(2);
    const made = await station.cli('events', '--type', 'made_up', '--json');
    expect(JSON.parse(made.out)).toMatchObject({ trust: 'claim', event: { type: 'made_up', summary: 'hello', source: 'api' } });
  });

  test('events --follow shows what comes until it is interrupted', async () => {
    await station.start();
    const child = spawn(LAUNCHER, ['events', '--follow'], { env: station.environment });
    let out = '';
    child.stdout.on('data', (chunk: Buffer) => {
      out += chunk.toString();
    });
    try {
      await feed('{"type":"first_one"}\n', 'collect', 'stdin');
      await until('the first', () => out.includes('first_one'));
      await feed('{"type":"second_one"}\n', 'collect', 'stdin');
      await until('the second', () => out.includes('second_one'));
      expect(out.match(/first_one/g)).toHaveLength(1);
    } finally {
      child.kill('SIGKILL');
    }
  });

  test('behind a trusted proxy its client is acted on; when only the proxy is known, alert and history say so and nobody is', async () => {
    writeFileSync(station.path('access.log'), '');
    station.configure({
      sources: { auto: false, processes: false, trusted_proxies: ['192.0.2.0/24'], files: [{ path: station.path('access.log'), grammar: 'web' }] },
      enforcement: { preset: 'strict', dry_run: true },
    });
    await station.start();
    const attack = (forwarded: string): string => {
      const time = new Date().toISOString();
      const [, month, day] = time.slice(0, 10).split('-');
      const name = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'][Number(month) - 1];
      const at = `${day}/${name}/${time.slice(0, 4)}:${time.slice(11, 19)} +0000`;
      return `192.0.2.7 - - [${at}] "GET /?id=1%27%20UNION%20SELECT%20password%20FROM%20users-- HTTP/1.1" 200 5 "-" "x" "${forwarded}"\n`;
    };
    appendFileSync(station.path('access.log'), attack('198.51.100.1, 203.0.113.9') + attack('-'));
    await until('both alerts', async () => {
      const text = JSON.stringify(await station.json('alerts'));
      return text.includes('"ip":"203.0.113.9"') && text.includes('Only the proxy 192.0.2.7 is known');
    });
    await until('the refusal in the history', async () => JSON.stringify(await station.json('enforce', 'history')).includes('a trusted proxy (192.0.2.0/24)'));
    const { records } = (await station.json('enforce', 'history')) as {
      readonly records: readonly { readonly action?: string; readonly target?: string; readonly outcome?: string }[];
    };
    const blocks = records.filter(({ action, target }) => action === 'block_ip' && target?.includes('192.0.2.7') === true);
    expect(blocks.map(({ outcome }) => outcome)).toEqual(blocks.map(() => 'refused'));
    expect(blocks.length).toBeGreaterThan(0);
    expect(JSON.stringify(records)).not.toContain('198.51.100.1');
    expect(records.some(({ target }) => target?.includes('203.0.113.9') === true)).toBe(true);
  });

  test('a log that appears after the start is read from its first line, where the configuration has a pattern for it', async () => {
    mkdirSync(station.path('sites'));
    station.configure({ sources: { auto: false, processes: false, files: [{ path: station.path('sites/*.log'), grammar: 'container' }] } });
    await station.start();
    const line = JSON.stringify({ log: FAILED, stream: 'stderr', time: '2026-01-12T03:04:05Z' });
    writeFileSync(station.path('sites/new.log'), `${line}\n`);
    await until('the event', async () => (await station.cli('events')).out.includes('auth_failure  203.0.113.7'));
    expect(JSON.stringify(await station.json('collect', 'list'))).toContain('sites/new.log');
  });
});
