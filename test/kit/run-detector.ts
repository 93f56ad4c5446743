import { randomUUID } from 'node:crypto';
import type { FindingDraft, ModuleDefinition } from '../../src/actors/contract.ts';
import type { SecurityEvent, Trust } from '../../src/domain/event.ts';
import { eventFromJson, securityEventSchema } from '../../src/domain/event-json.ts';
import { type Severity, worseOf } from '../../src/domain/severity.ts';

/** A finding as a test sees it: which event raised it, with the severity and title the pipeline would give it. */
export type Raised = {
  readonly index: number;
  readonly type: string;
  readonly severity: Severity;
  readonly title: string;
  readonly draft: FindingDraft;
};

/** First instant of every generated test event, ms: 2026-01-15T12:00:00Z. */
export const TEST_START = Date.UTC(2026, 0, 15, 12);

/** An event from its wire form, through the same schema as the API. Missing id and time are filled in. */
export const decodeEvent = (wire: unknown, index: number, trust: Trust = 'sensor'): SecurityEvent => {
  const json = securityEventSchema.parse(wire);
  const event = eventFromJson(json, trust, TEST_START + index * 1000);
  return event.id === '' ? { ...event, id: `test-${randomUUID()}` } : event;
};

/** Runs events through one fresh detector; only the types it declares reach it, as in the pipeline. */
export const runDetector = (definition: ModuleDefinition, settings: unknown, events: readonly SecurityEvent[]): readonly Raised[] => {
  const detector = definition.createDetector(settings);
  const takes = new Set(definition.manifest.eventTypes);
  const raised: Raised[] = [];
  for (const [index, event] of events.entries()) {
    if (!takes.has(event.type) && !takes.has('*')) continue;
    detector.onEvent(event, (draft) => {
      const known = definition.manifest.alertTypes[draft.type];
      if (known === undefined) throw new Error(`${definition.manifest.id} raised ${draft.type}, which its manifest does not declare`);
      raised.push({ index, type: draft.type, severity: draft.severity ?? known.severity, title: draft.title ?? known.title, draft });
    });
  }
  return raised;
};

/** The worst severity among findings of the given types (all types when none is given); undefined when there is none. */
export const worstSeverity = (raised: readonly Raised[], types: readonly string[]): Severity | undefined =>
  raised
    .filter((finding) => types.length === 0 || types.includes(finding.type))
    .map((finding) => finding.severity)
    .reduce<Severity | undefined>((worst, severity) => (worst === undefined ? severity : worseOf(worst, severity)), undefined);
