import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createWebGrammar } from '../../../../src/actors/collectors/grammars/web.ts';
import { canonicalIp } from '../../../../src/domain/ip.ts';
import { parseLine } from './parse-lines.ts';

const grammar = createWebGrammar();
const T = '[12/Jan/2026:03:04:05 +0000]';
const AT = Date.UTC(2026, 0, 12, 3, 4, 5);
const V4 = '203.0.113.7';
const V6 = '2001:db8::17';
const FALSE = '198.51.100.8';
const UA = '"-" "curl/8.5.0"';

type Want = { readonly ip?: string | undefined; readonly details: object; readonly userAgent?: string; readonly types?: readonly string[] };

const LINES: readonly (readonly [string, Want | 'unparsed'])[] = [
  [
    `${V4} - - ${T} "GET /index.html?a=1&b=2 HTTP/1.1" 200 612 "https://example.com/" "Mozilla/5.0 (X11)"`,
    {
      ip: V4,
      userAgent: 'Mozilla/5.0 (X11)',
      details: {
        method: 'GET',
        path: '/index.html?a=1&b=2',
        query: 'a=1&b=2',
        protocol: 'HTTP/1.1',
        status_code: 200,
        response_size: 612,
        referer: 'https://example.com/',
        user_id: undefined,
      },
    },
  ],
  [`${V4} - - ${T} "GET / HTTP/1.1" 200 612`, { ip: V4, details: { path: '/', query: '', status_code: 200, response_size: 612 } }],
  [`${V4} - alice ${T} "POST /login HTTP/2.0" 302 0 ${UA}`, { ip: V4, details: { method: 'POST', user_id: 'alice', status_code: 302, protocol: 'HTTP/2.0' } }],
  [`${V6} - - ${T} "GET / HTTP/1.1" 200 1 ${UA}`, { ip: V6, details: { path: '/' } }],
  [`2001:DB8:0:0::17 - - ${T} "GET / HTTP/1.1" 200 1 ${UA}`, { ip: V6, details: {} }],
  [`::ffff:${V4} - - ${T} "GET / HTTP/1.1" 200 1 ${UA}`, { ip: V4, details: {} }],
  [`::1 - - ${T} "GET / HTTP/1.1" 200 1 ${UA}`, { ip: '::1', details: {} }],
  [`www.example.com:443 ${V4} - - ${T} "GET / HTTP/1.1" 200 1 ${UA}`, { ip: V4, details: { host: 'www.example.com:443' } }],
  [`www.example.com ${V6} - bob ${T} "GET / HTTP/1.1" 200 1 ${UA}`, { ip: V6, details: { host: 'www.example.com', user_id: 'bob' } }],
  [`${FALSE}:80 ${V4} - - ${T} "GET / HTTP/1.1" 200 1 ${UA}`, { ip: V4, details: { host: `${FALSE}:80` } }],
  [`${FALSE} ${V4} - - ${T} "GET / HTTP/1.1" 200 1 ${UA}`, { ip: V4, details: { host: FALSE } }],
  [`client.example.net - - ${T} "GET / HTTP/1.1" 200 1 ${UA}`, { ip: undefined, details: { path: '/' } }],
  [
    `${V4} - - ${T} "GET /missing HTTP/1.1" 404 153 ${UA}`,
    { ip: V4, types: ['http_request', 'http_response'], details: { status_code: 404, path: '/missing' } },
  ],
  [`${V4} - - ${T} "POST /login HTTP/1.1" 401 - ${UA}`, { ip: V4, types: ['http_request', 'http_response'], details: { status_code: 401, response_size: 0 } }],
  [`${V4} - - ${T} "GET / HTTP/1.1" 500 0 ${UA}`, { ip: V4, types: ['http_request', 'http_response'], details: { status_code: 500 } }],
  [`${V4} - - ${T} "GET / HTTP/1.1" 399 0 ${UA}`, { ip: V4, details: { status_code: 399 } }],
  [`${V4} - - ${T} "-" 408 0 "-" "-"`, { ip: V4, types: ['http_request', 'http_response'], details: { method: '', path: '-', is_malformed: true } }],
  [`${V4} - - ${T} "" 400 0 "-" "-"`, { ip: V4, types: ['http_request', 'http_response'], details: { method: '', path: '' } }],
  [
    `${V4} - - ${T} "\\x16\\x03\\x01\\x00\\xEE" 400 157 "-" "-"`,
    { ip: V4, types: ['http_request', 'http_response'], details: { method: '', is_malformed: true, status_code: 400 } },
  ],
  [`${V4} - - ${T} "GET /?q=\\x22or\\x221 HTTP/1.1" 200 1 ${UA}`, { ip: V4, details: { path: '/?q="or"1', query: 'q="or"1' } }],
  [`${V4} - - ${T} "GET /?q=\\"x\\" HTTP/1.1" 200 1 ${UA}`, { ip: V4, details: { path: '/?q="x"' } }],
  [`${V4} - - ${T} "GET /a\\\\ HTTP/1.1" 200 1 ${UA}`, { ip: V4, details: { path: '/a\\', status_code: 200 } }],
  [`${V4} - - ${T} "GET /caf\\xC3\\xA9 HTTP/1.1" 200 1 ${UA}`, { ip: V4, details: { path: '/café' } }],
  [`${V4} - - ${T} "GET /a b c HTTP/1.1" 200 1 ${UA}`, { ip: V4, details: { path: '/a b c', protocol: 'HTTP/1.1' } }],
  [`${V4} - - ${T} "GET /old" 200 1 ${UA}`, { ip: V4, details: { path: '/old', protocol: '' } }],
  [`${V4} - - ${T} "CONNECT example.com:443 HTTP/1.1" 405 1 ${UA}`, { ip: V4, types: ['http_request', 'http_response'], details: { method: 'CONNECT' } }],
  [`${V4} - - ${T} "GET http://example.com/x HTTP/1.1" 200 1 ${UA}`, { ip: V4, details: { path: 'http://example.com/x' } }],
  [`${V4} - - ${T} "SSH-2.0-Go" 400 1 "-" "-"`, { ip: V4, types: ['http_request', 'http_response'], details: { is_malformed: true, path: 'SSH-2.0-Go' } }],
  [`${V4} - - ${T} "GET / HTTP/1.1" 200 1 "-" "Moz\\"illa" "${FALSE}"`, { ip: V4, userAgent: 'Moz"illa', details: { forwarded_for: FALSE } }],
  [`${V4} - - ${T} "GET / HTTP/1.1" 200 1 "-" "ua" rt=0.001 uct="0.0"`, { ip: V4, userAgent: 'ua', details: { status_code: 200 } }],
  [
    `${V4} - name with blanks ${T} "GET / HTTP/1.1" 401 1 ${UA}`,
    { ip: V4, types: ['http_request', 'http_response'], details: { user_id: 'name with blanks' } },
  ],
  [`${V4} - ${FALSE} ${T} "GET / HTTP/1.1" 200 1 ${UA}`, { ip: V4, details: { user_id: FALSE } }],
  [`${V4} - x ${T} \\x22GET /fake HTTP/1.1\\x22 200 ${T} "GET /real HTTP/1.1" 200 1 ${UA}`, { ip: V4, details: { path: '/real' } }],
  [`${V4} - "" ${T} "GET / HTTP/1.1" 200 1 ${UA}`, { ip: V4, details: { user_id: undefined } }],
  ['', 'unparsed'],
  ['hello', 'unparsed'],
  [`${V4} - - [12/Xxx/2026:03:04:05 +0000] "GET / HTTP/1.1" 200 1`, 'unparsed'],
  [`${V4} - - ${T} "GET / HTTP/1.1 200 1`, 'unparsed'],
  [`${T} "GET / HTTP/1.1" 200 1`, 'unparsed'],
  ['Jan 12 03:04:05 web1 sshd[1]: Failed password for root from 203.0.113.7 port 1 ssh2', 'unparsed'],
];

describe('the web grammar reads', () => {
  test.each(LINES)('%s', (line, want) => {
    const { outcome, events } = parseLine(grammar, line);
    if (want === 'unparsed') {
      expect(outcome).toBe('unparsed');
      return;
    }
    expect(outcome).toBe('event');
    expect(events.map((event) => event.type)).toEqual(want.types ?? ['http_request']);
    const [event, response] = events;
    expect(event?.at).toBe(AT);
    expect(event?.sourceIp).toBe(want.ip);
    expect(event?.details).toMatchObject(want.details);
    if (want.userAgent !== undefined) expect(event?.userAgent).toBe(want.userAgent);
    if (response !== undefined) {
      expect(response.sourceIp).toBe(want.ip);
      expect(response.id).not.toBe(event?.id);
      expect(response.details['status_code']).toBe(event?.details['status_code']);
    }
  });

  test('the zone of the line', () => {
    const { events } = parseLine(grammar, `${V4} - - [12/Jan/2026:05:04:05 +0200] "GET / HTTP/1.1" 200 1`);
    expect(events[0]?.at).toBe(AT);
    const west = parseLine(grammar, `${V4} - - [11/Jan/2026:21:34:05 -0530] "GET / HTTP/1.1" 200 1`);
    expect(west.events[0]?.at).toBe(AT);
  });

  test('the beginning of a request that is longer than what is scanned', () => {
    const line = `${V4} - - ${T} "GET /${'a'.repeat(8100)}`;
    expect(parseLine(grammar, line).outcome).toBe('unparsed');
    const { events } = parseLine(grammar, line, { isCut: true });
    expect(events.map((event) => [event.type, event.sourceIp, event.details['status_code']])).toEqual([['http_request', V4, undefined]]);
  });
});

test('no field that a client fills moves the blame or the status', () => {
  const bait = fc.constantFrom(' ', '[', ']', T, `${FALSE} - - ${T} `, '\\x22', '\\"', '\\\\', '] ', ' 500 9 ', FALSE, `, client: ${FALSE}`);
  // Both servers escape quotes and backslashes in fields.
  const escaped = fc.string({ unit: 'binary', maxLength: 30 }).map((text) => text.replaceAll(/["\\\n]/g, ''));
  const field = fc.array(fc.oneof(bait, escaped), { maxLength: 6 }).map((pieces) => pieces.join(''));
  const address = fc.oneof(fc.ipV4(), fc.ipV6()).filter((ip) => canonicalIp(ip) !== undefined);
  fc.assert(
    fc.property(address, field, field, field, field, (ip, user, target, referer, agent) => {
      const line = `${ip} - ${user === '' ? '-' : user} ${T} "GET /${target} HTTP/1.1" 404 17 "${referer}" "${agent}"`;
      const { events } = parseLine(grammar, line);
      expect(events.map((event) => event.sourceIp)).toEqual([canonicalIp(ip), canonicalIp(ip)]);
      expect(events[0]?.details).toMatchObject({ method: 'GET', status_code: 404, response_size: 17 });
    }),
    { numRuns: 2000 },
  );
});
