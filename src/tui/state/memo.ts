/** Remembers results by the identity of two objects, for as long as both live. For pure functions only. */
export const byIdentity = <A extends object, B extends object, R>(compute: (a: A, b: B) => R): ((a: A, b: B) => R) => {
  const known = new WeakMap<A, WeakMap<B, { readonly result: R }>>();
  return (a, b) => {
    const inner = known.get(a) ?? new WeakMap<B, { readonly result: R }>();
    known.set(a, inner);
    const hit = inner.get(b);
    if (hit !== undefined) return hit.result;
    const result = compute(a, b);
    inner.set(b, { result });
    return result;
  };
};
