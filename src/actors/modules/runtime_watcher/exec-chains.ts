import type { Entities } from '../../../domain/entity.ts';
import { numberOf, type SecurityEvent } from '../../../domain/event.ts';
import { createBoundedMap } from '../../../domain/windows/bounded-map.ts';

type Told = { readonly at: number; readonly text: string; readonly first: Entities; readonly eventId: string };

/**
 * Wrappers and what they start: `timeout 2 bash -c …` and the `bash -c …` it runs are one attack, told about twice. Remembers 1,024
 * findings for a second of event time.
 */
export const createExecChains = (maxKeys = 1024) => {
  const told = createBoundedMap<string, Told>(maxKeys);
  return {
    /** The first process of the chain when its parent was told about for the same thing a moment ago, else undefined. */
    take: (type: string, event: SecurityEvent, commandLine: string): { readonly first: Entities; readonly eventId: string } | undefined => {
      const { process } = event.entities;
      if (process === undefined) return undefined;
      const text = plain(commandLine);
      const parent = told.get(`${numberOf(event.details, 'parent_pid') ?? 0} ${type}`);
      const isChild = parent !== undefined && text !== '' && Math.abs(event.at - parent.at) <= MAX_MS && parent.text.includes(text);
      const first = isChild ? parent.first : event.entities;
      told.set(`${process.pid} ${type}`, { at: event.at, text, first, eventId: event.id });
      return isChild ? { first, eventId: parent.eventId } : undefined;
    },
    size: told.size,
    sweep: (now: number): void => told.prune((one) => one.at < now - MAX_MS),
  };
};

const MAX_MS = 1000;

// A wrapper quotes what it runs.
const plain = (commandLine: string): string => commandLine.replaceAll(/['"\\]/g, '').trim();
