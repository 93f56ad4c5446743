import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { SecurityEvent } from '../../src/domain/event.ts';
import { eventFromJson, eventToJson, type SecurityEventJson, securityEventSchema } from '../../src/domain/event-json.ts';
import { canonicalIp } from '../../src/domain/ip.ts';
import { SEVERITIES } from '../../src/domain/severity.ts';

const NOW = Date.UTC(2031, 0, 2, 3, 4, 5);
const read = (wire: unknown): SecurityEvent => eventFromJson(securityEventSchema.parse(wire), 'sensor', NOW);

const token = fc.stringMatching(/^[a-z0-9_-]{1,64}$/);
const address = fc.oneof(fc.ipV4(), fc.ipV6()).map((text) => canonicalIp(text) ?? '::');
const optional = <Value>(arbitrary: fc.Arbitrary<Value>): fc.Arbitrary<Value | undefined> => fc.option(arbitrary, { nil: undefined });
const wireEvent: fc.Arbitrary<SecurityEventJson> = fc.record({
  id: fc.string({ maxLength: 40 }),
  timestamp: fc.date({ min: new Date(0), max: new Date(4e12), noInvalidDate: true }).map((date) => date.toISOString()),
  source: fc.string({ maxLength: 40 }),
  module: token,
  type: token,
  severity: fc.constantFrom(...SEVERITIES),
  summary: fc.string({ maxLength: 200 }),
  details: fc.dictionary(
    fc.string({ maxLength: 20 }).filter((key) => key !== '__proto__' && !key.startsWith('original_')),
    // JSON text is written without the sign of -0: only what a second trip leaves alone can come out as it went in.
    fc.jsonValue({ maxDepth: 2 }).map((value): unknown => JSON.parse(JSON.stringify(value))),
  ),
  raw_data: optional(fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes).toString('base64'))),
  source_ip: optional(address),
  dest_ip: optional(address),
  user_agent: optional(fc.string({ maxLength: 50 })),
  request_id: optional(fc.string({ maxLength: 50 })),
});

describe('an event and its wire form', () => {
  test('what goes in comes out: bytes, addresses, details and all', () => {
    fc.assert(
      fc.property(wireEvent, (wire) => {
        const clean = JSON.parse(JSON.stringify(wire));
        if (Object.keys(clean.details).length === 0) delete clean.details;
        expect(JSON.parse(JSON.stringify(eventToJson(read(wire))))).toEqual(clean);
      }),
      { numRuns: 1000 },
    );
  });

  test('and reading its own output again gives the same event', () => {
    fc.assert(
      fc.property(wireEvent, (wire) => {
        const event = read(wire);
        expect(read(JSON.parse(JSON.stringify(eventToJson(event))))).toEqual(event);
      }),
    );
  });

  test('no input makes it throw anything but a refusal of the schema', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.jsonValue(),
          wireEvent.map((wire) => ({ ...wire, source_ip: '\u001b', module: '../..', type: 'A B' })),
        ),
        (input) => {
          const parsed = securityEventSchema.safeParse(input);
          if (!parsed.success) return;
          const event = eventFromJson(parsed.data, 'claim', NOW);
          expect(event.trust).toBe('claim');
          expect(event.module).toMatch(/^[a-z0-9_-]{1,64}$/);
          expect(event.type).toMatch(/^[a-z0-9_-]{1,64}$/);
        },
      ),
      { numRuns: 500 },
    );
  });

  test('what is not an address is never one, and is kept for the analyst', () => {
    const event = read({ type: 'auth_failure', source_ip: '192.0.2.1 from 203.0.113.9' });
    expect(event.sourceIp).toBeUndefined();
    expect(event.entities.ip).toBeUndefined();
    expect(event.details['original_source_ip']).toBe('192.0.2.1 from 203.0.113.9');
  });

  test('addresses take their one spelling', () => {
    expect(read({ type: 'x', source_ip: '::ffff:192.0.2.1', dest_ip: '2001:DB8::0001' })).toMatchObject({
      sourceIp: '192.0.2.1',
      destIp: '2001:db8::1',
      entities: { ip: '192.0.2.1' },
    });
  });

  test('module and type that are no plain words become plain ones, the originals kept', () => {
    expect(read({ type: 'Login Failed!', module: 'My Module' })).toMatchObject({
      module: 'external',
      type: 'unknown',
      details: { original_module: 'My Module', original_type: 'Login Failed!' },
    });
  });

  test('without a time the time of arrival counts, with an offset the moment itself', () => {
    expect(read({ type: 'x' }).at).toBe(NOW);
    expect(read({ type: 'x', timestamp: '2031-01-02T03:04:05+02:00' }).at).toBe(Date.UTC(2031, 0, 2, 1, 4, 5));
  });

  test('bytes that are no text are kept as they are', () => {
    const bytes = Buffer.from([0xff, 0xfe, 0x00, 0x80]);
    const event = read({ type: 'upload', raw_data: bytes.toString('base64') });
    expect(Buffer.from(event.bytes ?? [])).toEqual(bytes);
    expect(eventToJson(event)['raw_data']).toBe(bytes.toString('base64'));
  });

  test('long text is cut for matching and kept whole as bytes', () => {
    const event = read({ type: 'upload', raw_data: Buffer.from('a'.repeat(10_000)).toString('base64') });
    expect(event.raw).toHaveLength(8192);
    expect(event.bytes).toHaveLength(10_000);
  });

  test.each([
    ['no type', {}],
    ['an empty type', { type: '' }],
    ['a severity that is none', { type: 'x', severity: 'high' }],
    ['a time that is none', { type: 'x', timestamp: 'yesterday' }],
    ['details that are a list', { type: 'x', details: [] }],
    ['a type without end', { type: 'x'.repeat(257) }],
    ['a list', []],
    ['nothing', null],
  ])('%s is refused', (_what, wire) => {
    expect(securityEventSchema.safeParse(wire).success).toBe(false);
  });
});
