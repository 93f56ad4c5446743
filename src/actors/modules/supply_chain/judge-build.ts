import { numberOf, type SecurityEvent, textOf } from '../../../domain/event.ts';
import { attackOf, dangerousDefaults, fetchesAndRuns, leakOf } from './code-texts.ts';
import type { Say } from './say.ts';

const MAX_PIECE = 131_072;
const textsOf = (event: SecurityEvent, keys: readonly string[]): string => keys.map((key) => textOf(event.details, key).slice(0, MAX_PIECE)).join('\n');

/** Something that was built or is deployed: signature, provenance, and what its code says. */
export const judgeArtifact = (event: SecurityEvent, say: Say): void => {
  const { details } = event;
  const name = textOf(details, 'artifact_name').slice(0, 200);
  const subject = `artifact:${name || 'unknown'}`;
  const signature = textOf(details, 'signature').trim();
  // Whether a signature is good cannot be told from here; that a single letter is none can.
  if (signature.length < 4)
    say({
      type: 'unsigned_artifact',
      rule: 'signature',
      says: `${name || 'Something'} was built without a signature.`,
      field: 'signature',
      text: name,
      subject,
    });
  if (textOf(details, 'provenance').trim() === '')
    say({
      type: 'missing_provenance',
      rule: 'provenance',
      says: `Nobody says where ${name || 'something'} was built.`,
      field: 'provenance',
      text: name,
      subject,
    });
  judgeCode(textsOf(event, ['artifact_preview', 'artifact_content', 'code_snippet', 'build_log']), name, subject, say);
};

/** A pipeline that ran or was changed: who, what its steps do, what they print. */
export const judgePipeline = (event: SecurityEvent, authorized: ReadonlySet<string>, say: Say): void => {
  const { details } = event;
  const name = textOf(details, 'pipeline_name').slice(0, 200);
  const subject = `pipeline:${name || 'unknown'}`;
  const user = textOf(details, 'user').slice(0, 128);
  if (isUnauthorized(user, authorized)) {
    say({
      type: 'unauthorized_cicd_change',
      rule: 'user',
      says: `The pipeline ${name} was changed by ${user || 'nobody known'}.`,
      field: 'user',
      text: user,
      subject,
    });
  }
  const text = textsOf(event, ['action', 'pipeline_config', 'script', 'diff', 'build_log']);
  const hook = HOOK.test(text) ? fetchesAndRuns(text) : undefined;
  const attack = hook === undefined ? attackOf(text) : undefined;
  if (hook !== undefined)
    say({
      type: 'malicious_build_artifact',
      rule: 'hook',
      says: `An install hook in the pipeline ${name} fetches and runs code: ${hook.slice(0, 200)}`,
      field: 'script',
      text: hook,
      subject,
    });
  if (attack !== undefined)
    say({
      type: 'suspicious_cicd_step',
      rule: 'step',
      says: `A step of the pipeline ${name}: ${attack.slice(0, 200)}`,
      field: 'script',
      text: attack,
      subject,
    });
  const leak = leakOf(text);
  if (leak !== undefined)
    say({
      type: 'cicd_secret_exposure',
      rule: 'print',
      says: `A step of the pipeline ${name} prints secrets: ${leak.slice(0, 200)}`,
      field: 'script',
      text: leak,
      subject,
    });
  judgeDefaults(text, name, subject, say);
};

/** True when a list of people is given and this one is not on it. */
export const isUnauthorized = (user: string, authorized: ReadonlySet<string>): boolean => authorized.size > 0 && !authorized.has(user);

/** Counts of a scan of what is installed. */
export const judgeSbom = (event: SecurityEvent, say: Say): void => {
  const critical = numberOf(event.details, 'critical_count') ?? 0;
  const high = numberOf(event.details, 'high_count') ?? 0;
  const total = numberOf(event.details, 'vulnerability_count') ?? critical + high;
  const counters = { critical, high, total };
  if (critical > 0)
    say({
      type: 'sbom_critical_vulns',
      rule: 'scan',
      says: `${critical} critical vulnerabilities in what is installed, ${total} in all.`,
      field: 'critical_count',
      text: String(critical),
      counters,
      subject: 'sbom:host',
    });
  else if (high > 0)
    say({
      type: 'sbom_high_vulns',
      rule: 'scan',
      says: `${high} serious vulnerabilities in what is installed, ${total} in all.`,
      field: 'high_count',
      text: String(high),
      counters,
      subject: 'sbom:host',
    });
};

const HOOK = /\b(?:pre|post)?install\b["']?\s{0,4}:|\bpostinstall\b|\bpreinstall\b/;

const judgeCode = (text: string, name: string, subject: string, say: Say): void => {
  const hook = HOOK.test(text) ? fetchesAndRuns(text) : undefined;
  if (hook !== undefined)
    say({
      type: 'malicious_build_artifact',
      rule: 'hook',
      says: `${name} brings an install hook that fetches and runs code: ${hook.slice(0, 200)}`,
      field: 'artifact_content',
      text: hook,
      subject,
    });
  judgeDefaults(text, name, subject, say);
};

const judgeDefaults = (text: string, name: string, subject: string, say: Say): void => {
  for (const one of dangerousDefaults(text)) {
    say({
      type: 'dangerous_code_default',
      rule: one.rule,
      severity: one.severity,
      says: `In ${name || 'the code'}: ${one.says}.`,
      field: 'code',
      text: one.text,
      subject: `${subject}:${one.rule}`,
    });
  }
};
