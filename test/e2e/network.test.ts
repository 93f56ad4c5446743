import { appendFileSync, existsSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createStation, type Station, until, whyNoBuild } from '../kit/daemon.ts';
import { createNetnsPair, type NetnsPair, runInside, skipsWithout, whyNoNetns } from '../kit/netns.ts';

const whyNoTracking = (): string | undefined => (existsSync('/usr/sbin/conntrack') ? undefined : 'not installed: conntrack');
const why = whyNoNetns() ?? whyNoTracking() ?? whyNoBuild();

// Opens one connection after another, as a scanner without rights does. Prints a line when it has tried all.
const SCANNER = `
import { connect } from 'node:net';
const [host, from, first, count] = process.argv.slice(1);
for (let port = Number(first); port < Number(first) + Number(count); port += 1)
  await new Promise((resolve) => connect({ host, port, localAddress: from }).on('connect', function () { this.destroy(); resolve(); }).on('error', resolve));
console.log('done');
setInterval(() => {}, 1000);
`;

const LISTENER = `
import { createServer } from 'node:net';
createServer().listen(Number(process.argv[1]), '0.0.0.0', () => console.log('listening'));
`;

describe.skipIf(skipsWithout(why, 'scans end to end'))('a host that is scanned over the network', () => {
  let pair: NetnsPair;
  let station: Station;
  const alertsOf = async (type: string) => (await station.client.call('alerts', { query: { limit: 50 } })).alerts.filter((alert) => alert.type === type);

  beforeAll(async () => {
    pair = createNetnsPair('ngn');
    // A stateful firewall, as ufw, firewalld and Docker set one up: with it the kernel tracks connections.
    for (const words of [
      ['add', 'table', 'inet', 'host'],
      ['add', 'chain', 'inet', 'host', 'in', '{ type filter hook input priority 0; }'],
      ['add', 'rule', 'inet', 'host', 'in', 'ct', 'state', 'new', 'accept'],
    ])
      pair.server.run('nft', ...words);
    station = createStation({ netns: pair.server.name });
    writeFileSync(station.path('kern.log'), '');
    station.configure({ sources: { auto: false, processes: false, sockets: true, files: [{ path: station.path('kern.log'), grammar: 'firewall' }] } });
    await station.start();
    await until('the sockets are looked at', async () =>
      (await station.client.call('status', {})).sources.some((source) => source.id.includes('sockets') && source.state === 'running'),
    );
  });
  afterAll(async () => {
    await station?.remove();
    pair?.remove();
  });

  test('a connect scan to closed ports is one vertical_scan of its address, and `1sec alerts` shows it', async () => {
    const scanner = runInside(pair.client, SCANNER, pair.serverV4, '198.51.100.2', '2000', '60');
    expect(await scanner.line()).toBe('done');
    await until('a vertical_scan', async () => (await alertsOf('vertical_scan')).length > 0, 30_000);
    await scanner.stop();
    expect(await alertsOf('vertical_scan')).toEqual([expect.objectContaining({ module: 'network_guardian', claim: false, severity: 'HIGH' })]);
    const { out } = await station.cli('alerts');
    expect(out).toMatch(/network_guardian.*198\.51\.100\.2/);
  });

  test('a port that a program opens is a new_listener', async () => {
    const program = runInside(pair.server, LISTENER, '31337');
    expect(await program.line()).toBe('listening');
    await until('a new_listener', async () => (await alertsOf('new_listener')).length > 0, 30_000);
    await program.stop();
    expect(await alertsOf('new_listener')).toEqual([expect.objectContaining({ severity: 'MEDIUM', title: expect.stringContaining('31337') })]);
  });

  test('packets that a rule logged are a scan that was refused', async () => {
    for (let port = 1; port <= 30; port += 1)
      appendFileSync(
        station.path('kern.log'),
        `${new Date().toISOString()} h kernel: [1.0] [UFW BLOCK] IN=eth0 OUT= SRC=198.51.100.3 DST=198.51.100.1 LEN=60 PROTO=TCP SPT=4000 DPT=${port} WINDOW=1 RES=0x00 SYN URGP=0\n`,
      );
    await until('a second vertical_scan', async () => (await alertsOf('vertical_scan')).length > 1, 30_000);
    expect((await alertsOf('vertical_scan')).find((alert) => JSON.stringify(alert).includes('198.51.100.3'))).toMatchObject({
      severity: 'MEDIUM',
      claim: false,
    });
  });
});
