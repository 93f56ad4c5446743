import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { networkContains, parseNetwork } from '../../src/domain/ip.ts';
import { type OffenderList, parseOffenderList } from '../../src/domain/offender-list.ts';

const read = (text: string, maxEntries = 1000, format: 'auto' | 'plain' | 'json' = 'auto') => parseOffenderList(text, { format, maxEntries });
const good = (text: string): OffenderList => {
  const list = read(text);
  if (typeof list === 'string') throw new Error(list);
  return list;
};

describe('a list of offenders', () => {
  test.each([
    ['one a line, with comments of both kinds', '; Drop list\n# more\n203.0.113.0/24 ; SBL1\n198.51.100.7 # x\n\n', ['198.51.100.7', '203.0.113.0/24']],
    [
      'JSON lines with a line about the list',
      '{"cidr":"203.0.113.0/24","rir":"x"}\r\n{"ip":"2001:db8::1"}\n{"type":"metadata","records":2}',
      ['203.0.113.0/24', '2001:db8::1'],
    ],
    ['what lies in another is not there twice', '203.0.113.9\n203.0.113.0/24\n203.0.113.0/25\n203.0.113.9', ['203.0.113.0/24']],
    ['host bits and mapped addresses are made canonical', '203.0.113.9/24\n::ffff:198.51.100.1', ['198.51.100.1', '203.0.113.0/24']],
  ])('%s', (_what, text, networks) => {
    expect(good(text).networks).toEqual(networks);
  });

  test('leaves out by name what would cut the host off, and what is too wide', () => {
    const list = good('10.1.0.0/16\n192.168.1.1\n0.0.0.0/0\n203.0.0.0/8\nfe80::1\n::/0\n2001:db8::/32');
    expect(list.networks).toEqual(['2001:db8::/32']);
    expect(list.leftOut).toEqual([
      '10.1.0.0/16: a private network',
      '192.168.1.1: a private network',
      '0.0.0.0/0: too wide to block',
      '203.0.0.0/8: too wide to block',
      'fe80::1: a link-local address',
      '::/0: too wide to block',
    ]);
  });

  test.each([
    ['an error page', '<html>\n<body>\nnot found 203.0.113.1\n</body>', '4 lines of it are no address or network'],
    ['too many entries', '203.0.113.1\n203.0.113.2\n203.0.113.3', 'it has more than 2 entries (max_entries)'],
  ])('%s is no list', (_what, text, words) => {
    expect(read(text, 2)).toBe(words);
  });

  test('a list of JSON may not be mixed with plain lines where JSON was asked for', () => {
    expect(read('203.0.113.1', 10, 'json')).toBe('1 lines of it are no address or network');
  });

  test('whatever the text: every network is canonical and named in it, none lies in another, none is private', () => {
    const address = fc.oneof(fc.ipV4(), fc.ipV6(), fc.ipV4Extended());
    const entry = fc.oneof(
      address,
      fc.tuple(address, fc.integer({ min: 0, max: 130 })).map(([text, prefix]) => `${text}/${prefix}`),
      fc.string(),
      address.map((text) => JSON.stringify({ cidr: text })),
    );
    fc.assert(
      fc.property(fc.array(fc.tuple(entry, fc.constantFrom('', ' ; x', '#y', '\r'))), (lines) => {
        const list = read(lines.map(([text, tail]) => text + tail).join('\n'));
        if (typeof list === 'string') return;
        const networks = list.networks.map((text) => parseNetwork(text));
        for (const [index, network] of networks.entries()) {
          expect(network).toBeDefined();
          for (const [other, wider] of networks.entries())
            if (other !== index && network !== undefined && wider !== undefined) expect(networkContains(wider, network.address)).toBe(false);
        }
        for (const text of list.networks) expect(text).not.toMatch(/^(10|127|192\.168)\./);
      }),
    );
  });

  test('hostile text is read in linear time', () => {
    const list = parseOffenderList(`${'{'.repeat(8_000_000)}\n${'1.'.repeat(1_000_000)}\n203.0.113.1\n203.0.113.2`, { format: 'auto', maxEntries: 10 });
    expect(typeof list === 'string' ? list : list.networks).toEqual(['203.0.113.1', '203.0.113.2']);
  });
});
