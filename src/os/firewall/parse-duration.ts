/** Milliseconds of a duration as nft writes it: `1h3m19s852ms`. Undefined for anything else. */
export const parseNftDuration = (text: string): number | undefined => {
  if (text.length > MAX_TEXT || !/^(?:[0-9]+(?:ms|[smhd]))+$/.test(text)) return undefined;
  let total = 0;
  for (const [, count, unit] of text.matchAll(/([0-9]+)(ms|[smhd])/g)) total += Number(count) * (UNIT_MS[unit ?? ''] ?? 0);
  return total;
};

const MAX_TEXT = 40;
const UNIT_MS: { readonly [unit: string]: number } = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };
