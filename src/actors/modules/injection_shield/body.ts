import { type Field, fieldOf } from './field.ts';
import { fieldsOfQuery } from './target.ts';

const MAX_LEAVES = 256;
const MAX_DEPTH = 12;
const MAX_JSON = 262_144;

/** The fields of a body: JSON leaf by leaf, forms parameter by parameter, anything else as text. */
export const fieldsOfBody = (name: string, body: string): readonly Field[] => {
  const json = parseJson(body);
  // The keys are read with the whole text; `{"$gt":""}` has no value that says anything.
  if (json !== undefined) return [fieldOf(name, 'text', body), ...fieldsOfValue(name, json)];
  if (FORM.test(body) && !PADDED.test(body)) return fieldsOfQuery(name, body);
  return [fieldOf(name, body.length > 2048 ? 'text' : 'value', body)];
};

const FORM = /^[\w.%[\]-]{1,80}=[^\s<>{}"&]*(?:&[\w.%[\]-]{1,80}=[^\s<>{}"&]*)*$/;

// The sign that ends a base64 text gives nothing a value.
const PADDED = /^[\w+/-]{8,}={1,2}$/;

const parseJson = (text: string): unknown => {
  if (text.length > MAX_JSON || !/^\s{0,8}[{[]/.test(text)) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    // Not JSON after all: it is read as text.
    return undefined;
  }
};

/** The text leaves of a parsed value, keys that are odd included; at most 256, at most 12 deep. */
export const fieldsOfValue = (name: string, value: unknown): readonly Field[] => {
  const fields: Field[] = [];
  walk(name, value, 0, fields);
  return fields;
};

const walk = (name: string, value: unknown, depth: number, fields: Field[]): void => {
  if (fields.length >= MAX_LEAVES || depth > MAX_DEPTH) return;
  if (typeof value === 'string') {
    if (value !== '') fields.push(fieldOf(name, value.length > 2048 ? 'text' : 'value', value));
    return;
  }
  if (value === null || typeof value !== 'object') return;
  for (const [key, inner] of Object.entries(value)) {
    if (!Array.isArray(value) && /[^\w.-]/.test(key)) fields.push(fieldOf(`${name}.name`, 'name', `{"${key}":`));
    walk(Array.isArray(value) ? name : `${name}.${key.slice(0, 40)}`, inner, depth + 1, fields);
  }
};
