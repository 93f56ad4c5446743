/** Undoes the escapes of JavaScript and JSON strings that spell a character by number: `\x3c`, `\u003c`, `\u{3c}`. */
export const decodeNumericEscapes = (text: string): string => (text.includes('\\') ? text.replace(NUMERIC, (_, ...parts) => byNumber(parts)) : text);

/** Undoes every backslash escape, those too that are a directory separator elsewhere: `\n`, `\t`, `\r`, `\073`. */
export const decodeAllEscapes = (text: string): string =>
  text.includes('\\') ? decodeNumericEscapes(text).replace(SHORT, (_, octal: string | undefined, letter: string | undefined) => short(octal, letter)) : text;

const NUMERIC = /\\(?:x([0-9a-f]{2})|u([0-9a-f]{4})|u\{([0-9a-f]{1,6})\})/gi;

const byNumber = (parts: readonly unknown[]): string => {
  const digits = parts.slice(0, 3).find((part) => typeof part === 'string');
  const code = Number.parseInt(String(digits), 16);
  return code <= 0x10ffff ? String.fromCodePoint(code) : '\ufffd';
};

const SHORT = /\\(?:(0[0-7]{1,2})|([nrtvf]))/g;

const short = (octal: string | undefined, letter: string | undefined): string =>
  octal === undefined
    ? letter === 't'
      ? '\t'
      : letter === 'v'
        ? '\v'
        : letter === 'f'
          ? '\f'
          : letter === 'r'
            ? '\r'
            : '\n'
    : String.fromCharCode(Number.parseInt(octal, 8));
