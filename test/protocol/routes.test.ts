import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { ROUTES, type Route, type RouteName, STREAM_PATH } from '../../src/protocol/routes.ts';
import { streamMessage } from '../../src/protocol/schemas.ts';
import { sampleAlert, sampleApproval, sampleRecord, sampleStatus } from '../tui/samples.ts';

const ALL = Object.entries(ROUTES) as readonly (readonly [RouteName, Route])[];
const keysOf = (schema: z.ZodType): readonly string[] => (schema instanceof z.ZodObject ? Object.keys(schema.shape) : []);

describe('the table of routes', () => {
  test('no two routes answer the same request', () => {
    const requests = ALL.map(([, { method, path }]) => `${method} ${path.replaceAll(/:[a-z]+/g, ':x')}`);
    expect(new Set(requests).size).toBe(requests.length);
    expect(requests).not.toContain(`GET ${STREAM_PATH}`);
  });

  test.each(ALL)('%s checks exactly the parameters of its path', (_name, { path, params }) => {
    expect([...path.matchAll(/:([a-z]+)/g)].map(([, key]) => key)).toEqual(keysOf(params));
  });

  test.each(ALL)('%s reads without a body and without rights to change, or changes and asks for them', (_name, { method, role, body }) => {
    if (method === 'GET') expect([role, keysOf(body)]).toEqual(['viewer', []]);
    else expect(role).not.toBe('viewer');
  });

  test.each(ALL)('%s has an answer that can be described, and a summary of one line', (_name, { reply, summary }) => {
    expect(z.toJSONSchema(reply, { io: 'output', unrepresentable: 'any' })).toHaveProperty('type', 'object');
    expect(summary).toMatch(/^[A-Z][^\n]{3,80}$/);
  });

  test('what configures or stops is for administrators, what decides for operators', () => {
    const roles = Object.fromEntries(ALL.filter(([, { method }]) => method !== 'GET').map(([name, { role }]) => [name, role]));
    expect(roles).toEqual({
      setAlertStatus: 'operator',
      ingest: 'operator',
      allowAdd: 'operator',
      allowRemove: 'operator',
      approve: 'operator',
      revoke: 'operator',
      viewApproval: 'operator',
      reject: 'operator',
      undo: 'operator',
      undoChain: 'operator',
      undoMatching: 'admin',
      notifyTest: 'operator',
      notifyRetry: 'operator',
      dryRun: 'admin',
      preset: 'admin',
      confirm: 'admin',
      cleanup: 'admin',
      shutdown: 'admin',
    });
  });

  test('every free text of a caller has a bound', () => {
    const long = 'x'.repeat(100_000);
    for (const [name, { params, query, body }] of ALL) {
      for (const schema of [params, query, body])
        for (const key of keysOf(schema)) expect(schema.safeParse({ status: 'OPEN', [key]: long }).success, `${name} ${key}`).toBe(false);
    }
  });

  test.skipIf(!existsSync('docs/reference/api.md'))('each is in the reference', () => {
    const page = readFileSync('docs/reference/api.md', 'utf8');
    for (const [, { method, path, role }] of ALL) expect(page).toContain(`| ${method} | \`${path}\` | ${role} |`);
  });
});

describe('messages of the stream', () => {
  test.each([
    { type: 'hello', sequence: 1, protocol: 1, status: sampleStatus() },
    { type: 'alert', sequence: 2, alert: sampleAlert(1) },
    { type: 'approval', sequence: 3, approval: sampleApproval(1) },
    { type: 'record', sequence: 4, record: sampleRecord(1) },
    { type: 'status', sequence: 5, status: sampleStatus() },
    { type: 'gap', sequence: 6, missed: 3 },
  ])('$type goes through JSON unchanged', (message) => {
    expect(streamMessage.parse(JSON.parse(JSON.stringify(message)))).toEqual(message);
  });

  test.each([{ type: 'weather', sequence: 1 }, { type: 'gap', missed: 1 }, { type: 'alert', sequence: 1, alert: {} }, null, 'hello'])(
    '%j is none',
    (message) => {
      expect(streamMessage.safeParse(message).success).toBe(false);
    },
  );
});
