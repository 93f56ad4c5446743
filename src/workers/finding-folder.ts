import type { FindingDraft, ModuleDefinition } from '../actors/contract.ts';
import type { Finding } from '../domain/finding.ts';
import { isAtLeast, type Severity } from '../domain/severity.ts';
import { alertTypeOf, completeFinding, foldKeyOf, MAX_EVENT_IDS } from './complete-finding.ts';

/** Folds the drafts of one batch: same key, one finding, with the worst severity, the latest event last and the number of drafts. */
export type FindingFolder = {
  /** Throws when the manifest has no such alert type. */
  readonly add: (manifest: ModuleDefinition['manifest'], draft: FindingDraft) => void;
  /** The findings so far, in order of their first draft; starts over. */
  readonly take: () => readonly Finding[];
};

/** An empty folder. */
export const createFindingFolder = (): FindingFolder => {
  let open = new Map<string, Folded>();
  return {
    add: (manifest, draft) => {
      const severity = draft.severity ?? alertTypeOf(manifest, draft.type).severity;
      // By address too: each attacker of one account must reach the response; the alert is still one.
      const key = `${foldKeyOf(manifest, draft)}\n${(draft.entities ?? draft.event.entities).ip ?? ''}`;
      const folded = open.get(key);
      if (folded === undefined) {
        open.set(key, { manifest, draft, severity, count: 1, eventIds: [draft.event.id], isClaim: draft.event.trust !== 'sensor' });
        return;
      }
      folded.count += 1;
      folded.isClaim &&= draft.event.trust !== 'sensor';
      if (isAtLeast(severity, folded.severity)) {
        folded.draft = draft;
        folded.severity = severity;
      }
      folded.eventIds.push(draft.event.id);
      if (folded.eventIds.length > MAX_EVENT_IDS) folded.eventIds.shift();
    },
    take: () => {
      if (open.size === 0) return [];
      const findings = [...open.values()].map(complete);
      open = new Map();
      return findings;
    },
  };
};

type Folded = {
  readonly manifest: ModuleDefinition['manifest'];
  draft: FindingDraft;
  severity: Severity;
  count: number;
  readonly eventIds: string[];
  isClaim: boolean;
};

const complete = (folded: Folded): Finding => {
  const finding = completeFinding(folded.manifest, folded.draft);
  if (folded.count === 1) return finding;
  // A claim that repeats what the sensor saw does not weaken it.
  const isClaim = folded.isClaim || alertTypeOf(folded.manifest, folded.draft.type).feed === 'claim';
  return { ...finding, count: folded.count, isClaim, eventIds: idsOf(finding, folded.eventIds) };
};

const idsOf = (finding: Finding, own: readonly string[]): readonly string[] => {
  if (own.length >= MAX_EVENT_IDS) return own;
  return [...finding.eventIds.filter((id) => !own.includes(id)), ...own].slice(-MAX_EVENT_IDS);
};
