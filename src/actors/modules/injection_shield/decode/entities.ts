/** Undoes HTML character references: decimal, hexadecimal (semicolon or not) and the names that hide markup or code. */
export const decodeEntities = (text: string): string => (hasReference(text) ? text.replace(REFERENCE, decodeOne) : text);

const REFERENCE = /&(?:#x([0-9a-f]{1,8})|#([0-9]{1,8})|([a-z]{2,8}));?/gi;

// Queries are full of `&name=`: only where a known name or a number follows is there something to undo.
const hasReference = (text: string): boolean => {
  for (let at = text.indexOf('&'); at >= 0; at = text.indexOf('&', at + 1)) {
    if (text.charCodeAt(at + 1) === HASH) return true;
    let end = at + 1;
    while (end < at + 1 + LONGEST_NAME && isLetter(text.charCodeAt(end))) end++;
    if (end - at > 2 && NAMES.has(text.slice(at + 1, end).toLowerCase())) return true;
  }
  return false;
};

const HASH = 35;
const LONGEST_NAME = 8;

const isLetter = (code: number): boolean => (code >= 97 && code <= 122) || (code >= 65 && code <= 90);

const decodeOne = (whole: string, hex: string | undefined, decimal: string | undefined, name: string | undefined): string => {
  if (name !== undefined) return NAMES.get(name.toLowerCase()) ?? whole;
  const code = hex === undefined ? Number(decimal) : Number.parseInt(hex, 16);
  return code <= 0x10ffff ? String.fromCodePoint(code) : whole;
};

// Only names of characters that mean something to a parser behind us; accented letters are of no use to an attacker.
const NAMES = new Map<string, string>([
  ['lt', '<'],
  ['gt', '>'],
  ['amp', '&'],
  ['quot', '"'],
  ['apos', "'"],
  ['grave', '`'],
  ['nbsp', ' '],
  ['tab', '\t'],
  ['newline', '\n'],
  ['colon', ':'],
  ['semi', ';'],
  ['comma', ','],
  ['period', '.'],
  ['sol', '/'],
  ['bsol', '\\'],
  ['lpar', '('],
  ['rpar', ')'],
  ['lbrace', '{'],
  ['lcub', '{'],
  ['rbrace', '}'],
  ['rcub', '}'],
  ['lbrack', '['],
  ['lsqb', '['],
  ['rbrack', ']'],
  ['rsqb', ']'],
  ['vert', '|'],
  ['verbar', '|'],
  ['equals', '='],
  ['num', '#'],
  ['dollar', '$'],
  ['excl', '!'],
  ['plus', '+'],
  ['ast', '*'],
  ['percnt', '%'],
  ['lowbar', '_'],
  ['commat', '@'],
]);
