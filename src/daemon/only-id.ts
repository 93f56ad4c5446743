import { SecError } from '../domain/errors.ts';

/** The one id that a prefix stands for, out of those that start with it. Throws SEC_AMBIGUOUS or SEC_NOT_FOUND. */
export const onlyId = (what: string, prefix: string, ids: readonly string[]): string => {
  const exact = ids.find((id) => id === prefix);
  if (exact !== undefined) return exact;
  if (ids.length > 1) throw new SecError('SEC_AMBIGUOUS', `more than one ${what} starts with ${prefix}`);
  const [id] = ids;
  if (id === undefined) throw new SecError('SEC_NOT_FOUND', `no ${what} starts with ${prefix}`);
  return id;
};
