import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createFirewallGrammar } from '../../../../src/actors/collectors/grammars/firewall.ts';
import { createGrammar } from '../../../../src/actors/collectors/grammars/registry.ts';
import type { Grammar } from '../../../../src/actors/contract.ts';
import type { SecurityEvent } from '../../../../src/domain/event.ts';

const NOW = Date.UTC(2026, 0, 12, 4);
const parse = (line: string, grammar: Grammar = createFirewallGrammar()) => {
  const events: SecurityEvent[] = [];
  const outcome = grammar.parse(line, { source: 'test', position: 7, receivedAt: NOW }, (event) => events.push(event));
  return { outcome, event: events[0], count: events.length };
};

const UFW = '2026-01-12T03:04:05.123456+00:00 web-1 kernel: [12345.678901] [UFW BLOCK] ';
const packet = (rest: string, head = UFW): string =>
  `${head}IN=eth0 OUT= MAC=00:11:22:33:44:55 SRC=198.51.100.7 DST=192.0.2.5 LEN=60 TOS=0x00 PREC=0x00 TTL=52 ID=54321 DF ${rest}`;
const SYN = 'PROTO=TCP SPT=51234 DPT=22 WINDOW=1024 RES=0x00 SYN URGP=0 ';

describe('kernel lines of LOG rules', () => {
  test('a SYN that ufw blocked is an attempt with its action', () => {
    const { outcome, event } = parse(packet(SYN));
    expect(outcome).toBe('event');
    expect(event).toMatchObject({
      type: 'connection_attempt',
      at: Date.UTC(2026, 0, 12, 3, 4, 5, 123),
      sourceIp: '198.51.100.7',
      destIp: '192.0.2.5',
      observer: 'web-1',
      trust: 'sensor',
    });
    expect(event?.details).toMatchObject({ protocol: 'tcp', dest_port: 22, src_port: 51234, direction: 'inbound', action: 'drop', interface: 'eth0' });
    expect(event?.details['flags_kind']).toBeUndefined();
  });

  test.each([
    ['FIN URG PSH', 'xmas'],
    ['FIN', 'fin'],
    ['', 'null'],
    ['SYN FIN', 'syn-fin'],
  ])('flags "%s" are called %s', (flags, kind) => {
    expect(parse(packet(`PROTO=TCP SPT=4 DPT=22 WINDOW=1024 RES=0x00 ${flags} URGP=0`)).event?.details['flags_kind']).toBe(kind);
  });

  test.each([
    ['an answer', 'PROTO=TCP SPT=443 DPT=51234 WINDOW=1024 RES=0x00 ACK SYN URGP=0'],
    ['a connection that stands', 'PROTO=TCP SPT=443 DPT=51234 WINDOW=1024 RES=0x00 ACK PSH URGP=0'],
    ['a late answer of a name server', 'PROTO=UDP SPT=53 DPT=51234 LEN=100'],
    ['a ping', 'PROTO=ICMP TYPE=8 CODE=0 ID=1 SEQ=1'],
    ['a packet without addresses', 'PROTO=TCP'],
  ])('%s starts nothing', (_name, rest) => expect(parse(packet(rest))).toMatchObject({ outcome: 'irrelevant', count: 0 }));

  test('what leaves is a connection, unless it was stopped', () => {
    const out = (prefix: string) =>
      `Jan 12 03:04:05 web-1 kernel: ${prefix}IN= OUT=eth0 SRC=192.0.2.5 DST=198.51.100.7 LEN=60 PROTO=TCP SPT=40000 DPT=4444 WINDOW=1 RES=0x00 SYN URGP=0`;
    expect(parse(out('out: ')).event).toMatchObject({ type: 'network_connection', entities: { ip: '198.51.100.7' } });
    expect(parse(out('DROP out: ')).event).toMatchObject({ type: 'connection_attempt', entities: { ip: '192.0.2.5' } });
  });

  test('IPv6 is read', () => {
    const line =
      'Jan 12 03:04:05 h kernel: drop IN=eth0 OUT= SRC=2001:0db8:0000:0000:0000:0000:0000:0007 DST=2001:db8::5 LEN=60 PROTO=TCP SPT=4 DPT=443 WINDOW=1 RES=0x00 SYN URGP=0';
    expect(parse(line).event).toMatchObject({ sourceIp: '2001:db8::7', destIp: '2001:db8::5' });
  });

  test('the packet inside an ICMP error moves nobody', () => {
    const line = packet('PROTO=ICMP TYPE=3 CODE=1 [SRC=203.0.113.99 DST=192.0.2.5 LEN=40 PROTO=TCP SPT=1 DPT=22 ] ');
    expect(parse(line).count).toBe(0);
  });

  test('only the kernel is believed', () => {
    expect(parse(packet(SYN, 'Jan 12 03:04:05 h someone[4]: ')).outcome).toBe('irrelevant');
  });
});

describe('filterlog', () => {
  test('IPv4 that was blocked', () => {
    const line =
      'Jan 12 03:04:05 gw filterlog[123]: 5,,,1000000103,igb0,match,block,in,4,0x0,,64,0,0,DF,6,tcp,60,198.51.100.7,192.0.2.5,51234,23,0,S,1,,1024,,mss';
    expect(parse(line).event).toMatchObject({ sourceIp: '198.51.100.7', details: { dest_port: 23, action: 'drop', interface: 'igb0', protocol: 'tcp' } });
  });

  test('IPv6 that passed', () => {
    const line = 'Jan 12 03:04:05 gw filterlog[123]: 9,,,1,igb1,match,pass,in,6,0x00,0x0,64,udp,17,80,2001:db8::7,2001:db8::5,40000,161,60';
    expect(parse(line).event).toMatchObject({ sourceIp: '2001:db8::7', destIp: '2001:db8::5', details: { dest_port: 161, action: 'accept', protocol: 'udp' } });
  });
});

test('the automatic grammar and the journal find them as well', () => {
  expect(parse(packet(SYN), createGrammar('auto')).event?.type).toBe('connection_attempt');
  const entry = {
    _TRANSPORT: 'kernel',
    SYSLOG_IDENTIFIER: 'kernel',
    _HOSTNAME: 'h',
    __REALTIME_TIMESTAMP: String(NOW * 1000),
    MESSAGE: packet(SYN, '[UFW BLOCK] '),
  };
  expect(parse(JSON.stringify(entry), createGrammar('journal')).event).toMatchObject({ type: 'connection_attempt', at: NOW });
  expect(parse(JSON.stringify({ ...entry, _TRANSPORT: 'syslog', _UID: '1000' }), createGrammar('journal')).count).toBe(0);
});

test.each(['auto', 'firewall'])('%s: the byte filter lets packets through, whatever time is in front, and other programs not', (id) => {
  const isQuiet = (line: string): boolean => createGrammar(id).isQuiet?.(Buffer.from(line), 0, line.length) ?? false;
  for (const time of ['Jan 12 03:04:05', '2026-01-12T03:04:05.123456+00:00']) {
    expect(isQuiet(packet(SYN, `${time} web-1 kernel: DROP `))).toBe(false);
    expect(isQuiet(`${time} gw filterlog[123]: 9,,,1,igb1,match,pass,in,6,0x00,0x0,64,udp,17,80,2001:db8::7,2001:db8::5,40000,161,60`)).toBe(false);
    expect(isQuiet(`${time} web-1 CRON[7]: nothing to see`)).toBe(true);
  }
});

test('a line that was made up never throws and never gives an address that is none', () => {
  const grammar = createFirewallGrammar();
  const words = fc.array(
    fc.oneof(
      fc.constantFrom('IN=', 'OUT=', 'SRC=1.2.3.4', 'DST=::1', 'SRC=', 'PROTO=TCP', 'DPT=99999', 'DPT=22', 'RES=0x00', 'SYN', ',', '6', '4'),
      fc.string(),
    ),
    { maxLength: 40 },
  );
  fc.assert(
    fc.property(words, fc.constantFrom('kernel', 'filterlog'), (list, program) => {
      const { event } = parse(`Jan 12 03:04:05 h ${program}: ${list.join(' ')}`, grammar);
      return event === undefined || (event.sourceIp !== undefined && event.destIp !== undefined);
    }),
  );
});
