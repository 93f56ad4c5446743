import { MODULES } from '../actors/registry.ts';
import type { SecurityEvent } from '../domain/event.ts';
import { isAtLeast, type Severity, worseOf } from '../domain/severity.ts';
import { createPipeline } from '../workers/pipeline.ts';

export type ScanFinding = { readonly module: string; readonly type: string; readonly severity: Severity; readonly rule: string };
export type ScanResult = { readonly verdict: 'clean' | 'suspicious' | 'malicious'; readonly severity: Severity; readonly findings: readonly ScanFinding[] };

const MODULE_OF = { http: 'injection_shield', command: 'runtime_watcher' } as const;

/**
 * Judges one HTTP parameter value or one command line with the detector that the daemon uses. HIGH or worse is malicious,
 * anything less suspicious. Each text stands alone: no state is carried from one to the next.
 */
export const createScanner = (kind: keyof typeof MODULE_OF): ((text: string) => ScanResult) => {
  const moduleId = MODULE_OF[kind];
  const pipeline = createPipeline(MODULES, { modules: { [moduleId]: {} } });
  let count = 0;
  return (text) => {
    count += 1;
    const { findings } = pipeline.events([kind === 'http' ? httpEvent(text, count) : commandEvent(text, count)]);
    const shown = findings.map(({ module, type, severity, evidence }) => ({ module, type, severity, rule: evidence.rule }));
    const severity = shown.reduce<Severity>((worst, finding) => worseOf(worst, finding.severity), 'INFO');
    return { verdict: shown.length === 0 ? 'clean' : isAtLeast(severity, 'HIGH') ? 'malicious' : 'suspicious', severity, findings: shown };
  };
};

// A minute apart, so that no window of a detector spans two texts.
const base = (count: number): Omit<SecurityEvent, 'type' | 'details'> => ({
  id: `scan-${count}`,
  at: Date.UTC(2026, 0, 1) + count * 3_600_000,
  source: 'scan',
  module: 'scan',
  severity: 'INFO',
  summary: '',
  entities: {},
  trust: 'sensor',
});

const httpEvent = (text: string, count: number): SecurityEvent => ({
  ...base(count),
  type: 'http_request',
  details: { method: 'GET', path: '/', parameter: text },
});
const commandEvent = (text: string, count: number): SecurityEvent => ({ ...base(count), type: 'process_exec', details: { command_line: text } });
