import { isAtLeast, type Severity, worseOf } from '../../../domain/severity.ts';
import { type Hit, judgeText } from './judge-text.ts';

export type Judgement = {
  readonly verdict: 'clean' | 'suspicious' | 'malicious';
  readonly severity: Severity;
  readonly findings: readonly Hit[];
};

/** Judges one isolated parameter value: malicious from HIGH on, suspicious below, clean when nothing was seen. */
export const judgeValue = (text: string): Judgement => {
  const findings = judgeLong(text, { kind: 'value', plus: 'unknown', paranoia: 1 });
  const severity = severityOf(findings);
  return { verdict: findings.length === 0 ? 'clean' : isAtLeast(severity, 'HIGH') ? 'malicious' : 'suspicious', severity, findings };
};

/** The worst severity of the hits; two different suspicions together are as good as a certainty. INFO for none. */
export const severityOf = (hits: readonly Hit[]): Severity => {
  const worst = hits.reduce<Severity>((severity, hit) => worseOf(severity, hit.severity), 'INFO');
  const suspicions = hits.filter((hit) => hit.severity === 'MEDIUM').length;
  return worst === 'MEDIUM' && suspicions >= 2 ? 'HIGH' : worst;
};

const WINDOW = 8192;
const OVERLAP = 512;
const MAX_WINDOWS = 8;

/** Judges a value of any length: windows of 8 KiB that overlap, the first 7 and the last one of a very long value. */
export const judgeLong = (text: string, options: Parameters<typeof judgeText>[1]): readonly Hit[] => {
  if (text.length <= WINDOW) return judgeText(text, options);
  const hits = new Map<string, Hit>();
  for (const start of windowStarts(text.length)) {
    for (const hit of judgeText(text.slice(start, start + WINDOW), options)) if (!hits.has(hit.rule)) hits.set(hit.rule, hit);
  }
  return [...hits.values()];
};

const windowStarts = (length: number): readonly number[] => {
  const starts: number[] = [];
  for (let start = 0; start < length && starts.length < MAX_WINDOWS - 1; start += WINDOW - OVERLAP) starts.push(start);
  return [...starts, length - WINDOW];
};
