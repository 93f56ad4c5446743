import type { Alert } from '../domain/alert.ts';
import { isAtLeast, SEVERITIES, severityRank } from '../domain/severity.ts';
import type { AlertQuery } from './contract.ts';
import { keyPart } from './keys.ts';

/**
 * Every key an alert is listed under. One for each combination of the filters module, ip and status, always ending in
 * severity and id, so that any query is a merge of at most five ranges and costs the same however many alerts there are.
 */
export const alertIndexKeys = (alert: Alert): readonly string[] => {
  const parts = filterParts({ module: alert.module, ip: alert.entities.ip, status: alert.status });
  const tail = `${severityRank(alert.severity)} ${alert.id}`;
  const keys = combinations(parts).map((combination) => `${combinationPrefix(combination)}${tail}`);
  return [...keys, `${foldPrefix(alert.foldKey)}${alert.id}`];
};

/** The prefixes whose ranges, merged by id, hold exactly the alerts of a query. Undefined: all alerts, no index needed. */
export const alertQueryPrefixes = (query: AlertQuery): readonly string[] | undefined => {
  const parts = filterParts(query);
  if (parts.length === 0 && (query.minSeverity === undefined || query.minSeverity === 'INFO')) return undefined;
  const prefix = combinationPrefix(parts);
  const floor = query.minSeverity === undefined ? 0 : severityRank(query.minSeverity);
  return SEVERITIES.map((_, rank) => `${prefix}${rank} `).slice(floor);
};

/** Prefix of the alerts with one fold key. */
export const foldPrefix = (foldKey: string): string => `f ${keyPart(foldKey)} `;

/** True when the alert itself fits the query: an index is only a hint. */
export const isWantedAlert = (alert: Alert, query: AlertQuery): boolean =>
  (query.module === undefined || alert.module === query.module) &&
  (query.status === undefined || alert.status === query.status) &&
  (query.ip === undefined || alert.entities.ip === query.ip) &&
  (query.minSeverity === undefined || isAtLeast(alert.severity, query.minSeverity));

type Part = readonly [letter: string, value: string];

const filterParts = (filters: Pick<AlertQuery, 'module' | 'ip' | 'status'>): readonly Part[] =>
  (
    [
      ['m', filters.module],
      ['i', filters.ip],
      ['s', filters.status],
    ] as const
  ).flatMap(([letter, value]) => (value === undefined ? [] : [[letter, keyPart(value)] as const]));

const combinations = (parts: readonly Part[]): readonly (readonly Part[])[] => {
  const [first, ...rest] = parts;
  if (first === undefined) return [[]];
  return combinations(rest).flatMap((combination) => [combination, [first, ...combination]]);
};

// The letters say which filters follow, so that a module can never be read as a status.
const combinationPrefix = (parts: readonly Part[]): string => `q${parts.map(([letter]) => letter).join('')} ${parts.map(([, value]) => `${value} `).join('')}`;
