import { type UndoDependencies, undoByName } from '../actors/response/undo.ts';
import { leasesMatching, undoLeases } from '../actors/response/undo-matching.ts';
import { targetKey } from '../domain/action.ts';
import { SecError } from '../domain/errors.ts';
import type { Handlers } from './api.ts';
import { leaseToJson, recordToJson } from './to-json.ts';

/** Most actions that one request takes back: each waits for the kernel. */
const MAX_UNDONE = 100;

/** What the routes do that take actions back. */
export const createUndoHandlers = (dependencies: UndoDependencies): Pick<Handlers, 'undo' | 'undoMatching'> => ({
  undo: async ({ params, body, caller }) => {
    const records = (await undoByName(dependencies, params.id, caller.actor, body.reason)).map(recordToJson);
    // One that failed is the answer: it is what has to be looked at.
    const first = records.find(({ outcome }) => outcome === 'failure') ?? records[0];
    if (first === undefined) throw new SecError('SEC_NOT_FOUND', `nothing is in force on ${params.id} any more`);
    return { ...first, also: records.filter((record) => record !== first) };
  },
  undoMatching: async ({ body, caller }) => {
    const { since_seconds: seconds, module, preset } = body;
    if ((seconds ?? module ?? preset) === undefined) throw new SecError('SEC_INPUT_INVALID', 'expected since_seconds, module or preset');
    const since = seconds === undefined ? undefined : dependencies.clock.now() - seconds * 1000;
    const { leases, next } = leasesMatching(dependencies.leases.live(), { since, module, preset }, { after: body.after, limit: MAX_UNDONE });
    const more = next === undefined ? {} : { next };
    if (body.dry_run) return { dry_run: true, matching: leases.map(leaseToJson), undone: [], failed: [], ...more };
    const results = await undoLeases(dependencies, leases, caller.actor, body.reason);
    const failed = results.flatMap((result) => {
      const why = 'problem' in result ? result.problem : result.record.outcome === 'failure' ? result.record.reason : undefined;
      const { id, action, target } = result.lease;
      return why === undefined ? [] : [{ lease_id: id, action, target: targetKey(target), reason: why }];
    });
    const undone = results.flatMap((result) => ('record' in result && result.record.outcome !== 'failure' ? [recordToJson(result.record)] : []));
    return { dry_run: false, matching: leases.map(leaseToJson), undone, failed, ...more };
  },
});
