export type Attribute = { readonly name: string; readonly value: string };

/** One tag as a forgiving browser reads it; `attributes` also of a tag that never closes. */
export type Tag = {
  readonly name: string;
  readonly isClosing: boolean;
  readonly attributes: readonly Attribute[];
  readonly start: number;
  readonly end: number;
};

const MAX_TAGS = 64;
const MAX_ATTRIBUTES = 24;

/** The tags in lower-case `text`, at most 64 of at most 24 attributes. Linear. */
export const tagsOf = (text: string): readonly Tag[] => {
  const tags: Tag[] = [];
  let at = text.indexOf('<');
  while (at >= 0 && tags.length < MAX_TAGS) {
    const tag = tagAt(text, at);
    if (tag !== undefined) tags.push(tag);
    // An attack may hide in what looks like the inside of a tag: the next `<` is looked at even there.
    at = text.indexOf('<', at + 1);
  }
  return tags;
};

const NAME = /<(\/?)[\s\0]{0,4}([a-z][a-z0-9:_-]{0,31})/y;

const tagAt = (text: string, start: number): Tag | undefined => {
  NAME.lastIndex = start;
  const match = NAME.exec(text);
  if (match === null) return undefined;
  const [whole, slash, name = ''] = match;
  // `a < b` is arithmetic, `< /script` and `<script` are not.
  if (/\s/.test(whole) && slash === '') return undefined;
  const { attributes, end } = attributesFrom(text, start + whole.length);
  return { name, isClosing: slash === '/', attributes, start, end };
};

const attributesFrom = (text: string, from: number): { readonly attributes: readonly Attribute[]; readonly end: number } => {
  const attributes: Attribute[] = [];
  let at = from;
  while (at < text.length && attributes.length < MAX_ATTRIBUTES) {
    const character = text[at] ?? '';
    if (character === '>') return { attributes, end: at + 1 };
    if (!isNameStart(text.charCodeAt(at))) {
      at++;
      continue;
    }
    const nameEnd = nameEndFrom(text, at);
    const name = text.slice(at, nameEnd);
    const equals = skipBlank(text, skipJunk(text, nameEnd));
    if (text[equals] !== '=') {
      attributes.push({ name, value: '' });
      at = nameEnd;
      continue;
    }
    const valueStart = skipBlank(text, equals + 1);
    const valueEnd = valueEndFrom(text, valueStart);
    attributes.push({ name, value: text.slice(valueStart, valueEnd) });
    at = Math.max(valueEnd, valueStart + 1);
  }
  return { attributes, end: at };
};

const isNameStart = (code: number): boolean => code >= 97 && code <= 122;

const nameEndFrom = (text: string, from: number): number => {
  let at = from;
  while (at < text.length && at < from + 64 && /[a-z0-9:_-]/.test(text[at] ?? '')) at++;
  return at;
};

// Browsers of old took junk between the name and the sign for nothing: onload!#$%&()*~=…
const skipJunk = (text: string, from: number): number => {
  let at = from;
  while (at < text.length && at < from + 32 && JUNK.includes(text[at] ?? '')) at++;
  return text[at] === '=' ? at : from;
};

const JUNK = '!#$%&()*~+-_.,:;?@[/|\\]^`';

const skipBlank = (text: string, from: number): number => {
  let at = from;
  while (at < text.length && at < from + 64 && text.charCodeAt(at) <= 32) at++;
  return at;
};

const valueEndFrom = (text: string, start: number): number => {
  const quote = text[start];
  if (quote === '"' || quote === "'" || quote === '`') {
    const close = text.indexOf(quote, start + 1);
    if (close >= 0) return close + 1;
  }
  let at = start;
  while (at < text.length && !/[\s>]/.test(text[at] ?? '')) at++;
  return at;
};
