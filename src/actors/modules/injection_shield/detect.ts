import type { SecurityEvent } from '../../../domain/event.ts';
import { textOf } from '../../../domain/event.ts';
import { severityRank } from '../../../domain/severity.ts';
import { type Detector, defineModule, type Emit, type FindingDraft } from '../../contract.ts';
import { categoryLabel } from './categories.ts';
import type { Field } from './field.ts';
import { fieldsOf } from './fields.ts';
import { judgeLong, severityOf } from './judge.ts';
import type { Hit } from './judge-text.ts';
import { manifest } from './manifest.ts';
import { createOutcomes, type Outcomes } from './outcome.ts';
import type { Settings } from './settings.ts';
import { inspectUpload } from './upload/inspect.ts';

const MAX_EVENT_BYTES = 262_144;

/** Detector: one finding for each request with something in it, one for each bad upload. */
export const createDetector = (settings: Settings): Detector => {
  const outcomes = createOutcomes(settings.campaign_probes);
  return {
    onEvent: (event, emit) => {
      reportInjection(event, settings, outcomes, emit);
      if (event.type === 'file_upload') reportUpload(event, emit);
    },
    size: outcomes.size,
    sweep: outcomes.sweep,
  };
};

export const injectionShield = defineModule({ manifest, createDetector });

type Seen = { readonly field: Field; readonly hit: Hit };

const reportInjection = (event: SecurityEvent, settings: Settings, outcomes: Outcomes, emit: Emit): void => {
  const fields = fieldsOf(event);
  if (fields.length === 0) return;
  const seen = readFields(event, fields, settings);
  if (seen.length === 0) return;
  emit(injectionDraft(event, seen, outcomes));
};

const readFields = (event: SecurityEvent, fields: readonly Field[], settings: Settings): readonly Seen[] => {
  const path = textOf(event.details, 'path');
  const seen: Seen[] = [];
  let bytes = 0;
  for (const field of fields) {
    bytes += field.text.length;
    if (bytes > MAX_EVENT_BYTES) break;
    const hits = judgeLong(field.text, { kind: field.kind, plus: field.plus, paranoia: settings.paranoia });
    for (const hit of hits) if (!isExcluded(settings, path, field, hit)) seen.push({ field, hit });
  }
  return seen;
};

const isExcluded = (settings: Settings, path: string, field: Field, hit: Hit): boolean =>
  settings.exclusions.some(
    (exclusion) =>
      (exclusion.path === undefined || path.startsWith(exclusion.path)) &&
      (exclusion.parameter === undefined || exclusion.parameter === field.name) &&
      (exclusion.rule === undefined || exclusion.rule === hit.rule || exclusion.rule === hit.category),
  );

const injectionDraft = (event: SecurityEvent, seen: readonly Seen[], outcomes: Outcomes): FindingDraft => {
  const worst = seen.reduce((best, entry) => (severityRank(entry.hit.severity) > severityRank(best.hit.severity) ? entry : best));
  const { severity, isRefused, probes } = outcomes.weigh(event, severityOf(seen.map(({ hit }) => hit)));
  const categories = [...new Set(seen.map(({ hit }) => hit.category))];
  const labels = categories.map(categoryLabel).join(', ');
  return {
    type: 'injection_detected',
    severity,
    title: `${labels} in ${worst.field.name}`.slice(0, 200),
    description: describe(seen, labels, isRefused, probes),
    event,
    evidence: {
      rule: `injection_shield/${worst.hit.rule}`,
      field: worst.field.name,
      ...excerpt(worst.hit),
      line: event.raw?.slice(0, 1024),
      counters: { probes, ...countersOf(seen) },
    },
    subject: subjectOf(event),
  };
};

const describe = (seen: readonly Seen[], labels: string, isRefused: boolean, probes: number): string => {
  const rules = [...new Set(seen.map(({ field, hit }) => `${hit.rule} (${field.name})`))].slice(0, 8).join(', ');
  const outcome = isRefused ? ' The server refused the request.' : '';
  const campaign = probes > 1 ? ` Attempt ${probes} of this source within ten minutes.` : '';
  return `${labels}: ${rules}.${outcome}${campaign}`;
};

const countersOf = (seen: readonly Seen[]): { readonly [category: string]: number } => {
  const counters: { [category: string]: number } = {};
  for (const { hit } of seen) counters[hit.category] = (counters[hit.category] ?? 0) + 1;
  return counters;
};

const EXCERPT = 512;

// The match with what stands before it, never more than evidence may hold.
const excerpt = (hit: Hit): { readonly text: string; readonly span: readonly [number, number] } => {
  const from = Math.max(0, Math.min(hit.span[0] - 80, hit.text.length - EXCERPT));
  const text = hit.text.slice(from, from + EXCERPT);
  return { text, span: [hit.span[0] - from, Math.min(hit.span[1] - from, text.length)] };
};

const subjectOf = (event: SecurityEvent): string => {
  const ip = event.entities.ip ?? event.sourceIp;
  return ip === undefined ? `source:${event.source || 'unknown'}` : `ip:${ip}`;
};

const reportUpload = (event: SecurityEvent, emit: Emit): void => {
  const filename = textOf(event.details, 'filename');
  const content = event.bytes ?? (event.raw === undefined ? undefined : Buffer.from(event.raw, 'utf8'));
  if (content === undefined) return;
  const findings = inspectUpload(content, filename);
  const [first] = findings;
  if (first === undefined) return;
  const worst = findings.reduce((best, finding) => (severityRank(finding.severity) > severityRank(best.severity) ? finding : best), first);
  emit({
    type: 'malicious_file_upload',
    severity: worst.severity,
    title: `Upload ${filename.slice(0, 80) || '(no name)'}: ${worst.name.replaceAll('_', ' ')}`,
    description: findings.map(({ name, detail }) => `${name}: ${detail}`).join('; '),
    event,
    evidence: {
      rule: `injection_shield/${worst.name}`,
      field: 'content',
      text: filename.slice(0, 512),
      counters: { bytes: content.length, at: worst.at, findings: findings.length },
    },
    subject: subjectOf(event),
  });
};
