import { z } from 'zod';

/** Settings of ransomware. The first two are those of the compatible interface. */
export const ransomwareSettingsSchema = z.strictObject({
  /** Different files one process makes unreadable before it is mass encryption. */
  encryption_threshold: z.number().int().min(1).max(10_000).default(5),
  /** MiB one source may send to one destination in an hour. */
  exfil_mb_threshold: z.number().min(0.001).max(10_000_000).default(100),
  /** Renames of one process in two minutes that change how names end. */
  rename_threshold: z.number().int().min(1).max(10_000).default(5),
  /** Destinations that backups go to: not counted as exfiltration. */
  backup_destinations: z.array(z.string().max(253)).max(1000).default([]),
  /** Processes and sources remembered, each. */
  max_tracked: z.number().int().min(64).max(1_000_000).default(4096),
});

export type RansomwareSettings = z.infer<typeof ransomwareSettingsSchema>;
