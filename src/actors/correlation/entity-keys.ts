import type { EntityKind } from '../../domain/correlation.ts';
import type { Entities } from '../../domain/entity.ts';
import { blockUnitOf } from '../../domain/ip.ts';

/** One thing an alert is about, as a key of the correlator's memory. */
export type EntityKey = { readonly kind: EntityKind; readonly key: string };

/**
 * What an alert can be joined by. A process tree is the process itself, and the login session or service that its control group
 * stands for: children, however they were started, stay in it.
 */
export const entityKeysOf = (entities: Entities): readonly EntityKey[] => {
  const keys: EntityKey[] = [];
  const add = (kind: EntityKind, value: string | undefined): void => {
    if (value !== undefined && value !== '') keys.push({ kind, key: `${kind} ${value.slice(0, MAX_KEY)}` });
  };
  add('session', entities.session);
  const { process } = entities;
  if (process !== undefined) {
    add('process', `${process.pid}:${process.startTime}`);
    if (process.cgroup !== undefined && TREE.test(process.cgroup)) add('process', process.cgroup);
  }
  add('agent', entities.agent);
  add('user', entities.user);
  // Whoever has an IPv6 address has its /64.
  add('ip', entities.ip === undefined ? undefined : blockUnitOf(entities.ip));
  keys.push({ kind: 'host', key: 'host' });
  return keys;
};

const MAX_KEY = 200;
const TREE = /(?:\.service|\.scope)$/;
