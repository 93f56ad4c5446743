import { readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Server, type ServerResponse } from 'node:http';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { hasIpset } from '../../src/os/firewall/ipset-firewall.ts';
import { createStation, type Running, type Station, until, whyNoBuild } from '../kit/daemon.ts';
import { createNetnsPair, type NetnsPair, skipsWithout, whyNoNetns } from '../kit/netns.ts';

type ListJson = {
  readonly lists: readonly {
    readonly name: string;
    readonly active: boolean;
    readonly why: string;
    readonly entries: number;
    readonly in_kernel: number;
    readonly hits: number;
    readonly error: string;
    readonly left_out: readonly string[];
  }[];
};

/** A publisher on loopback whose answer the test chooses. */
const createPublisher = async (): Promise<{
  readonly url: string;
  readonly asked: () => readonly string[];
  answer: (response: ServerResponse) => void;
  readonly close: () => void;
}> => {
  const asked: string[] = [];
  const publisher = {
    answer: (response: ServerResponse): void => void response.end(''),
    url: '',
    asked: () => asked,
    close: (): void => {
      server.closeAllConnections();
      server.close();
    },
  };
  const server: Server = createServer((request, response) => {
    asked.push(`${request.url} ${request.headers['if-none-match'] ?? '-'}`);
    publisher.answer(response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  publisher.url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`;
  return publisher;
};

const kinds = (['nftables', 'iptables'] as const).filter((kind) => kind === 'nftables' || hasIpset());

describe.skipIf(skipsWithout(whyNoNetns() ?? whyNoBuild(), 'offender lists'))('lists of offenders', () => {
  let pair: NetnsPair;
  let station: Station;
  let running: Running;
  let publisher: Awaited<ReturnType<typeof createPublisher>>;

  beforeEach(async () => {
    pair = createNetnsPair('e2f');
    station = createStation({ netns: pair.server.name });
    publisher = await createPublisher();
  });
  afterEach(async () => {
    publisher?.close();
    await station?.remove();
    pair?.remove();
  });

  // iptables leaves its own empty tables behind in nft's listing.
  const rules = (firewall: 'nftables' | 'iptables' = 'nftables'): string =>
    firewall === 'nftables'
      ? pair.server.run('nft', 'list', 'ruleset')
      : pair.server.run('iptables', '-S') + pair.server.run('ip6tables', '-S') + pair.server.run('ipset', 'list', '-n');
  const shown = async () => ((await station.json('enforce', 'lists')) as ListJson).lists;
  const list = async (name: string) => (await shown()).find((one) => one.name === name);
  /** Nobody listens: a packet that gets through is answered with a refusal, one that is dropped with nothing. */
  const reaches = (from: string): boolean => {
    try {
      pair.client.run('ncat', '-v', '-z', '-w', '1', '-s', from, pair.serverV4, '9');
      return true;
    } catch (answer) {
      return String(answer).includes('refused');
    }
  };
  const configure = (enforcement: { readonly [key: string]: unknown } = {}, more: { readonly [key: string]: unknown } = {}): void =>
    station.configure({
      enforcement: {
        dry_run: false,
        preset: 'balanced',
        offender_lists: [
          { name: 'filed', file: station.path('drop.txt'), refresh: '1s' },
          { name: 'fetched', url: `${publisher.url}/list?key=secret`, refresh: '1s', allow_private: true, ...more },
        ],
        ...enforcement,
      },
    });

  test.each(kinds)(
    'from a file and an address drop with %s, count, yield to what is protected, outlive a restart, and go without a trace',
    async (firewall) => {
      const before = rules(firewall);
      writeFileSync(station.path('drop.txt'), '; list\n198.51.100.2 ; SBL\n2001:db8:2::2\n10.0.0.0/16\n');
      publisher.answer = (response) => void response.setHeader('etag', '"v1"').end('{"cidr":"203.0.113.0/24"}\n{"cidr":"198.51.100.1"}\n{"type":"metadata"}\n');
      configure({ firewall });
      expect([reaches('198.51.100.2'), reaches('198.51.100.3')]).toEqual([true, true]);
      running = await station.start();
      await until('both are in force', async () => (await shown()).every(({ active }) => active));
      expect([reaches('198.51.100.2'), reaches('198.51.100.3')]).toEqual([false, true]);
      expect((await list('filed'))?.hits).toBeGreaterThan(0);
      expect((await list('filed'))?.left_out).toContain('10.0.0.0/16: a private network');
      // This host's own address is on the list.
      expect(await list('fetched')).toMatchObject({ entries: 2, in_kernel: 1, left_out: ['198.51.100.1: touches a protected address'] });
      await until('it is asked with what it said', () => publisher.asked().some((line) => line.endsWith('"v1"')));
      const { out } = await station.cli('enforce', 'lists');
      expect(out).toContain(`${publisher.url}/list`);
      expect(out).not.toContain('secret');

      await station.cli('enforce', 'allow', 'add', '198.51.100.2');
      expect(reaches('198.51.100.2')).toBe(true);
      await station.cli('enforce', 'allow', 'remove', '198.51.100.2');
      expect(reaches('198.51.100.2')).toBe(false);

      await running.kill('SIGKILL');
      expect(reaches('198.51.100.2')).toBe(false);
      publisher.answer = (response) => void response.writeHead(503).end();
      writeFileSync(station.path('drop.txt'), '');
      running = await station.start();
      await until('the last good ones are in force', async () => (await shown()).every(({ active, error }) => active && error !== ''));
      expect((await list('filed'))?.error).toContain('no entry');
      expect((await list('fetched'))?.error).toContain('503');
      expect(reaches('198.51.100.2')).toBe(false);

      expect((await station.cli('enforce', 'cleanup')).code).toBe(0);
      expect(rules(firewall)).toBe(before);
      expect((await list('filed'))?.why).toContain('cleanup');
      await running.kill();
      running = await station.start();
      await until('they are back after a restart', async () => (await shown()).every(({ active }) => active));
      expect((await station.cli('panic', '--reason', 'test')).code).toBe(0);
      expect(rules(firewall)).toBe(before);
    },
  );

  test('that are slow, huge, redirecting, shrunk or empty are refused with a notice, and what was good stays', async () => {
    const many = Array.from({ length: 100 }, (_, n) => `203.0.113.${n * 2}`).join('\n');
    writeFileSync(station.path('drop.txt'), '192.0.2.1\n');
    publisher.answer = (response) => void response.end(many);
    configure();
    running = await station.start();
    await until('it is there', async () => (await list('fetched'))?.in_kernel === 100);
    const answers: readonly (readonly [string, (response: ServerResponse) => void])[] = [
      ['redirects', (response) => void response.writeHead(302, { location: `${publisher.url}/other` }).end()],
      ['larger than', (response) => void response.writeHead(200, { 'content-length': '99999999' }).write('203.0.113.1\n')],
      ['less than half', (response) => void response.end('203.0.113.2\n')],
      ['no entry', (response) => void response.end('# nothing\n')],
      ['no address', (response) => void response.end('<html>\n<p>sorry</p>\n')],
      ['broke off', (response) => void response.write('203.0.113.1\n', () => response.destroy())],
    ];
    for (const [words, answer] of answers) {
      publisher.answer = answer;
      await until(words, async () => (await list('fetched'))?.error.includes(words) === true, 20_000);
    }
    expect(await list('fetched')).toMatchObject({ active: true, in_kernel: 100 });
    expect(publisher.asked().some((line) => line.startsWith('/other'))).toBe(false);
    const { records } = await station.client.call('history', { query: { limit: 100, kind: 'daemon' } });
    expect(records.filter(({ reason }) => reason.includes('less than half'))).toHaveLength(1);
    // One that never ends keeps neither the other list nor the end of the daemon waiting.
    publisher.answer = (response) => void response.write('203.0.113.1\n');
    writeFileSync(station.path('drop.txt'), '192.0.2.1\n192.0.2.2\n');
    await until('the file is read meanwhile', async () => (await list('filed'))?.in_kernel === 2);
    expect(await running.kill()).toBe(0);
  });

  test('block nothing in dry run, and begin when it ends; an address inside is not asked unless that is allowed', async () => {
    writeFileSync(station.path('drop.txt'), '198.51.100.2\n');
    const before = rules();
    configure({ dry_run: true });
    running = await station.start();
    await until('it is read', async () => (await list('filed'))?.entries === 1);
    expect(await list('filed')).toMatchObject({ active: false, why: 'dry run is on' });
    expect(rules()).toBe(before);
    await station.cli('enforce', 'dry-run', 'off', '--no-rollback');
    await until('it is in force', async () => (await list('filed'))?.active === true);
    expect(reaches('198.51.100.2')).toBe(false);
    await station.cli('enforce', 'dry-run', 'on');
    await until('it is lifted', () => reaches('198.51.100.2'));
    configure({}, { allow_private: false, refresh: '1h' });
    expect((await station.cli('config', '--validate')).err).toContain('expected https; http only with allow_private: true');
    expect(readFileSync(station.path('config.yaml'), 'utf8')).toContain('fetched');
  });
});
