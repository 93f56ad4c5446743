import type { AlertJson, ApprovalJson, LeaseJson, RecordJson, StatusJson } from '../../src/protocol/schemas.ts';
import { sampleAlert, sampleApproval, sampleLease, sampleRecord, sampleStatus } from './samples.ts';

/** Payloads that a terminal would obey, and how each must be seen instead. */
export const PAYLOADS: readonly (readonly [name: string, payload: string, shown: string])[] = [
  ['colour', '\u001b[31mX', '␛[31mX'],
  ['conceal', '\u001b[8mX', '␛[8mX'],
  ['hyperlink', '\u001b]8;;h\u0007X', '␛]8;;h␇X'],
  ['clipboard', '\u001b]52;c;eA==\u0007X', '␛]52;c;eA==␇X'],
  ['title', '\u001b]0;t\u0007X', '␛]0;t␇X'],
  ['clear screen', '\u001b[2JX', '␛[2JX'],
  ['status report', '\u001b[6nX', '␛[6nX'],
  ['C1 introducer', '\u009b31mX', '\\u{9b}31mX'],
  ['line feed', 'a\nX', 'a\\nX'],
  ['carriage return', 'a\rX', 'a\\rX'],
  ['backspace', 'a\bX', 'a␈X'],
  ['tab', 'a\tX', 'a\\tX'],
  ['bidi override', 'a\u202eX', 'a\\u{202e}X'],
  ['zero-width space', 'a\u200bX', 'a\\u{200b}X'],
  ['line separator', 'a\u2028X', 'a\\u{2028}X'],
  ['variation selector', 'a\ufe0fX', 'a\\u{fe0f}X'],
];

/** Every text field of everything the screen shows, filled with one payload. */
export const hostileData = (
  payload: string,
): {
  readonly status: StatusJson;
  readonly alerts: readonly AlertJson[];
  readonly approvals: readonly ApprovalJson[];
  readonly records: readonly RecordJson[];
  readonly leases: readonly LeaseJson[];
} => {
  const process = { pid: 9, start_time: 1, exe: payload, uid: 0, name: payload, cgroup: payload, command_line: payload };
  const status = sampleStatus();
  return {
    status: {
      ...status,
      hostname: payload,
      version: payload,
      sources: status.sources.map((source) => ({ ...source, id: payload, state: payload, detail: payload })),
      children: status.children.map((child, index) => ({ ...child, id: `${index}${payload}`, state: payload, detail: payload })),
      store: { ...status.store, state: payload, detail: payload },
      limits: [payload],
    },
    alerts: [
      sampleAlert(1, {
        module: payload,
        type: payload,
        title: payload,
        description: payload,
        event_ids: [payload],
        mitigations: [payload],
        mitre: [payload],
        entities: { ip: payload, user: payload, process, file: { path: payload, sha256: payload }, session: payload, agent: payload },
        evidence: { rule: payload, field: payload, span: [0, 3], text: payload, line: payload, counters: { [payload]: 1 } },
      }),
    ],
    approvals: [
      sampleApproval(1, {
        module: payload,
        alert_type: payload,
        title: payload,
        target: payload,
        process,
        plan: [payload, payload],
        undo_note: payload,
        reason: payload,
        result: payload,
        decided_by: { name: payload, uid: 1, via: 'cli' },
      }),
    ],
    records: [
      sampleRecord(1, {
        module: payload,
        alert_type: payload,
        target: payload,
        outcome: payload,
        preset: payload,
        reason: payload,
        actor: { name: payload, uid: 1, via: 'cli' },
        details: { [payload]: payload },
        hash: payload,
      }),
    ],
    leases: [sampleLease(1, { module: payload, target: payload })],
  };
};
