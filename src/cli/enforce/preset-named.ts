import { SecError } from '../../domain/errors.ts';
import { PRESETS, type PresetName } from '../../domain/policy.ts';
import { toSafe } from '../../domain/safe-text.ts';
import { suggestion } from '../../domain/suggestion.ts';

/** The preset of that name. Throws SEC_USAGE with the names there are. */
export const presetNamed = (word: string): PresetName => {
  const known = PRESETS.find((name) => name === word);
  if (known !== undefined) return known;
  const near = suggestion(word, PRESETS);
  throw new SecError('SEC_USAGE', `preset ${toSafe(word, 40)}: expected ${PRESETS.join(', ')}${near === undefined ? '' : `; did you mean ${near}?`}`);
};
