import type { Alert } from '../domain/alert.ts';

/** Versions of one alert within this time reach the stream as one, the latest. */
const QUIET_MS = 1000;
const MAX_HELD = 10_000;

/** Folds storms on the stream: of an alert that changes many times a second people get the latest version, never none. */
export type StreamFolder = {
  readonly take: (alert: Alert) => void;
  /** To be called about every second: hands on what is held. */
  readonly flush: () => void;
  /** Versions that a later one took the place of. */
  readonly folded: () => number;
};

/** A folder in front of `publish`. New alerts, and changes by a person, go past at once. */
export const createStreamFolder = (publish: (alert: Alert) => void, monotonic: () => number): StreamFolder => {
  // What was published last, when, and the version since then.
  const recent = new Map<string, { at: number; severity: Alert['severity']; status: Alert['status']; held: Alert | undefined }>();
  let folded = 0;
  const show = (alert: Alert, now: number): void => {
    recent.delete(alert.id);
    recent.set(alert.id, { at: now, severity: alert.severity, status: alert.status, held: undefined });
    publish(alert);
    if (recent.size <= MAX_HELD) return;
    const oldest = recent.entries().next();
    if (oldest.done === true) return;
    const [id, { held }] = oldest.value;
    recent.delete(id);
    if (held !== undefined) publish(held);
  };
  return {
    take: (alert) => {
      const now = monotonic();
      const known = recent.get(alert.id);
      const isSame = known !== undefined && known.severity === alert.severity && known.status === alert.status;
      if (!isSame || now - known.at >= QUIET_MS) return show(alert, now);
      if (known.held !== undefined) folded += 1;
      known.held = alert;
    },
    flush: () => {
      const now = monotonic();
      for (const [id, { at, held }] of recent) {
        if (now - at < QUIET_MS) continue;
        if (held === undefined) recent.delete(id);
        else show(held, now);
      }
    },
    folded: () => folded,
  };
};
