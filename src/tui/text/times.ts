const two = (value: number): string => String(value).padStart(2, '0');

/** `14:02:11` in local time on the day of `now`, else `11-24`. Unreadable times give `--:--:--`. */
export const clockTime = (timestamp: string, now: number): string => {
  const at = new Date(timestamp);
  if (Number.isNaN(at.getTime())) return '--:--:--';
  const today = new Date(now);
  const isToday = at.getFullYear() === today.getFullYear() && at.getMonth() === today.getMonth() && at.getDate() === today.getDate();
  if (!isToday) return `${two(at.getMonth() + 1)}-${two(at.getDate())}`;
  return `${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}`;
};

/** `2026-11-24 14:02:11` in local time. */
export const fullTime = (timestamp: string): string => {
  const at = new Date(timestamp);
  if (Number.isNaN(at.getTime())) return timestamp;
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())} ${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}`;
};

/** A length of time in words: `45 s`, `4 min`, `1 h 5 min`, `3 d`. Coarse above a minute, so that a countdown costs no bytes. */
export const durationText = (ms: number): string => {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return minutes % 60 === 0 ? `${hours} h` : `${hours} h ${minutes % 60} min`;
  return `${Math.floor(hours / 24)} d`;
};

/** A countdown to the second, for an open dialog: `4:09`, `0:07`, `1:02:03`. */
export const countdownText = (ms: number): string => {
  const seconds = Math.max(0, Math.ceil(ms / 1000));
  const hours = Math.floor(seconds / 3600);
  const minutes = Math.floor((seconds % 3600) / 60);
  return hours > 0 ? `${hours}:${two(minutes)}:${two(seconds % 60)}` : `${minutes}:${two(seconds % 60)}`;
};

/** ms until an RFC 3339 instant, negative once it is past; 0 when unreadable. */
export const msUntil = (timestamp: string, now: number): number => {
  const at = Date.parse(timestamp);
  return Number.isNaN(at) ? 0 : at - now;
};
