import { beforeAll, describe, expect, test } from 'vitest';
import { ATTACK_CHAINS } from '../src/actors/correlation/attack-chains.ts';
import { createCorrelator } from '../src/actors/correlation/correlator.ts';
import { sightingOf } from '../src/actors/correlation/sighting.ts';
import { createReplayPipeline } from '../src/daemon/replay.ts';
import type { Finding } from '../src/domain/finding.ts';
import { isAtLeast } from '../src/domain/severity.ts';
import type { BatchCounters } from '../src/workers/contract.ts';
import { replayBytes } from '../src/workers/replay.ts';
import { ordinaryAuthLog } from './kit/ordinary/auth-log.ts';
import { ordinaryMailLog } from './kit/ordinary/mail-log.ts';
import { inOrder, type Timed } from './kit/ordinary/traffic.ts';
import { ordinaryWebLog } from './kit/ordinary/web-log.ts';

const START = Date.UTC(2026, 2, 2);
const LOGS: readonly (readonly [string, string, () => readonly Timed[]])[] = [
  ['web', 'access.log', () => ordinaryWebLog(1, START, 80_000)],
  ['auth', 'auth.log', () => ordinaryAuthLog(2, START, 7)],
  ['mail', 'mail.log', () => ordinaryMailLog(3, START, 3)],
];

const pieces = async function* (text: string): AsyncGenerator<Uint8Array> {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += 65_536) yield bytes.subarray(at, at + 65_536);
};

describe('a week of ordinary traffic', () => {
  const findings: Finding[] = [];
  const sums: { [log: string]: BatchCounters } = {};
  beforeAll(async () => {
    const pipeline = createReplayPipeline({}, (line) => expect.unreachable(line));
    const correlator = createCorrelator(ATTACK_CHAINS);
    for (const [grammar, name, make] of LOGS) {
      sums[grammar] = await replayBytes({
        pipeline,
        bytes: pieces(inOrder(make())),
        source: `replay:${name}`,
        grammar,
        receivedAt: START + 7 * 86_400_000,
        onResult: (result) => {
          expect(result.failures).toEqual([]);
          for (const finding of result.findings) findings.push(finding, ...correlator.take(sightingOf(finding, finding.foldKey)));
        },
      });
    }
    // Far more than it takes: nothing here is about speed.
  }, 600_000);

  test('it is more than 200,000 lines of which the most are events, so that there is something to be wrong about', () => {
    const lines = Object.values(sums).reduce((sum, { lines }) => sum + lines, 0);
    expect(lines).toBeGreaterThan(200_000);
    expect(sums['web']?.parsed).toBe(sums['web']?.lines);
    expect(sums['auth']?.unparsed).toBe(0);
    expect(sums['auth']?.parsed).toBeGreaterThan(20_000);
    expect(sums['mail']?.parsed).toBeGreaterThan(9000);
  });

  test('no alert at MEDIUM or above', () => {
    const wrong = findings.filter(({ severity }) => isAtLeast(severity, 'MEDIUM'));
    expect(wrong.map(({ module, type, severity, title, evidence }) => `${module} ${type} ${severity} ${title} | ${evidence.line?.slice(0, 300)}`)).toEqual([]);
  });
});
