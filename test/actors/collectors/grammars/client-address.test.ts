import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createClientOf } from '../../../../src/actors/collectors/grammars/client-address.ts';
import { createWebGrammar } from '../../../../src/actors/collectors/grammars/web.ts';
import { parseLine } from './parse-lines.ts';

const PROXIES = ['192.0.2.0/24', '2001:db8:aaaa::/48'];
const clientOf = createClientOf(PROXIES);

describe('the client behind a proxy', () => {
  test.each([
    ['one hop', '203.0.113.9', '203.0.113.9'],
    ['what the client itself sent stands further left', '198.51.100.1, 203.0.113.9', '203.0.113.9'],
    ['through several of our own proxies', '198.51.100.1, 203.0.113.9, 192.0.2.7, 192.0.2.8', '203.0.113.9'],
    ['with a port', '203.0.113.9:4711', '203.0.113.9'],
    ['IPv6 with brackets and port', '[2001:db8::9]:4711', '2001:db8::9'],
    ['IPv6 without', '2001:db8::9', '2001:db8::9'],
    ['IPv4 in IPv6 clothes', '::ffff:203.0.113.9', '203.0.113.9'],
  ])('%s', (_what, header, ip) => {
    expect(clientOf?.('192.0.2.1', header)).toEqual({ ip, isOnlyProxy: false });
  });

  test.each([
    ['no header', undefined],
    ['an empty one', ''],
    ['only our own proxies', '192.0.2.9'],
    ['no address in the hop that the proxy wrote', '203.0.113.9, unknown'],
    ['an octal address', '203.0.113.011'],
    ['a blank hop at the end', '203.0.113.9, '],
  ])('%s: only the proxy is known', (_what, header) => {
    expect(clientOf?.('192.0.2.1', header)).toEqual({ ip: '192.0.2.1', isOnlyProxy: true });
  });

  test('somebody who is no proxy cannot speak for others', () => {
    expect(clientOf?.('203.0.113.5', '198.51.100.1')).toBeUndefined();
  });

  test('without trusted proxies nothing is asked', () => {
    expect(createClientOf([])).toBeUndefined();
  });
});

const v4 = (first: string) => fc.nat(255).map((last) => `${first}.${last}`);

test('whatever a client writes into the header, it cannot name somebody else: the answer is its own address', () => {
  fc.assert(
    fc.property(fc.string(), v4('203.0.113'), fc.array(v4('192.0.2'), { maxLength: 5 }), v4('192.0.2'), (forged, client, proxies, peer) => {
      const header = [forged, client, ...proxies].join(', ');
      expect(clientOf?.(peer, header)).toEqual({ ip: client, isOnlyProxy: false });
    }),
  );
});

test('no answer names a proxy as a client', () => {
  const hop = fc.oneof(v4('203.0.113'), v4('192.0.2'), fc.constant('2001:db8:aaaa::5'), fc.string({ maxLength: 12 }));
  fc.assert(
    fc.property(fc.array(hop, { maxLength: 50 }), v4('192.0.2'), (hops, peer) => {
      const client = clientOf?.(peer, hops.join(','));
      const isProxy = client?.ip.startsWith('192.0.2.') === true || client?.ip.startsWith('2001:db8:aaaa:') === true;
      expect(client?.isOnlyProxy).toBe(isProxy);
      if (isProxy) expect(client?.ip).toBe(peer);
    }),
  );
});

describe('in an access log', () => {
  const grammar = createWebGrammar({ trustedProxies: PROXIES });
  const line = (peer: string, forwarded: string): string => `${peer} - - [12/Jan/2026:03:04:05 +0000] "GET /a HTTP/1.1" 404 5 "-" "curl/8" "${forwarded}"`;

  test('the client is the source of request and response, and the proxy is named', () => {
    const { events } = parseLine(grammar, line('192.0.2.1', '198.51.100.1, 203.0.113.9'));
    expect(events).toMatchObject([
      { type: 'http_request', sourceIp: '203.0.113.9', entities: { ip: '203.0.113.9' }, details: { proxy: '192.0.2.1' } },
      { type: 'http_response', sourceIp: '203.0.113.9', details: { proxy: '192.0.2.1' } },
    ]);
    expect(events[0]?.details).not.toHaveProperty('only_proxy_known');
  });

  test('when only the proxy is known the event says so', () => {
    expect(parseLine(grammar, line('192.0.2.1', '-')).events[0]).toMatchObject({
      sourceIp: '192.0.2.1',
      details: { proxy: '192.0.2.1', only_proxy_known: true },
    });
  });

  test('a quote in the header cannot end the field', () => {
    const { events } = parseLine(grammar, line('192.0.2.1', '198.51.100.1\\", 203.0.113.9'));
    expect(events[0]).toMatchObject({ sourceIp: '203.0.113.9' });
  });

  test('others are who they are', () => {
    expect(parseLine(grammar, line('203.0.113.5', '198.51.100.1')).events[0]).toMatchObject({ sourceIp: '203.0.113.5' });
  });
});
