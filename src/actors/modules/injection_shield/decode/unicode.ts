/**
 * Folds text to the ASCII that it imitates: compatibility forms (full-width, mathematical, small) through NFKC, look-alike
 * letters, quotes, slashes and dots, every kind of blank; characters without width vanish. ASCII comes back untouched.
 */
export const foldUnicode = (text: string): string => {
  if (ASCII.test(text)) return text;
  return text
    .normalize('NFKC')
    .replace(INVISIBLE, '')
    .replace(BLANK, ' ')
    .replace(OTHER, (character) => LOOK_ALIKE.get(character) ?? character);
};

const ASCII = /^[\x00-\x7f]*$/;
const INVISIBLE = /\p{Default_Ignorable_Code_Point}/gu;
const BLANK = /[\u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]/g;
const OTHER = /[^\x00-\x7f]/gu;

const LOOK_ALIKE = new Map<string, string>(
  Object.entries({
    "'": '\u2018\u2019\u201a\u201b\u2032\u02b9\u02bc\u02c8\u00b4\u275b\u275c\uff07',
    '"': '\u201c\u201d\u201e\u201f\u2033\u02ba\u275d\u275e\u3003',
    '`': '\u02cb\u1fef\u2035',
    '<': '\u2039\u3008\u2329\u27e8\u276e',
    '>': '\u203a\u3009\u232a\u27e9\u276f',
    '/': '\u2044\u2215\u2571\u29f8',
    '\\': '\u2216\u29f5\u29f9',
    '.': '\u3002\u06d4\u0701\u0702',
    ';': '\u037e\u061b',
    '|': '\u2223\u01c0\u2758',
    '-': '\u2010\u2011\u2012\u2013\u2014\u2212',
    '*': '\u2217\u204e\u2731',
    '=': '\u2550\u30a0',
    a: '\u0430\u03b1',
    b: '\u044c',
    c: '\u0441\u03f2',
    d: '\u0501',
    e: '\u0435\u0454',
    h: '\u04bb',
    i: '\u0456\u0131\u03b9',
    j: '\u0458',
    k: '\u043a\u03ba',
    m: '\u043c',
    n: '\u0578',
    o: '\u043e\u03bf',
    p: '\u0440\u03c1',
    q: '\u051b',
    r: '\u0433',
    s: '\u0455',
    t: '\u0442\u03c4',
    u: '\u057d\u03c5',
    v: '\u03bd\u0475',
    w: '\u051d\u0461',
    x: '\u0445\u03c7',
    y: '\u0443\u04af',
    A: '\u0410\u0391',
    B: '\u0412\u0392',
    C: '\u0421\u03f9',
    E: '\u0415\u0395',
    H: '\u041d\u0397',
    I: '\u0406\u0399',
    J: '\u0408',
    K: '\u041a\u039a',
    M: '\u041c\u039c',
    N: '\u039d',
    O: '\u041e\u039f',
    P: '\u0420\u03a1',
    S: '\u0405',
    T: '\u0422\u03a4',
    U: '\u054d',
    X: '\u0425\u03a7',
    Y: '\u04ae\u03a5',
    Z: '\u0396',
  }).flatMap(([plain, imitations]) => [...imitations].map((imitation) => [imitation, plain] as const)),
);
