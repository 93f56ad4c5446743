import { expect, test } from 'vitest';
import { createGrammar } from '../../../../src/actors/collectors/grammars/registry.ts';
import { parseLine, utcTime } from './parse-lines.ts';

const ACCESS = '203.0.113.9 - - [12/Jan/2026:03:04:05 +0000] "GET /a HTTP/1.1" 404 19 "-" "curl/8"';
const wrap = (log: string, stream = 'stdout'): string => JSON.stringify({ log, stream, time: '2026-01-12T03:04:05.123456789Z' });
const create = () => createGrammar('container', { localTime: utcTime });

test('the wrapper comes off and the line inside is read, with the container as its observer', () => {
  const source = `file:/var/lib/docker/containers/${'ab12'.repeat(16)}/${'ab12'.repeat(16)}-json.log`;
  expect(parseLine(create(), wrap(`${ACCESS}\n`), { source }).events[0]).toMatchObject({
    type: 'http_request',
    sourceIp: '203.0.113.9',
    observer: 'container:ab12ab12ab12',
  });
});

test('a line without a time of its own has that of the wrapper', () => {
  const line = wrap('sshd[7]: Failed password for root from 203.0.113.9 port 22 ssh2\n');
  expect(parseLine(create(), line).events[0]).toMatchObject({ type: 'auth_failure', at: Date.UTC(2026, 0, 12, 3, 4, 5, 123) });
});

test('the rest of a line that came in pieces is no line of its own, whatever it looks like; the other stream is not held up', () => {
  const grammar = create();
  parseLine(grammar, wrap('x'.repeat(16_384)));
  expect(parseLine(grammar, wrap(`${ACCESS}\n`)).events).toEqual([]);
  parseLine(grammar, wrap('y'.repeat(16_384)));
  expect(parseLine(grammar, wrap(`${ACCESS}\n`, 'stderr')).events).toHaveLength(2);
  expect(parseLine(grammar, wrap('end\n')).events).toEqual([]);
  expect(parseLine(grammar, wrap(`${ACCESS}\n`)).events).toHaveLength(2);
});

test.each(['{"log":7}', '{"log":', 'plain', ''])('%j is no line of the driver', (line) => {
  expect(parseLine(create(), line)).toEqual({ outcome: 'unparsed', events: [] });
});
