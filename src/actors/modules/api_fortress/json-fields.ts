const MAX_FIELDS = 2000;
const MAX_DEPTH = 6;

/** The JSON value of a text that may be an object or a list, or undefined. */
export const jsonOf = (text: string): unknown => {
  const first = text.trimStart().charAt(0);
  if (first !== '{' && first !== '[') return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return value;
  } catch {
    // A body that is no JSON is judged as text by others.
    return undefined;
  }
};

/** Calls `each` for the fields of a JSON value, six levels deep and 2,000 fields at most. */
export const visitFields = (value: unknown, each: (name: string, inner: unknown) => void): void => {
  let left = MAX_FIELDS;
  const visit = (node: unknown, depth: number): void => {
    if (depth > MAX_DEPTH || node === null || typeof node !== 'object') return;
    if (Array.isArray(node)) {
      for (const inner of node) {
        if (left <= 0) return;
        visit(inner, depth + 1);
      }
      return;
    }
    for (const [name, inner] of Object.entries(node)) {
      if (--left < 0) return;
      each(name, inner);
      visit(inner, depth + 1);
    }
  };
  visit(value, 0);
};
