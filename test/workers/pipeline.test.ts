import { describe, expect, test } from 'vitest';
import { createPipeline } from '../../src/workers/pipeline.ts';
import { bytesOf, createToyModule, eventOf, failedLine } from './kit.ts';

const RECEIVED_AT = Date.UTC(2026, 0, 12, 12);
const modules = [createToyModule('toy'), createToyModule('other', ['http_request']), createToyModule('every', ['*'])];
const toy = { modules: { toy: {} } };

const chunkOf = (bytes: Uint8Array, offset = 0, rest: object = {}) => ({ source: 'file:/a', grammar: 'auth', bytes, offset, receivedAt: RECEIVED_AT, ...rest });

describe('a pipeline', () => {
  test('turns lines into one folded finding with the latest event last', () => {
    const pipeline = createPipeline(modules, toy);
    const lines = Array.from({ length: 40 }, (_, index) => failedLine(`user${index}`));
    const { findings, counters, consumed } = pipeline.chunk(chunkOf(bytesOf(...lines)));
    expect(findings).toHaveLength(1);
    const [finding] = findings;
    expect(finding).toMatchObject({
      module: 'toy',
      type: 'many',
      severity: 'HIGH',
      count: 38,
      foldKey: 'toy:many:ip:203.0.113.7',
      title: 'Many',
      mitre: ['T1110'],
    });
    expect(finding?.eventIds).toHaveLength(16);
    expect(finding?.description).toBe('40 events');
    expect(finding?.eventIds.at(-1)).toContain(String(bytesOf(...lines.slice(0, 39)).byteLength));
    expect(finding?.isClaim).toBe(false);
    expect(counters).toEqual({ lines: 40, parsed: 40, irrelevant: 0, unparsed: 0, dropped: 0, events: 40, cut: 0 });
    expect(consumed).toBe(bytesOf(...lines).byteLength);
  });

  test('keeps the worst severity of what it folds', () => {
    const pipeline = createPipeline(modules, toy);
    const { findings } = pipeline.chunk(chunkOf(bytesOf(...Array.from({ length: 101 }, () => failedLine('a')))));
    expect(findings.map((finding) => [finding.severity, finding.count])).toEqual([['CRITICAL', 99]]);
  });

  test('gives an event only to the modules that declare its type, whatever its sender calls himself', () => {
    const pipeline = createPipeline(modules, { modules: { toy: {}, other: {}, every: {} } });
    pipeline.events([eventOf({ module: 'other' }), eventOf({ type: 'http_request', module: 'toy', sourceIp: '192.0.2.1' }), eventOf({ type: 'unheard_of' })]);
    expect(pipeline.sizes()).toEqual({ toy: 1, other: 1, every: 2 });
  });

  test('takes a module that throws out and goes on with the others', () => {
    const pipeline = createPipeline(modules, { modules: { toy: {}, every: {} } });
    const { failures, findings } = pipeline.chunk(chunkOf(bytesOf(failedLine('throw'), failedLine('a'), failedLine('b'), failedLine('c'))));
    expect(failures).toEqual([
      { module: 'toy', message: 'poison ␛[31m', eventType: 'auth_failure' },
      { module: 'every', message: 'poison ␛[31m', eventType: 'auth_failure' },
    ]);
    expect(findings).toEqual([]);
    expect(pipeline.sizes()).toEqual({});
    pipeline.startModule('toy', {});
    expect(pipeline.chunk(chunkOf(bytesOf(failedLine('a')))).failures).toEqual([]);
    expect(pipeline.sizes()).toEqual({ toy: 1 });
  });

  test('starts and stops modules, and refuses unknown ones and unknown settings', () => {
    const pipeline = createPipeline(modules, { modules: {} });
    pipeline.startModule('toy', { threshold: 1 });
    expect(pipeline.chunk(chunkOf(bytesOf(failedLine('a')))).findings).toHaveLength(1);
    pipeline.stopModule('toy');
    expect(pipeline.chunk(chunkOf(bytesOf(failedLine('a')))).findings).toHaveLength(0);
    expect(() => pipeline.startModule('nobody', {})).toThrow(/SEC|nothing/i);
    expect(() => pipeline.startModule('toy', { treshold: 1 })).toThrow();
  });

  test('says claim of what a sender says or may have forged, and of types without a source of ours', () => {
    const isClaimOf = (settings: object, trust: 'sensor' | 'spoofable' | 'claim'): boolean | undefined =>
      createPipeline(modules, { modules: { toy: settings } }).events([eventOf({ trust })]).findings[0]?.isClaim;
    expect(isClaimOf({ threshold: 1 }, 'sensor')).toBe(false);
    expect(isClaimOf({ threshold: 1 }, 'spoofable')).toBe(true);
    expect(isClaimOf({ threshold: 1 }, 'claim')).toBe(true);
    expect(isClaimOf({ threshold: 1, alert: 'said' }, 'sensor')).toBe(true);
  });

  test('sweeps each minute of event time, not because of a claimed time', () => {
    const pipeline = createPipeline(modules, toy);
    const start = Date.UTC(2026, 0, 12);
    pipeline.events([eventOf({ at: start }), eventOf({ at: start + 50_000, sourceIp: '192.0.2.1' })]);
    pipeline.events([eventOf({ at: start + 4e12, trust: 'claim', sourceIp: '192.0.2.2' })]);
    expect(pipeline.sizes()).toEqual({ toy: 3 });
    pipeline.events([eventOf({ at: start + 61_000, sourceIp: '192.0.2.3' })]);
    expect(pipeline.sizes()).toEqual({ toy: 1 });
  });
});

describe('lines of a chunk', () => {
  const run = (...chunks: readonly Uint8Array[]) => {
    const pipeline = createPipeline(modules, { modules: { toy: { threshold: 1 } } });
    let offset = 0;
    return chunks.map((bytes) => {
      const result = pipeline.chunk(chunkOf(bytes, offset));
      offset += result.consumed;
      return result;
    });
  };
  const text = (value: string): Uint8Array => new Uint8Array(Buffer.from(value));

  test('without an end are left for the next chunk', () => {
    const [result] = run(text(`${failedLine('a')}\n${failedLine('b')}`));
    expect(result?.consumed).toBe(failedLine('a').length + 1);
    expect(result?.counters.lines).toBe(1);
    expect(run(text('no end'))[0]).toMatchObject({ consumed: 0, counters: { lines: 0 } });
  });

  test('without an end are taken when the source has ended', () => {
    const pipeline = createPipeline(modules, toy);
    const { consumed, counters } = pipeline.chunk(chunkOf(text(failedLine('a')), 0, { isFinal: true }));
    expect([consumed, counters.parsed]).toEqual([failedLine('a').length, 1]);
  });

  test('may end in CR LF, hold NUL or bytes that are no UTF-8, and still count', () => {
    const garbage = Buffer.concat([
      Buffer.from('Jan 12 03:04:05 h sshd[1]: Failed password for '),
      Buffer.from([0xff, 0xfe, 0]),
      Buffer.from(' from 203.0.113.9 port 5 ssh2\r\n'),
    ]);
    const [result] = run(new Uint8Array(garbage));
    expect(result?.counters).toMatchObject({ lines: 1, parsed: 1, dropped: 0 });
    expect(result?.findings[0]?.entities.ip).toBe('203.0.113.9');
    const [noise] = run(new Uint8Array([0xff, 0, 1, 10, 0x41, 10, 13, 10]));
    expect(noise?.counters).toMatchObject({ lines: 3, dropped: 1, unparsed: 1, irrelevant: 1 });
  });

  test('of 8 to 64 KiB are scanned at their beginning only', () => {
    const [result] = run(text(`${failedLine('a'.repeat(20_000))}\n${failedLine('b')}\n`));
    expect(result?.counters).toMatchObject({ lines: 2, parsed: 2, cut: 1, dropped: 0 });
    expect(result?.findings.map((finding) => finding.entities.ip)).toEqual([undefined, '203.0.113.7']);
  });

  test('over 64 KiB are skipped to their end, counted once, however many chunks they span', () => {
    const [within] = run(text(`${'x'.repeat(70_000)}\n${failedLine('b')}\n`));
    expect(within?.counters).toMatchObject({ lines: 2, parsed: 1, dropped: 1 });
    const results = run(
      text('x'.repeat(70_000)),
      text('y'.repeat(70_000)),
      text(`Failed password for root from 198.51.100.8 port 1 ssh2\n${failedLine('b')}\n`),
    );
    expect(results.map((result) => result.consumed > 0)).toEqual([true, true, true]);
    expect(results.map((result) => result.counters.dropped)).toEqual([1, 0, 0]);
    expect(results.map((result) => result.counters.lines)).toEqual([1, 0, 1]);
    expect(results[2]?.findings.map((finding) => finding.entities.ip)).toEqual(['203.0.113.7']);
  });

  test('of a file that began anew are not taken for the rest of a long one', () => {
    const pipeline = createPipeline(modules, toy);
    pipeline.chunk(chunkOf(text('x'.repeat(70_000)), 0));
    expect(pipeline.chunk(chunkOf(bytesOf(failedLine('a')), 0)).counters).toMatchObject({ lines: 1, parsed: 1 });
  });

  test('of 100 MB do not grow the memory', () => {
    const pipeline = createPipeline(modules, toy);
    const piece = new Uint8Array(262_144).fill(0x61);
    pipeline.chunk(chunkOf(piece, 0));
    const before = process.memoryUsage().rss;
    let dropped = 0;
    for (let round = 1; round < 400; round += 1) dropped += pipeline.chunk(chunkOf(piece, round * piece.byteLength)).counters.dropped;
    expect(dropped).toBe(0);
    expect(process.memoryUsage().rss - before).toBeLessThan(40_000_000);
  });

  test('have ids that differ by place and stay the same when read again', () => {
    const ids = (offset: number): readonly string[] => {
      const seen: string[] = [];
      const pipeline = createPipeline(modules, toy, { onEvent: (event) => seen.push(event.id) });
      pipeline.chunk(chunkOf(bytesOf(failedLine('a'), failedLine('a')), offset));
      return seen;
    };
    expect(new Set(ids(0)).size).toBe(2);
    expect(ids(0)).toEqual(ids(0));
    expect(ids(0)).not.toEqual(ids(1000));
  });
});

describe('accepted logins', () => {
  const accepted = (ip: string, more: object = {}) =>
    eventOf({ type: 'auth_success', sourceIp: ip, entities: { ip }, details: { service: 'sshd', username: 'ops' }, ...more });

  test('over SSH are told by address, each once, and with the next batch no more', () => {
    const pipeline = createPipeline(modules, toy);
    const line = 'Jan 12 12:00:00 host sshd[77]: Accepted publickey for ops from 198.51.100.9 port 50000 ssh2\n';
    expect(pipeline.chunk(chunkOf(new TextEncoder().encode(line + line))).logins).toEqual(['198.51.100.9']);
    expect(pipeline.events([])).not.toHaveProperty('logins');
  });

  test('of other services, and what an API client claims, are not', () => {
    const pipeline = createPipeline(modules, toy);
    const events = [accepted('198.51.100.9', { trust: 'claim' }), accepted('198.51.100.9', { details: { service: 'dovecot' } })];
    expect(pipeline.events(events)).not.toHaveProperty('logins');
    expect(pipeline.events(Array.from({ length: 100 }, (_none, at) => accepted(`198.51.100.${at}`))).logins).toHaveLength(64);
  });
});
