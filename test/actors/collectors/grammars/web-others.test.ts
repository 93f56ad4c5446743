import { describe, expect, test } from 'vitest';
import { createGrammar } from '../../../../src/actors/collectors/grammars/registry.ts';
import { parseLine, utcTime } from './parse-lines.ts';

const CADDY = {
  level: 'info',
  ts: 1768187045.5,
  logger: 'http.log.access',
  msg: 'handled request',
  request: {
    remote_ip: '203.0.113.9',
    remote_port: '4711',
    proto: 'HTTP/2.0',
    method: 'GET',
    host: 'shop.example',
    uri: '/a?b=1',
    headers: { 'User-Agent': ['curl/8'], 'X-Forwarded-For': ['198.51.100.1'] },
  },
  user_id: '',
  size: 12,
  status: 404,
};
const TRAEFIK = {
  ClientAddr: '203.0.113.9:4711',
  ClientHost: '198.51.100.1',
  ClientUsername: '-',
  DownstreamContentSize: 19,
  DownstreamStatus: 404,
  RequestHost: 'shop.example',
  RequestMethod: 'GET',
  RequestPath: '/a?b=1',
  RequestProtocol: 'HTTP/1.1',
  StartUTC: '2026-01-12T03:04:05.5Z',
  'request_User-Agent': 'curl/8',
};
const HAPROXY =
  'Jan 12 03:04:05 lb haproxy[14389]: 203.0.113.9:33317 [12/Jan/2026:03:04:05.655] http-in static/srv1 10/0/30/69/109 404 2750 - - ---- 1/1/1/1/0 0/0 {shop.example} {} "GET /a?b=1 HTTP/1.1"';
const TRAEFIK_CLF = '203.0.113.9 - - [12/Jan/2026:03:04:05 +0000] "GET /a?b=1 HTTP/1.1" 404 19 "-" "curl/8" 1 "router@docker" "http://192.0.2.7:80" 2ms';

describe.each(['web', 'auto'])('as %s', (id) => {
  const parse = (line: string) => parseLine(createGrammar(id, { localTime: utcTime }), line);

  test.each([
    ['Caddy, JSON', JSON.stringify(CADDY)],
    ['Traefik, JSON', JSON.stringify(TRAEFIK)],
    ['Traefik, common log format', TRAEFIK_CLF],
    ['HAProxy, HTTP log format', HAPROXY],
  ])('%s gives request and response of who connected', (_what, line) => {
    const { outcome, events } = parse(line);
    expect(outcome).toBe('event');
    expect(events).toMatchObject([
      { type: 'http_request', sourceIp: '203.0.113.9', severity: 'LOW', details: { method: 'GET', path: '/a?b=1', query: 'b=1', status_code: 404 } },
      { type: 'http_response', sourceIp: '203.0.113.9' },
    ]);
    expect(Math.abs((events[0]?.at ?? 0) - Date.UTC(2026, 0, 12, 3, 4, 5))).toBeLessThan(1000);
  });

  test('a request that looks like the head of a line of HAProxy moves no blame', () => {
    const line = HAPROXY.replace('/a?b=1', '/x#22 198.51.100.1:5 [12/Jan/2026:03:04:05.655] a b/c 1/1 200 1 - - ---- 1/1 0/0 #22');
    expect(parse(line).events[0]).toMatchObject({ sourceIp: '203.0.113.9' });
  });

  test('a header that a client sent is no address of it, in JSON either', () => {
    const line = JSON.stringify({ ...CADDY, request: { ...CADDY.request, uri: '/","remote_ip":"198.51.100.1' } });
    expect(parse(line).events[0]).toMatchObject({ sourceIp: '203.0.113.9', details: { path: '/","remote_ip":"198.51.100.1' } });
  });
});

test.each([
  ['JSON of another kind', '{"message":"hello"}'],
  ['cut JSON', JSON.stringify(CADDY).slice(0, 100)],
  ['a request that is no object', '{"request":"GET /","status":200}'],
  ['HAProxy speaking of itself', 'Jan 12 03:04:05 lb haproxy[1]: Proxy http-in started.'],
])('%s is no line of an access log', (_what, line) => {
  expect(parseLine(createGrammar('web', { localTime: utcTime }), line)).toEqual({ outcome: 'unparsed', events: [] });
});

test('behind a trusted proxy, Caddy names the client', () => {
  const grammar = createGrammar('web', { trustedProxies: ['203.0.113.0/24'] });
  expect(parseLine(grammar, JSON.stringify(CADDY)).events[0]).toMatchObject({ sourceIp: '198.51.100.1', details: { proxy: '203.0.113.9' } });
});
