import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { PAYLOADS, type PayloadContext } from '../../../src/actors/notify/payload.ts';
import { requestOf } from '../../../src/actors/notify/request.ts';
import { ENDPOINT_TYPES, type EndpointType } from '../../../src/domain/endpoint.ts';
import { approvalNoticeOf, noticeOf } from '../../../src/domain/notice.ts';
import { anApproval } from '../../machines/approval-world.ts';
import { hostileNotice, hostileText, MARKER, markedAlert, NOW, sampleDelivery, sampleEndpoint, sampleNotice } from './samples.ts';

const context = (label = 'web-1'): PayloadContext => ({ endpoint: { routingKey: 'r', chatId: '42' }, label });
// What a receiver sees: whatever JSON is.
type Parsed = ReturnType<typeof JSON.parse>;
const jsonOf = (type: EndpointType, notices = [sampleNotice()], label = 'web-1'): Parsed =>
  JSON.parse(PAYLOADS[type](sampleDelivery(notices), context(label)).body);
/** Every text of a JSON value. */
const textsOf = (value: unknown): readonly string[] => {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsOf) : [];
};
const hostile = fc.tuple(fc.array(hostileNotice, { minLength: 1, maxLength: 30 }), hostileText);

describe('metadata only', () => {
  test.each(ENDPOINT_TYPES)('%s: no log line, path, user name, command line, title or description ever leaves', (type) => {
    fc.assert(
      fc.property(fc.array(markedAlert, { minLength: 1, maxLength: 12 }), (alerts) => {
        const delivery = sampleDelivery(alerts.map((alert) => noticeOf(alert)));
        const { body, headers } = requestOf(sampleEndpoint({ type }), delivery, { label: 'web-1', attempt: 1, now: NOW });
        const all = `${body}${JSON.stringify(headers)}`;
        expect(all.toUpperCase()).not.toContain(MARKER);
        expect(decodeURIComponent(all.replaceAll('%', '%25'))).not.toContain(MARKER);
        expect(all).not.toContain('4711');
      }),
      { numRuns: 200 },
    );
  });

  test.each(ENDPOINT_TYPES)('%s: of an approval neither target, steps, reason nor who decided', (type) => {
    const secret = anApproval({
      title: MARKER,
      plan: [MARKER],
      undoNote: MARKER,
      reason: MARKER,
      result: MARKER,
      target: { kind: 'file', file: { path: `/${MARKER}` } },
      decidedBy: { name: MARKER, uid: 4711, via: 'cli' },
      votes: [{ by: { name: MARKER, uid: 4711, via: 'cli' }, at: NOW, reason: MARKER, seats: [] }],
    });
    for (const kind of ['approval', 'reminder', 'break_glass', 'resolved'] as const) {
      const { body, headers } = requestOf(sampleEndpoint({ type }), sampleDelivery([approvalNoticeOf(secret, kind, NOW)]), {
        label: 'web-1',
        attempt: 1,
        now: NOW,
      });
      const all = `${body}${JSON.stringify(headers)}`;
      expect(all).not.toContain(MARKER);
      expect(all).not.toContain('4711');
      if (kind !== 'resolved') expect(all).toMatch(/kill[\\_ -]*process/);
    }
  });

  test('what does leave: module, type, severity, time, source address, alert, count', () => {
    expect(jsonOf('generic').data).toEqual({
      alert_id: '01JGQZ3V0000000000000000A1',
      module: 'auth_fortress',
      type: 'brute_force',
      severity: 'HIGH',
      time: '2031-01-02T03:04:05Z',
      source_ip: '203.0.113.7',
      count: 12,
    });
  });
});

describe('hostile text', () => {
  test.each(ENDPOINT_TYPES)('%s: is well-formed, whatever is in it, and headers stay one line of ASCII', (type) => {
    fc.assert(
      fc.property(hostile, ([notices, label]) => {
        const { body, headers } = PAYLOADS[type](sampleDelivery(notices), context(label));
        if (type !== 'ntfy') JSON.parse(body);
        for (const value of Object.values(headers)) expect(value).toMatch(/^[\x20-\x7e]*$/);
        expect(Buffer.byteLength(body)).toBeLessThan(100_000);
      }),
      { numRuns: 150 },
    );
  });

  test('Slack: everything in blocks is plain text, the fallback cannot link, mention or style, and the limits are kept', () => {
    fc.assert(
      fc.property(hostile, ([notices, label]) => {
        const { text, blocks } = jsonOf('slack', notices, label);
        expect(text).toMatch(/^(?:[^<>&*_~`]|&(?:amp|lt|gt);)*$/);
        expect(JSON.stringify(blocks)).not.toContain('mrkdwn');
        expect(blocks[0].text.text.length).toBeLessThanOrEqual(150);
        for (const field of blocks[1].fields ?? [blocks[1].text]) expect(field.text.length).toBeLessThanOrEqual(blocks[1].fields === undefined ? 3000 : 2000);
        expect((blocks[1].fields ?? []).length).toBeLessThanOrEqual(10);
      }),
      { numRuns: 150 },
    );
  });

  test('Discord: markdown is escaped, nobody is mentioned, the limits are kept', () => {
    fc.assert(
      fc.property(hostile, ([notices, label]) => {
        const { embeds, allowed_mentions } = jsonOf('discord', notices, label);
        expect(allowed_mentions).toEqual({ parse: [] });
        const [embed] = embeds;
        const marked = [embed.title, embed.description ?? '', ...(embed.fields ?? []).map((field: { value: string }) => field.value)];
        for (const text of marked) {
          expect(text.replaceAll(/\\./gs, '')).not.toMatch(/[\\*_~`|>#[\]()<]/);
          expect(text).not.toMatch(/@(?:everyone|here|U1)/);
        }
        expect(embed.title.length).toBeLessThanOrEqual(256);
        expect((embed.description ?? '').length).toBeLessThanOrEqual(4096);
        for (const field of embed.fields ?? []) expect(field.value.length).toBeLessThanOrEqual(1024);
      }),
      { numRuns: 150 },
    );
  });

  test('Telegram: no tags but ours, no lone ampersand, at most 4,096 characters', () => {
    fc.assert(
      fc.property(hostile, ([notices, label]) => {
        const { text } = jsonOf('telegram', notices, label);
        const bare = text.replaceAll(/<\/?(?:b|code)>/g, '');
        expect(bare).not.toMatch(/[<>"]/);
        expect(bare.replaceAll(/&(?:amp|lt|gt|quot);/g, '')).not.toContain('&');
        expect(bare.replaceAll(/&(?:amp|lt|gt|quot);/g, '.').length).toBeLessThanOrEqual(4096);
      }),
      { numRuns: 150 },
    );
  });

  test('Teams: markdown and template functions are escaped', () => {
    fc.assert(
      fc.property(hostile, ([notices, label]) => {
        const { body } = jsonOf('teams', notices, label).attachments[0].content;
        for (const text of textsOf(body.map((block: { text?: string; facts?: unknown }) => block.text ?? block.facts))) {
          expect(text.replaceAll(/\\./gs, '')).not.toMatch(/[\\*_~`#[\]()<>]/);
          expect(text).not.toContain('{{');
        }
      }),
      { numRuns: 150 },
    );
  });

  test.each(ENDPOINT_TYPES.filter((type) => type !== 'ntfy'))('%s: nothing is cut in the middle of a character', (type) => {
    for (const shift of ['', 'x']) {
      const long = `${shift}${'🦊'.repeat(2500)}`;
      const texts = textsOf(jsonOf(type, [sampleNotice({ module: long, type: long })], long));
      expect(texts.some((text) => text.includes('🦊'))).toBe(true);
      for (const text of texts) expect(text.isWellFormed()).toBe(true);
    }
  });
});

describe('PagerDuty', () => {
  test('one alert is one incident: repeats share its key and the end resolves it', () => {
    const first = jsonOf('pagerduty', [sampleNotice({ count: 1 })]);
    const repeat = jsonOf('pagerduty', [sampleNotice({ count: 30, severity: 'CRITICAL' })]);
    const end = jsonOf('pagerduty', [sampleNotice({ kind: 'resolved' })]);
    expect(first).toMatchObject({
      event_action: 'trigger',
      routing_key: 'r',
      payload: { severity: 'error', component: 'auth_fortress', class: 'brute_force', source: 'web-1' },
    });
    expect(repeat).toMatchObject({ dedup_key: first.dedup_key, payload: { severity: 'critical' } });
    expect(end).toEqual({ routing_key: 'r', dedup_key: first.dedup_key, event_action: 'resolve' });
    expect(jsonOf('pagerduty', [sampleNotice({ alertId: '01JGQZ3V0000000000000000A2' })]).dedup_key).not.toBe(first.dedup_key);
  });
});

describe('a digest', () => {
  test('counts by severity, names the worst ten first and counts the rest', () => {
    const notices = Array.from({ length: 23 }, (_, n) => sampleNotice({ severity: n === 22 ? 'CRITICAL' : 'HIGH', count: n + 1 }));
    const { text } = jsonOf('telegram', notices);
    expect(text).toContain('23 alerts: 1 CRITICAL, 22 HIGH');
    expect(text.split('\n')[1]).toContain('CRITICAL');
    expect(text.split('\n').filter((line: string) => line.includes('auth_fortress/brute_force'))).toHaveLength(10);
    expect(text).toContain('… and 13 more');
    expect(jsonOf('generic', notices)).toMatchObject({ type: 'dev.1-sec.digest' });
    expect(jsonOf('generic', notices).data.alerts).toHaveLength(23);
  });
});

describe('a generic request', () => {
  const request = (attempt: number, now = NOW) =>
    requestOf(sampleEndpoint({ secret: 'shared', token: 'bearer' }), sampleDelivery(), { label: 'web 1/é', attempt, now });

  test('is a CloudEvent 1.0 in structured form', () => {
    expect(JSON.parse(request(1).body)).toMatchObject({
      specversion: '1.0',
      id: '01JGQZ3V0000000000000000D1',
      source: 'urn:1-sec:web%201%2F%C3%A9',
      type: 'dev.1-sec.alert',
      subject: '01JGQZ3V0000000000000000A1',
    });
    expect(request(1).headers['content-type']).toMatch(/^application\/cloudevents\+json/);
  });

  test('is signed over id, timestamp and body, so that none can be exchanged', async () => {
    const { createHmac } = await import('node:crypto');
    const { headers, body } = request(1);
    const signed = createHmac('sha256', 'shared').update(`${headers['x-1sec-delivery-id']}.${headers['x-1sec-timestamp']}.${body}`).digest('hex');
    expect(headers).toMatchObject({ 'x-1sec-signature': `sha256=${signed}`, 'x-1sec-timestamp': String(NOW / 1000), authorization: 'Bearer bearer' });
    expect(request(1, NOW + 1000).headers['x-1sec-signature']).not.toBe(headers['x-1sec-signature']);
  });

  test('has the same id and body at every attempt', () => {
    const [first, again] = [request(1), request(7, NOW + 60_000)];
    expect(again.body).toBe(first.body);
    expect(again.headers['x-1sec-delivery-id']).toBe(first.headers['x-1sec-delivery-id']);
    expect([first.headers['x-1sec-attempt'], again.headers['x-1sec-attempt']]).toEqual(['1', '7']);
  });
});
