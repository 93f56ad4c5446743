const MAX_MS = 86_400_000;

/** The pause that a `Retry-After` header asks for, ms, at most a day: seconds or an HTTP date. Undefined when it says nothing of the kind. */
export const retryAfterMs = (header: string | undefined, now: number): number | undefined => {
  if (header === undefined || header.length > 40) return undefined;
  if (/^\d{1,9}(\.\d{1,6})?$/.test(header.trim())) return Math.min(MAX_MS, Math.round(Number(header) * 1000));
  const date = /^[A-Za-z]{3}, /.test(header) ? Date.parse(header) : Number.NaN;
  return Number.isNaN(date) || date <= now ? undefined : Math.min(MAX_MS, date - now);
};
