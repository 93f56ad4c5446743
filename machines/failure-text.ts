import { SecError } from '../src/domain/errors.ts';
import { type SafeText, toSafe } from '../src/domain/safe-text.ts';

const MAX_LENGTH = 300;

/** The words of anything thrown, safe to show, at most 300 characters. Never throws itself, whatever was thrown. */
export const failureText = (thrown: unknown): SafeText => {
  try {
    const words = wordsOf(thrown);
    return toSafe(words === '' ? 'failed without a message' : words, MAX_LENGTH);
  } catch {
    // A thrown value may have a getter or a toString that throws in turn: it says nothing we could show.
    return toSafe('failed with a value that cannot be shown');
  }
};

const wordsOf = (thrown: unknown): string => {
  if (thrown instanceof SecError) return `${thrown.code}: ${String(thrown.message)}`;
  if (thrown instanceof Error) return String(thrown.message);
  return String(thrown);
};
