import { z } from 'zod';

const path = z.string().min(1).max(4096).startsWith('/');

/** Settings of runtime_watcher. The first four are those of the compatible interface, for the file sensors. */
export const runtimeSettingsSchema = z.strictObject({
  /** Folders whose files are hashed and compared. */
  watch_paths: z.array(path).max(256).default([]),
  scan_interval_seconds: z.number().int().min(10).max(86_400).default(300),
  realtime_enabled: z.boolean().default(true),
  /** Folders watched for new programs. */
  realtime_watch_paths: z.array(path).max(64).default(['/dev/shm', '/tmp', '/var/tmp', '/run', '/run/user']),
  /** Programs never judged: a file, or a folder with `/` at its end. The executable counts, not what it calls itself. */
  trusted_executables: z.array(path).max(256).default([]),
});

export type RuntimeSettings = z.infer<typeof runtimeSettingsSchema>;
