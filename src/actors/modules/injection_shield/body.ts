import { type Field, fieldOf } from './field.ts';
import { fieldsOfQuery } from './target.ts';

const MAX_LEAVES = 256;
const MAX_DEPTH = 12;
const MAX_JSON = 262_144;

/** The fields of a body: JSON leaf by leaf, forms parameter by parameter, anything else as text. */
export const fieldsOfBody = (name: string, body: string): readonly Field[] => {
  const json = parseJson(body);
  if (json !== undefined) return fieldsOfValue(name, json);
  if (MULTIPART.test(body)) return fieldsOfMultipart(name, body);
  if (FORM.test(body) && !PADDED.test(body)) return fieldsOfQuery(name, body);
  return [fieldOf(name, 'text', body)];
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
    if (!Array.isArray(value) && ODD_KEY.test(key)) fields.push(fieldOf(`${name}.name`, 'name', `{"${key}":${JSON.stringify(inner)?.slice(0, 256) ?? ''}`));
    walk(Array.isArray(value) ? name : `${name}.${key.slice(0, 40)}`, inner, depth + 1, fields);
  }
};

// Operators, type tags and prototypes: what the key does depends on it more than on its value.
const ODD_KEY = /[^\w.-]|^__|^(?:constructor|json_class)$/;

const MULTIPART = /^--[\w'()+,./:=?-]{1,70}\r?\n/;
const MAX_PARTS = 64;

// Names, file names and contents of the parts; their header lines are the format's, not the sender's.
const fieldsOfMultipart = (name: string, body: string): readonly Field[] => {
  const end = body.search(/[\r\n]/);
  return body
    .split(body.slice(0, end), MAX_PARTS + 1)
    .slice(1)
    .flatMap((part) => {
      const blank = /\r?\n\r?\n/.exec(part);
      const head = part.slice(0, blank?.index ?? part.length);
      const field = /\bname="([^"\r\n]{0,80})"/i.exec(head)?.[1] ?? '';
      const filename = /\bfilename="([^"\r\n]{0,255})"/i.exec(head)?.[1] ?? '';
      const content = blank === null ? '' : part.slice(blank.index + blank[0].length).replace(/\r?\n(?:--)?$/, '');
      const isFile = filename !== '';
      return [
        fieldOf(`${name}.${field.slice(0, 40)}.filename`, 'value', filename),
        fieldOf(`${name}.${field.slice(0, 40)}`, isFile || content.length > 2048 ? 'text' : 'value', content),
      ].filter(({ text }) => text !== '');
    });
};
