const UNITS: { readonly [unit: string]: number } = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const FORM = /^(\d{1,9})(ms|s|m|h|d)?$/;

/** Milliseconds of `90`, `30s`, `5m`, `1h`, `2d`, `1h30m` (a number alone is seconds). Undefined for anything else, zero included. */
export const parseDurationMs = (text: string): number | undefined => {
  const parts = text.trim().match(/\d+[a-z]*/g);
  if (parts === null || parts.length > 5 || parts.join('') !== text.trim()) return undefined;
  let total = 0;
  for (const part of parts) {
    const [, digits = '', unit = parts.length === 1 ? 's' : ''] = FORM.exec(part) ?? [];
    const scale = UNITS[unit];
    if (digits === '' || scale === undefined) return undefined;
    total += Number(digits) * scale;
  }
  return total > 0 ? total : undefined;
};

/** `59s`, `12m`, `3h 5m`, `2d 4h`: two units at most. */
export const formatDuration = (ms: number): string => {
  const seconds = Math.max(0, Math.round(ms / 1000));
  if (seconds < 60) return `${seconds}s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return minutes < 10 && seconds % 60 > 0 ? `${minutes}m ${seconds % 60}s` : `${minutes}m`;
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return minutes % 60 === 0 ? `${hours}h` : `${hours}h ${minutes % 60}m`;
  const days = Math.floor(hours / 24);
  return hours % 24 === 0 ? `${days}d` : `${days}d ${hours % 24}h`;
};
