const MAX_WORDS = 64;

/** A program and its arguments from a JSON list: the first word an absolute path, at most 64 words without NUL. Undefined for anything else. */
export const parseArgv = (text: string): readonly string[] | undefined => {
  try {
    const value: unknown = JSON.parse(text);
    if (!Array.isArray(value) || value.length > MAX_WORDS) return undefined;
    const words: readonly unknown[] = value;
    const isUsable = words.every((word): word is string => typeof word === 'string' && !word.includes('\0'));
    return isUsable && words[0]?.startsWith('/') === true ? words : undefined;
  } catch {
    // Not JSON: the caller says what was expected.
    return undefined;
  }
};
