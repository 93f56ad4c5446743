/** Points by rule; a rule counts once, with its best value. */
export type Score = {
  readonly add: (rule: string, points: number, at: number) => void;
  readonly total: () => number;
  /** The rule with most points and the token it was seen at. */
  readonly best: () => { readonly rule: string; readonly at: number } | undefined;
  readonly has: (rule: string) => boolean;
};

/** An empty score sheet. */
export const createScore = (): Score => {
  const sheet = new Map<string, { readonly points: number; readonly at: number }>();
  return {
    add: (rule, points, at) => {
      if (points > (sheet.get(rule)?.points ?? 0)) sheet.set(rule, { points, at });
    },
    total: () => [...sheet.values()].reduce((sum, entry) => sum + entry.points, 0),
    best: () => {
      const [first] = [...sheet].sort(([, a], [, b]) => b.points - a.points);
      return first === undefined ? undefined : { rule: first[0], at: first[1].at };
    },
    has: (rule) => sheet.has(rule),
  };
};
