/** Shannon entropy of a text in bits a character (UTF-16 units), over at most 4,096 of them. */
export const entropyOf = (text: string): number => {
  const length = Math.min(text.length, 4096);
  if (length === 0) return 0;
  const counts = new Map<number, number>();
  for (let index = 0; index < length; index++) {
    const unit = text.charCodeAt(index);
    counts.set(unit, (counts.get(unit) ?? 0) + 1);
  }
  let bits = 0;
  for (const count of counts.values()) bits -= (count / length) * Math.log2(count / length);
  return bits;
};
