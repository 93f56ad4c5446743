/** An expected outcome at a border: a value, or an error that the caller must look at. Bugs throw instead. */
export type Result<Value, Problem> = { readonly ok: true; readonly value: Value } | { readonly ok: false; readonly error: Problem };

/** A success. */
export const ok = <Value>(value: Value): Result<Value, never> => ({ ok: true, value });

/** A failure. */
export const err = <Problem>(error: Problem): Result<never, Problem> => ({ ok: false, error });

/** Marks a branch that cannot be reached; the compiler complains when it can. */
export const assertNever = (value: never): never => {
  throw new Error(`unreachable: ${JSON.stringify(value)}`);
};
