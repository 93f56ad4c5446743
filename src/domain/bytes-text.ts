const UNITS = ['KB', 'MB', 'GB', 'TB', 'PB'] as const;

/** A number of bytes for people: `500 B`, `1.0 KB`, `12.3 MB`; units of 1,024. */
export const bytesText = (bytes: number): string => {
  if (!(bytes >= 1024)) return `${Math.max(0, Math.floor(bytes) || 0)} B`;
  let value = bytes / 1024;
  let unit = 0;
  while (value >= 1024 && unit < UNITS.length - 1) {
    value /= 1024;
    unit++;
  }
  return `${value.toFixed(1)} ${UNITS[unit] ?? 'KB'}`;
};
