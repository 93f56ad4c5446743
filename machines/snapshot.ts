import type { AnyActorRef, AnyMachineSnapshot, AnyStateMachine, Snapshot } from 'xstate';
import { err, ok, type Result } from '../src/domain/result.ts';
import { CONTEXT_SCHEMAS } from './context-schemas.ts';

/** One actor as it is stored: JSON-safe. `schema` is the machine's id, `version` the machine's version. */
export type Persisted = { readonly schema: string; readonly version: string; readonly snapshot: unknown };

/** What to store of an actor, with its invoked children; undefined for one that is no machine or has already ended. */
export const persistable = (actor: Pick<AnyActorRef, 'getSnapshot' | 'getPersistedSnapshot'>): Persisted | undefined => {
  const live: unknown = actor.getSnapshot();
  if (!isMachineSnapshot(live) || live.status !== 'active') return undefined;
  const { id, version } = live.machine;
  // Through JSON, so that what is stored is what will be read: no Error objects, no undefined members.
  return { schema: id, version: version ?? '', snapshot: JSON.parse(JSON.stringify(actor.getPersistedSnapshot())) };
};

const isMachineSnapshot = (value: unknown): value is AnyMachineSnapshot => isRecord(value) && 'machine' in value && '_nodes' in value;

/**
 * The stored snapshot, when this machine can be woken with it, else in words why not. Checked: schema, version, status, a
 * state that exists, a context of the right shape, and that everything the state invokes is there and was running:
 * xstate itself would wake such a state silently without it.
 */
export const restorable = (machine: AnyStateMachine, stored: unknown): Result<Snapshot<unknown>, string> => {
  if (!isRecord(stored) || !isRecord(stored['snapshot'])) return err('it is no stored snapshot');
  if (stored['schema'] !== machine.id) return err(`expected a ${machine.id}, got ${String(stored['schema'])}`);
  if (stored['version'] !== machine.version) return err(`expected version ${machine.version}, got ${String(stored['version'])}`);
  const snapshot = structuredClone(stored['snapshot']); // xstate writes into the context it is given
  if (!isRecord(snapshot) || snapshot['status'] !== 'active') return err('it was not running');
  if (CONTEXT_SCHEMAS[machine.id]?.safeParse(snapshot['context']).success !== true) return err('its context does not have the right shape');
  const problem = problemOf(machine, snapshot);
  // The shape was checked above; xstate has no decoder of its own.
  return problem === undefined ? ok(snapshot as unknown as Snapshot<unknown>) : err(problem);
};

const problemOf = (machine: AnyStateMachine, snapshot: { readonly [key: string]: unknown }): string | undefined => {
  const { value, context, children } = snapshot;
  if (!isRecord(children)) return 'its children are not a table';
  const resolved = resolve(machine, value, context);
  if (!resolved.ok) return resolved.error;
  const dead = resolved.value.find((id) => !isRunning(children[id]));
  return dead === undefined ? undefined : `what it invokes is missing: ${dead}`;
};

/** Ids of everything the state invokes. */
const resolve = (machine: AnyStateMachine, value: unknown, context: unknown): Result<readonly string[], string> => {
  if (typeof value !== 'string' && !isRecord(value)) return err('its state is not a state');
  try {
    // A state value is text or a tree of them; resolveState throws for a name that does not exist.
    const { _nodes: nodes } = machine.resolveState({ value, context } as Parameters<AnyStateMachine['resolveState']>[0]);
    return ok(nodes.flatMap((node: AnyMachineSnapshot['_nodes'][number]) => node.invoke.map(({ id }) => id)));
  } catch {
    // The one thing it throws for; which name it was says nothing to a person.
    return err('its state does not exist');
  }
};

const isRunning = (child: unknown): boolean => isRecord(child) && isRecord(child['snapshot']) && child['snapshot']['status'] === 'active';

const isRecord = (value: unknown): value is { readonly [key: string]: unknown } => typeof value === 'object' && value !== null && !Array.isArray(value);
