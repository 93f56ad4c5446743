import type { Alert } from '../../domain/alert.ts';
import type { BatchHold } from '../../domain/delivery.ts';
import type { EndpointType } from '../../domain/endpoint.ts';
import { canonicalIp } from '../../domain/ip.ts';
import { type Severity, severityRank } from '../../domain/severity.ts';

export type BatchingSettings = { readonly enabled: boolean; readonly windowMs: number; readonly maxSize: number };

/** Windows that are remembered; over that the oldest is forgotten, and its next alert is told at once. */
const MAX_WINDOWS = 2_000;

/** Folds storms of alerts by module and source for people: the first is told at once, what follows within the window goes as one. */
export type AlertBatcher = {
  readonly settings: BatchingSettings;
  /** Counts an alert about to be told; how its notice is held back, or undefined when it is told at once. */
  readonly take: (alert: Alert, now: number) => BatchHold | undefined;
  readonly counts: () => { readonly immediate: number; readonly held: number; readonly windows: number };
};

/** A batcher. A window lasts `windowMs` from its first alert; a worse one than told so far is never held back. */
export const createAlertBatcher = (settings: BatchingSettings): AlertBatcher => {
  const windows = new Map<string, { readonly since: number; told: Severity }>();
  let immediate = 0;
  let held = 0;
  const isOpen = (since: number, now: number): boolean => now >= since && now - since < settings.windowMs;
  return {
    settings,
    take: (alert, now) => {
      if (!settings.enabled) return undefined;
      const key = batchKey(alert);
      const known = windows.get(key);
      if (known !== undefined && isOpen(known.since, now) && severityRank(alert.severity) <= severityRank(known.told)) {
        held += 1;
        return { key, until: known.since + settings.windowMs, max: settings.maxSize };
      }
      immediate += 1;
      if (known !== undefined && isOpen(known.since, now)) {
        known.told = alert.severity;
        return undefined;
      }
      windows.delete(key);
      windows.set(key, { since: now, told: alert.severity });
      const oldest = windows.size > MAX_WINDOWS ? windows.keys().next() : undefined;
      if (oldest !== undefined && oldest.done !== true) windows.delete(oldest.value);
      return undefined;
    },
    counts: () => ({ immediate, held, windows: windows.size }),
  };
};

/** Module and source address. Both of a closed form: a module's own word, and what an address can be. */
const batchKey = ({ module, entities }: Alert): string => `${module}:${(entities.ip === undefined ? undefined : canonicalIp(entities.ip)) ?? 'host'}`;

/** Read by people. Programs get every alert by itself. */
export const isForPeople = (type: EndpointType): boolean => type !== 'pagerduty' && type !== 'generic';
