import { decodePercent } from './decode/percent.ts';
import { type Field, fieldOf } from './field.ts';
import { isSuspect } from './prefilter.ts';

const MAX_PARAMETERS = 128;

/** The path and the parameters of a request target. `name` is what the query's fields are called after. */
export const fieldsOfTarget = (target: string): readonly Field[] => {
  const mark = target.indexOf('?');
  if (mark < 0) return [fieldOf('path', 'path', target)];
  return [fieldOf('path', 'path', target.slice(0, mark)), ...fieldsOfQuery('query', target.slice(mark + 1))];
};

/**
 * The parameters of a query string or form body, names included. Text that is no such string (a value alone, an attack with a
 * bare `&`) is one field as a whole as well.
 */
export const fieldsOfQuery = (prefix: string, query: string): readonly Field[] => {
  if (query === '') return [];
  const pieces = query.split('&', MAX_PARAMETERS + 1);
  const fields: Field[] = [];
  let isOrderly = pieces.length <= MAX_PARAMETERS;
  for (const piece of pieces.slice(0, MAX_PARAMETERS)) {
    const equals = piece.indexOf('=');
    const name = equals < 0 ? '' : piece.slice(0, equals);
    if (equals < 0 && piece !== '' && !PLAIN.test(piece)) isOrderly = false;
    if (equals >= 0 && !NAME.test(name)) isOrderly = false;
    if (equals >= 0 && (ODD_NAME.test(name) || isSuspect(name))) fields.push({ name: `${prefix}.name`, kind: 'name', text: `${name}=`, plus: 'blank' });
    fields.push({
      name: equals < 0 ? prefix : `${prefix}.${shortName(name)}`,
      kind: 'value',
      text: equals < 0 ? piece : piece.slice(equals + 1),
      plus: 'blank',
    });
  }
  if (!isOrderly) fields.push({ name: prefix, kind: 'value', text: query, plus: 'blank' });
  return fields;
};

// What parameters are called, with the brackets of arrays and objects.
const NAME = /^[\w.:@$~-]{1,80}(?:(?:\[|%5b)[\w.$-]{0,40}(?:\]|%5d)){0,4}$/i;
const ODD_NAME = /[^\w.-]/;
const PLAIN = /^[\w.~%/:-]{0,200}$/;

const shortName = (name: string): string => decodePercent(name).slice(0, 40);
