/**
 * Edit distance with insertions, deletions, substitutions and swaps of neighbours (optimal string alignment), or `limit` + 1 as soon as it
 * is larger than `limit`. Without `swaps` a swap costs two (Levenshtein 1965). Texts count up to 256 characters.
 */
export const editDistance = (first: string, second: string, limit: number = Number.POSITIVE_INFINITY, swaps = true): number => {
  const a = first.slice(0, 256);
  const b = second.slice(0, 256);
  if (Math.abs(a.length - b.length) > limit) return limit + 1;
  let before: number[] = [];
  let above = Array.from({ length: b.length + 1 }, (_unused, index) => index);
  for (let row = 1; row <= a.length; row++) {
    const line = [row];
    let least = row;
    for (let column = 1; column <= b.length; column++) {
      const isSame = a[row - 1] === b[column - 1];
      let cost = Math.min((above[column] ?? 0) + 1, (line[column - 1] ?? 0) + 1, (above[column - 1] ?? 0) + (isSame ? 0 : 1));
      if (swaps && row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1]) cost = Math.min(cost, (before[column - 2] ?? 0) + 1);
      line.push(cost);
      least = Math.min(least, cost);
    }
    if (least > limit) return limit + 1;
    before = above;
    above = line;
  }
  return above[b.length] ?? 0;
};
