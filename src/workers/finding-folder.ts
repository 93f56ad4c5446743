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
      const foldKey = foldKeyOf(manifest, draft);
      const key = `${foldKey}\n${(draft.entities ?? draft.event.entities).ip ?? ''}`;
      const folded = open.get(key);
      if (folded === undefined) {
        open.set(key, { manifest, draft, foldKey, severity, count: 1, eventIds: [draft.event.id], isClaim: draft.event.trust !== 'sensor' });
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
  readonly foldKey: string;
  severity: Severity;
  count: number;
  readonly eventIds: string[];
  isClaim: boolean;
};

const complete = (folded: Folded): Finding => {
  const finding = completeFinding(folded.manifest, folded.draft, folded.foldKey);
  if (folded.count === 1) return finding;
  const own = new Set(folded.eventIds);
  const earlier = finding.eventIds.filter((id) => !own.has(id));
  // A claim that repeats what the sensor saw does not weaken it.
  const isClaim = folded.isClaim || alertTypeOf(folded.manifest, folded.draft.type).feed === 'claim';
  return { ...finding, count: folded.count, isClaim, eventIds: [...earlier, ...folded.eventIds].slice(-MAX_EVENT_IDS) };
};
