import { z } from 'zod';

/** Settings of quantum_crypto. The compatible interface has none; all are ours. */
export const cryptoSettingsSchema = z.strictObject({
  /** Days before the end of a certificate: a word, a louder one, the last one. */
  expiry_days: z.number().int().min(1).max(400).default(30),
  expiry_days_high: z.number().int().min(1).max(400).default(7),
  expiry_days_critical: z.number().int().min(0).max(400).default(1),
  /** MiB of one source in a day from which captured traffic counts. */
  capture_mb_threshold: z.number().min(1).max(10_000_000).default(100),
  /** Services, certificates and sources remembered, each. */
  max_tracked: z.number().int().min(64).max(1_000_000).default(10_000),
});

export type CryptoSettings = z.infer<typeof cryptoSettingsSchema>;
