import { expect, test } from 'vitest';
import { networkGuardian } from '../../../../src/actors/modules/network_guardian/detect.ts';
import { MODULES } from '../../../../src/actors/registry.ts';
import type { SecurityEvent, Trust } from '../../../../src/domain/event.ts';
import { createPipeline } from '../../../../src/workers/pipeline.ts';
import { decodeEvent, runDetector, TEST_START } from '../../../kit/run-detector.ts';

const packet = (index: number, details: { readonly [key: string]: unknown }, sourceIp = '203.0.113.9', trust: Trust = 'sensor'): SecurityEvent =>
  decodeEvent({ type: 'connection_attempt', source_ip: sourceIp, dest_ip: '192.0.2.5', details }, index, trust);
const typesOf = (raised: readonly { readonly type: string }[]): readonly string[] => [...new Set(raised.map(({ type }) => type))].sort();

test('a scan that a firewall refused is worth less than one that got through', () => {
  const scan = (action: string) => Array.from({ length: 25 }, (_none, index) => packet(index, { dest_port: 1000 + index, action }));
  expect(runDetector(networkGuardian, {}, scan('drop'))[0]).toMatchObject({ type: 'vertical_scan', severity: 'MEDIUM' });
  expect(runDetector(networkGuardian, {}, scan('accept'))[0]).toMatchObject({ type: 'vertical_scan', severity: 'HIGH' });
});

test('the addresses of one /64 scan together, and are named as one', () => {
  const events = Array.from({ length: 25 }, (_none, index) => packet(index, { dest_port: 1000 + index }, `2001:db8:1:2::${index + 1}`));
  const raised = runDetector(networkGuardian, {}, events);
  expect(typesOf(raised)).toEqual(['vertical_scan']);
  expect(raised[0]?.draft.subject).toBe('ip:2001:db8:1:2::/64');
});

test('claims never bring an address nearer to a limit of the sensors', () => {
  const claims = Array.from({ length: 19 }, (_none, index) => packet(index, { dest_port: 1000 + index }, '198.51.100.7', 'claim'));
  const seen = Array.from({ length: 5 }, (_none, index) => packet(20 + index, { dest_port: 2000 + index }, '198.51.100.7'));
  expect(typesOf(runDetector(networkGuardian, {}, [...claims, ...seen]))).toEqual([]);
});

test('a reserved source is reported in a claim, and ordinary where a service talked with it', () => {
  const wire = { type: 'http_request', source_ip: '198.51.100.7', details: { path: '/' } };
  expect(typesOf(runDetector(networkGuardian, {}, [decodeEvent(wire, 0, 'claim')]))).toEqual(['ip_reputation']);
  expect(typesOf(runDetector(networkGuardian, {}, [decodeEvent(wire, 0)]))).toEqual([]);
});

test('what other modules of the pipeline find adds up to one dynamic_ip_block with a ledger', () => {
  const pipeline = createPipeline(MODULES, { modules: { auth_fortress: {}, network_guardian: { block_score: 20 }, injection_shield: {} } });
  const attack = {
    type: 'http_request',
    source_ip: '203.0.113.80',
    details: { method: 'GET', path: `/?id=1' UNION SELECT password FROM users--`, query: `id=1' UNION SELECT password FROM users--` },
  };
  const failure = { type: 'auth_failure', source_ip: '203.0.113.80', details: { username: 'root', method: 'password' } };
  const events = [decodeEvent(attack, 0), ...Array.from({ length: 12 }, (_none, index) => decodeEvent(failure, index + 1))];
  const { findings, failures } = pipeline.events(events);
  expect(failures).toEqual([]);
  const block = findings.find((finding) => finding.type === 'dynamic_ip_block');
  expect(block).toMatchObject({ module: 'network_guardian', count: 1, isClaim: false, entities: { ip: '203.0.113.80' } });
  expect(block?.description).toMatch(/injection_shield .*auth_fortress brute_force 10/);
});

test('after an hour of everything, the tables keep their bounds', () => {
  const detector = networkGuardian.createDetector({ max_tracked: 64 });
  for (let index = 0; index < 5000; index++) {
    const ip = `10.${index % 200}.${(index >> 3) % 250}.${index % 250}`;
    const types = ['connection_attempt', 'http_request', 'dns_query', 'network_connection', 'smb_connection'];
    const wire = {
      type: types[index % 5],
      source_ip: ip,
      dest_ip: `198.51.100.${index % 250}`,
      details: { dest_port: index, domain: `a${index}.example${index}.org`, path: `/${index}`, bytes_out: 5 },
    };
    detector.onEvent({ ...decodeEvent(wire, index), at: TEST_START + index * 700 }, () => {});
  }
  const before = detector.size();
  // Ten tables of 64 keys, three of four or two times as many, and the speakers.
  expect(before).toBeLessThan(64 * 24 + 4096 * 6);
  detector.sweep?.(TEST_START + 90 * 86_400_000);
  expect(detector.size()).toBe(0);
});

test('egress is judged by the usual hour of the source itself', () => {
  const sent = (hour: number, bytes: number) =>
    decodeEvent(
      {
        type: 'network_connection',
        source_ip: '192.0.2.7',
        dest_ip: '8.8.4.4',
        timestamp: new Date(TEST_START + hour * 3_600_000).toISOString(),
        details: { dest_port: 443, protocol: 'tcp', bytes_out: bytes, direction: 'outbound' },
      },
      hour,
    );
  // Every hour at another minute, so that there is no beat.
  const days = Array.from({ length: 100 }, (_none, hour) => sent(hour + ((hour * 37) % 60) / 61, 50_000_000));
  expect(typesOf(runDetector(networkGuardian, {}, [...days, sent(101, 60_000_000)]))).not.toContain('egress_volume');
  expect(typesOf(runDetector(networkGuardian, {}, [...days, sent(101, 900_000_000)]))).toContain('egress_volume');
});
