import type { Alert } from '../domain/alert.ts';
import type { Entities } from '../domain/entity.ts';
import { createId } from '../domain/ids.ts';
import type { Severity } from '../domain/severity.ts';

/** An alert nobody raised, to try the decision with: it names whom the caller names. */
export const triedAlert = (
  what: { readonly module: string; readonly severity: Severity; readonly type: string; readonly entities: Entities },
  now: number,
): Alert => ({
  id: createId<'AlertId'>(now),
  module: what.module,
  type: what.type,
  severity: what.severity,
  title: 'a try',
  description: '',
  status: 'OPEN',
  eventIds: [],
  mitigations: [],
  entities: what.entities,
  evidence: { rule: 'try' },
  mitre: [],
  count: 1,
  foldKey: `try:${what.module}`,
  firstSeen: now,
  lastSeen: now,
  createdAt: now,
  isClaim: false,
  version: 1,
});
