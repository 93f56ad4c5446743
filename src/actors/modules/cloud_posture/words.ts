import { type Details, flagOf } from '../../../domain/event.ts';

/** True for a switch that is on, as text, number or JSON boolean. */
export const isOn = (details: Details, ...keys: readonly string[]): boolean =>
  keys.some((key) => flagOf(details, key) === true || /^(?:enabled|on)$/i.test(String(details[key] ?? '').trim()));

/** Words of a list, whether it came as text with commas or as a JSON list; at most 256. */
export const wordsIn = (value: unknown): readonly string[] => {
  if (typeof value === 'string')
    return value
      .slice(0, 8192)
      .split(/[\s,;|"'[\]{}()]+/, 512)
      .filter((word) => word !== '')
      .slice(0, 256);
  if (!Array.isArray(value)) return [];
  return value.filter((one): one is string => typeof one === 'string').slice(0, 256);
};

/** The field of a JSON object, or undefined for anything else. */
export const fieldOf = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && Object.hasOwn(value, name) ? (value as Details)[name] : undefined;

/** The elements of a JSON list, at most 256; empty for anything else. */
export const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value.slice(0, 256) : []);
