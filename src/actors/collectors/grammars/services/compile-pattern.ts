/**
 * The words that stand for fields in the patterns of rule files. `<user>` takes all it can up to what follows, so that of two
 * readings the later one, which the program wrote, is right; `<name>` and `<word>` stop at a blank, `<quoted>` and `<single>`
 * at their quote.
 */
const WORDS: { readonly [word: string]: string } = {
  ip: '(?<ip>[0-9A-Fa-f:.]{2,45})',
  /** An address with the port that the service writes behind it, or without. */
  peer: '(?<peer>[0-9A-Fa-f:.[\\]]{2,53})',
  host: '(?<host>[A-Za-z0-9_.:%-]{1,255})',
  user: '(?<user>.{0,256})',
  name: '(?<user>[^ ]{0,256})',
  quoted: '(?<user>[^"]{0,256})',
  single: "(?<user>[^']{0,256})",
  domain: '(?<domain>[^ ]{1,255})',
  port: '[0-9]{1,5}',
  num: '[0-9]{1,20}',
  word: '[^ ]{1,256}',
  any: '.{0,512}',
};

/** A pattern of a rule file as a regular expression's source: each `<word>` of the table becomes its piece. */
export const patternSource = (pattern: string): string =>
  pattern.replace(/(?<!\(\?)<([a-z]+)>/g, (whole, word: string) => (Object.hasOwn(WORDS, word) ? (WORDS[word] ?? whole) : whole));

/** The longest text that every match of a pattern holds, in lower case; empty when there is none of three characters. */
export const literalOf = (pattern: string): string => {
  let best = '';
  let run = '';
  let depth = 0;
  const end = (): void => {
    if (run.length > best.length) best = run;
    run = '';
  };
  for (let at = 0; at < pattern.length; at += 1) {
    const word = /^<[a-z]+>/.exec(pattern.slice(at, at + 12))?.[0];
    const isEscape = pattern[at] === '\\';
    const character = isEscape ? (pattern[at + 1] ?? '') : (pattern[at] ?? '');
    const length = word?.length ?? (isEscape ? 2 : 1);
    const next = pattern[at + length] ?? '';
    if (!isEscape && character === '(') depth += 1;
    if (!isEscape && character === ')') depth -= 1;
    const isClass = !isEscape && character === '[';
    const isPlain = word === undefined && (isEscape ? /[^a-zA-Z0-9]/.test(character) : !/[\^$.*+?()[\]{}|<>]/.test(character));
    if (!isPlain || depth > 0 || /[?*{]/.test(next)) end();
    else run += character;
    at = isClass ? pattern.indexOf(']', at + 2) : at + length - 1;
    if (!isEscape && next === '{' && depth === 0) at = pattern.indexOf('}', at + 1);
  }
  end();
  return best.length < 3 ? '' : best.toLowerCase();
};
