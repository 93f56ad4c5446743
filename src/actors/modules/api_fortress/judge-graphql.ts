import { type SecurityEvent, textOf } from '../../../domain/event.ts';
import { shapeOf } from './graphql-shape.ts';
import { ADMIN_LEVEL, levelOf } from './roles.ts';
import type { Say } from './say.ts';
import type { ApiSettings } from './settings.ts';

/** A GraphQL document that is too deep, too wide, looks at the schema, or destroys. */
export const judgeGraphql = (event: SecurityEvent, settings: ApiSettings, say: Say): void => {
  const text = textOf(event.details, 'query');
  if (text === '') return;
  const isBatch = text.trimStart().startsWith('[');
  const documents = isBatch ? documentsOf(text) : [text];
  const shapes = documents.map(shapeOf);
  const depth = Math.max(0, ...shapes.map((shape) => shape.depth));
  const aliases = shapes.reduce((sum, shape) => sum + shape.aliases, 0);
  const evidence = { field: 'query', text: text.slice(0, 512) };
  if (depth > settings.graphql_max_depth) {
    say({
      type: 'graphql_depth',
      rule: 'depth',
      says: `A query ${depth} levels deep; ${settings.graphql_max_depth} are allowed.`,
      counters: { depth, limit: settings.graphql_max_depth },
      ...evidence,
    });
  }
  if (aliases > settings.graphql_max_aliases) {
    say({
      type: 'graphql_alias_abuse',
      rule: 'aliases',
      says: `A query with ${aliases} aliases; ${settings.graphql_max_aliases} are allowed.`,
      counters: { aliases, limit: settings.graphql_max_aliases },
      ...evidence,
    });
  }
  const operations = Math.max(
    isBatch ? documents.length : 0,
    shapes.reduce((sum, shape) => sum + shape.operations, 0),
  );
  if (isBatch && operations > settings.graphql_max_batch) {
    say({
      type: 'graphql_batch',
      rule: 'batch',
      says: `${operations} operations in one request; ${settings.graphql_max_batch} are allowed.`,
      counters: { operations, limit: settings.graphql_max_batch },
      ...evidence,
    });
  }
  const reserved = shapes.flatMap((shape) => shape.reserved).filter((name) => name !== '__typename');
  const schema = reserved.find((name) => SCHEMA.test(name));
  if (schema !== undefined) say({ type: 'graphql_introspection', rule: 'introspection', says: `A query asks for the schema itself (${schema}).`, ...evidence });
  else if (reserved.length > 0)
    say({ type: 'graphql_schema_probe', rule: 'reserved-name', says: `A query uses the reserved name ${reserved[0]}.`, ...evidence });
  if (levelOf(textOf(event.details, 'user_role') || 'user') >= ADMIN_LEVEL) return;
  const destructive = shapes.flatMap((shape) => shape.mutations).find(isDestructive);
  if (destructive === undefined) return;
  say({ type: 'graphql_dangerous_mutation', rule: 'destructive-mutation', says: `A mutation that destroys: ${destructive}.`, ...evidence });
};

const SCHEMA = /^__(?:schema|type|typekind|field|inputvalue|enumvalue|directive)$/i;

/** True for a mutation whose name destroys what belongs to everybody, or rights and accounts: `deleteAllUsers`, `drop_database`. */
export const isDestructive = (name: string): boolean => {
  const words = name
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .toLowerCase()
    .split('_');
  if (!words.some((word) => VERBS.has(word))) return false;
  return words.some((word) => OBJECTS.has(word)) || words.some((word) => word === 'drop' || word === 'truncate' || word === 'wipe' || word === 'destroy');
};

const VERBS: ReadonlySet<string> = new Set(['delete', 'drop', 'truncate', 'destroy', 'remove', 'purge', 'wipe', 'erase']);
const OBJECTS: ReadonlySet<string> = new Set([
  'all',
  'everything',
  'users',
  'user',
  'accounts',
  'account',
  'admin',
  'role',
  'roles',
  'permissions',
  'database',
  'databases',
  'table',
  'tables',
  'collection',
  'schema',
  'tenant',
  'tenants',
  'organization',
  'organisation',
  'organizations',
  'backup',
  'backups',
  'logs',
]);

const documentsOf = (text: string): readonly string[] => {
  try {
    const value: unknown = JSON.parse(text);
    if (!Array.isArray(value)) return [text];
    return value.slice(0, 1000).map((one: unknown) => {
      if (typeof one === 'string') return one;
      return typeof one === 'object' && one !== null && 'query' in one && typeof one.query === 'string' ? one.query : '';
    });
  } catch {
    // No JSON: documents written one after the other between brackets.
    return [text.trim().replace(/^\[/, '').replace(/\]$/, '')];
  }
};
