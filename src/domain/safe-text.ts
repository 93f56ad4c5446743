declare const safe: unique symbol;

/** Text that may reach a terminal, a log line or a message: one line, every control and invisible character made visible. */
export type SafeText = string & { readonly [safe]: true };

const CUT = '…';

/**
 * Makes outside text safe to show. C0/C1 controls, escape sequences, bidi marks, zero-width and other invisible
 * characters, line and paragraph separators and lone surrogates become visible: `␛`, `\n`, `\u{202e}`.
 * Nothing is removed, so that an analyst sees that something was there. Cut to `maxLength` UTF-16 units with `…`.
 */
export const toSafe = (text: string, maxLength = 1024): SafeText => {
  const head = text.length > maxLength ? `${text.slice(0, maxLength)}${CUT}` : text;
  return (isPlain(head) ? head : head.replace(UNSAFE, showCharacter)) as SafeText;
};

// Everything in the Unicode classes Control, Format, Surrogate, Private use, Unassigned, Line and Paragraph separator,
// blanks other than the plain space, and what has no glyph of its own (fillers, joiners). Emoji variation selectors and
// combining marks of more than a cluster's worth are left to the terminal.
const UNSAFE = /[\p{C}\p{Zl}\p{Zp}]|[^\S ]|(?![\ufe00-\ufe0f])\p{Default_Ignorable_Code_Point}/gu;

const PLAIN = /^[\x20-\x7e]*$/;
const isPlain = (text: string): boolean => PLAIN.test(text);

const NAMES: { readonly [character: string]: string } = { '\n': '\\n', '\r': '\\r', '\t': '\\t', '\u001b': '␛', '\u007f': '␡' };

const showCharacter = (character: string): string => {
  const named = NAMES[character];
  if (named !== undefined) return named;
  const code = character.codePointAt(0) ?? 0;
  if (code < 0x20) return String.fromCodePoint(0x2400 + code);
  return `\\u{${code.toString(16)}}`;
};
