import { z } from 'zod';

const EVENTS = ['auth_failure', 'auth_success', 'auth_attempt', 'dns_query', 'network_connection', 'http_request', 'syslog_event'] as const;

const isPattern = (text: string): boolean => text.startsWith('^');

const ruleSchema = z.strictObject({
  /** Anchored pattern of the message, with `<ip>`, `<host>`, `<user>` and the other words of `compile-pattern.ts`. */
  match: z.string().refine(isPattern, 'expected a pattern that begins with ^'),
  event: z.enum(EVENTS).default('auth_failure'),
  /** `program`: after a syslog tag. `file`: in the log file of the service, after its time. `json`: a value of an object. */
  form: z.enum(['program', 'file', 'json']).default('program'),
  /** What the object of a `json` rule must hold: the value that `match` is for, and where fields are taken from. */
  key: z.string().optional(),
  take: z.record(z.string(), z.string()).optional(),
  /** A text that the pattern cannot do without; found by itself when left out. */
  has: z.string().optional(),
  /** A text that must stand in the line once: a second one is a client's, and nobody is blamed. */
  once: z.string().optional(),
  reason: z.string().default('refused'),
  method: z.string().optional(),
});

/** One file of rules: a service, the names it has in the system log, its rules and the lines that test them. */
export const ruleFileSchema = z.strictObject({
  service: z.string().regex(/^[a-z0-9-]{2,32}$/, 'expected a short lower-case name'),
  /** Program names in the system log; `name*` stands for all that begin so. */
  programs: z.array(z.string().regex(/^[A-Za-z0-9_.()/-]{2,64}\*?$/, 'expected a program name')).default([]),
  /** Log files of the service, for discovery. */
  logs: z.array(z.string().startsWith('/', 'expected an absolute path')).default([]),
  rules: z.array(ruleSchema).min(1),
  /** `[line]` says nothing; `[line, event, address or -, user]`. */
  samples: z.array(z.array(z.string()).min(1).max(4)).min(1),
});

/** One file of rules, checked. */
export type RuleFile = z.infer<typeof ruleFileSchema>;
/** One rule, checked. */
export type Rule = RuleFile['rules'][number];
