import type { AlertTypeManifest, FindingDraft, ModuleDefinition } from '../actors/contract.ts';
import type { Evidence, Finding } from '../domain/finding.ts';

/**
 * A finding from what a detector drafted: technique, advice and defaults from the manifest, everything capped. Throws when the
 * manifest has no such alert type. It is a claim unless our own sensor saw the event and the type has a source of ours.
 */
export const completeFinding = (manifest: ModuleDefinition['manifest'], draft: FindingDraft): Finding => {
  const { event } = draft;
  const alertType = alertTypeOf(manifest, draft.type);
  const title = draft.title ?? alertType.title;
  return {
    module: manifest.id,
    type: draft.type,
    severity: draft.severity ?? alertType.severity,
    title: flat(title.slice(0, MAX_TITLE)),
    description: flat(describedWithProxy(draft).slice(0, MAX_DESCRIPTION)),
    at: event.at,
    entities: draft.entities ?? event.entities,
    eventIds: idsOf(draft),
    evidence: capEvidence(draft.evidence, event.raw),
    mitre: alertType.mitre,
    mitigations: alertType.mitigations,
    foldKey: flat(foldKeyOf(manifest, draft)),
    count: 1,
    isClaim: event.trust !== 'sensor' || alertType.feed === 'claim',
  };
};

// Whoever reads the alert must not take the proxy for the attacker.
const describedWithProxy = ({ description, event }: FindingDraft): string =>
  event.details['only_proxy_known'] === true ? `${description} Only the proxy ${event.sourceIp ?? ''} is known, not its client.` : description;

const idsOf = (draft: FindingDraft): readonly string[] => {
  const ids = (draft.earlierEventIds ?? []).slice(-(MAX_EVENT_IDS - 1));
  ids.push(flat(draft.event.id));
  return ids;
};

const flat = (text: string): string => (text.charCodeAt(0) === 0 ? ' ' : text);

/** Same key, same attack: `<module>:<type>:<subject>`. */
export const foldKeyOf = (manifest: ModuleDefinition['manifest'], draft: FindingDraft): string =>
  `${manifest.id}:${draft.type}:${draft.subject.length > MAX_SUBJECT ? draft.subject.slice(0, MAX_SUBJECT) : draft.subject}`;

/** The manifest's entry of an alert type. Throws when it has none: the detector is wrong. */
export const alertTypeOf = (manifest: ModuleDefinition['manifest'], type: string): AlertTypeManifest => {
  const alertType = Object.hasOwn(manifest.alertTypes, type) ? manifest.alertTypes[type] : undefined;
  if (alertType === undefined) throw new Error(`${manifest.id} has no alert type ${JSON.stringify(type)} in its manifest`);
  return alertType;
};

/** Triggering event included. */
export const MAX_EVENT_IDS = 16;

const MAX_TITLE = 256;
const MAX_DESCRIPTION = 2000;
const MAX_SUBJECT = 256;
const MAX_TEXT = 512;
const MAX_LINE = 1024;
const CONTEXT_BEFORE_SPAN = 64;

const capEvidence = (evidence: Evidence, raw: string | undefined): Evidence => {
  const line = (evidence.line ?? raw)?.slice(0, MAX_LINE);
  const { text, span } = evidence;
  if (text === undefined || text.length <= MAX_TEXT) return evidence.line === line ? evidence : { ...evidence, line };
  // The piece that is kept is the one around the match.
  const start = span === undefined ? 0 : Math.max(0, Math.min(span[0] - CONTEXT_BEFORE_SPAN, text.length - MAX_TEXT));
  const piece = text.slice(start, start + MAX_TEXT);
  const moved: readonly [number, number] | undefined = span === undefined ? undefined : [span[0] - start, Math.min(span[1] - start, piece.length)];
  return { ...evidence, line, text: piece, span: moved };
};
