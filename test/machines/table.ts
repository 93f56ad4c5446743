import { type AnyMachineSnapshot, type AnyStateMachine, initialTransition, transition } from 'xstate';

export type AnyEvent = { readonly type: string; readonly [key: string]: unknown };

/** One state of a machine: how to get there, and where each event leads. An event that is not named changes no state. */
export type Row = { readonly state: string; readonly path: readonly AnyEvent[]; readonly leads: { readonly [event: string]: string } };

/** The snapshot after the events, without running anything that the machine invokes. */
export const driven = (machine: AnyStateMachine, input: unknown, events: readonly AnyEvent[]): AnyMachineSnapshot =>
  events.reduce((snapshot, event) => transition(machine, snapshot, event)[0], initialTransition(machine, input)[0]);

/** `active.running` for a nested state. */
export const stateOf = (snapshot: AnyMachineSnapshot): string => flat(snapshot.value);

const flat = (value: AnyMachineSnapshot['value']): string =>
  typeof value === 'string'
    ? value
    : Object.entries(value)
        .map(([name, inner]) => (inner === undefined ? name : `${name}.${flat(inner)}`))
        .join('|');

/** Every state in which the machine can rest: leaves without an unguarded eventless way out. */
export const restingStates = (machine: AnyStateMachine): readonly string[] => {
  const leaves = (node: AnyStateMachine['root'], path: string): readonly string[] => {
    const children = Object.entries(node.states);
    if (children.length > 0) return children.flatMap(([name, child]) => leaves(child as AnyStateMachine['root'], path === '' ? name : `${path}.${name}`));
    return node.always?.some((way: { readonly guard?: unknown }) => way.guard === undefined) === true ? [] : [path];
  };
  return leaves(machine.root, '');
};

/** Every cell of the table, for `test.each`: state, event, where it leads. */
export const cells = (rows: readonly Row[], events: { readonly [name: string]: AnyEvent }) =>
  rows.flatMap((row) =>
    Object.entries(events)
      .filter(([name]) => !name.startsWith('xstate.') || name in row.leads)
      .map(([name, event]) => ({ state: row.state, event: name, leads: row.leads[name] ?? row.state, path: row.path, sent: event })),
  );
