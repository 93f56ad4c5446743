import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { createDecisionPreview, type PreviewedDecision } from '../src/daemon/preview-decisions.ts';
import { createEventReplay, openInput, replayAlerts } from '../src/daemon/replay.ts';
import type { PresetName } from '../src/domain/policy.ts';

/** One alert that a recorded attack raised, and what a preset decided about it. */
export type Judged = { readonly module: string; readonly type: string; readonly severity: string; readonly decisions: readonly PreviewedDecision[] };

/** Judged alerts of every attack, by file, for one preset. */
export type JudgedCorpus = { readonly [file: string]: readonly Judged[] };

const DIRECTORY = join(import.meta.dirname, '../test/corpora');

/** Defaults only, whatever this host's own configuration says. */
export const CORPUS_CONFIG = join(DIRECTORY, 'config.yaml');

/** The recorded attacks, in the order of the page. */
export const ATTACKS = [
  { file: 'ssh-brute-force.log', title: 'SSH: one account, many passwords' },
  { file: 'ssh-spray.log', title: 'SSH: a few passwords on many accounts' },
  { file: 'ssh-stuffing.log', title: 'SSH: a list of stolen accounts' },
  { file: 'ssh-login-after-failures.log', title: 'SSH: a login that works after many that failed' },
  { file: 'port-scan.log', title: 'Port scan that the firewall let through' },
  { file: 'port-scan-refused.log', title: 'Port scan that the firewall refused' },
  { file: 'web-scanner.log', title: 'Web: a vulnerability scanner' },
  { file: 'sql-injection.log', title: 'Web: SQL injection' },
  { file: 'path-traversal.log', title: 'Web: path traversal' },
  { file: 'command-injection.log', title: 'Web: command injection' },
  { file: 'reverse-shell.jsonl', title: 'Program: reverse shell under a web server' },
  { file: 'miner.jsonl', title: 'Program: crypto miner in /tmp' },
  { file: 'backup-destruction.jsonl', title: 'Program: backups are destroyed' },
  { file: 'credential-dump.jsonl', title: 'Program: passwords are dumped' },
  { file: 'second-root.jsonl', title: 'Account: a second root' },
] as const;

/** Where a recorded attack lies. */
export const attackPath = (file: string): string => join(DIRECTORY, file);

/** The whole corpus through detection and the real decision, as `1sec replay --preset` does it. */
export const judgeCorpus = async (preset: PresetName, mode: { readonly dryRun: boolean }): Promise<JudgedCorpus> => {
  const judged: [string, readonly Judged[]][] = [];
  for (const { file } of ATTACKS) judged.push([file, await judgeFile(file, preset, mode)]);
  return Object.fromEntries(judged);
};

const judgeFile = async (file: string, preset: PresetName, mode: { readonly dryRun: boolean }): Promise<readonly Judged[]> => {
  const preview = await createDecisionPreview(preset, { flag: CORPUS_CONFIG, variables: {} }, mode);
  const judged: Judged[] = [];
  const path = attackPath(file);
  const common = {
    settings: {},
    warn: (line: string): never => {
      throw new Error(`${file}: ${line}`);
    },
    onAlert: (alert: Parameters<typeof preview>[0]): void => {
      judged.push({ module: alert.module, type: alert.type, severity: alert.severity, decisions: preview(alert) });
    },
  };
  if (file.endsWith('.log')) {
    await replayAlerts({ ...common, path, bytes: await openInput(path, createReadStream(path)), grammar: 'auto', receivedAt: RECORDED_AT });
    return judged;
  }
  const replay = createEventReplay({ ...common, now: () => RECORDED_AT });
  let text = '';
  for await (const part of createReadStream(path, 'utf8')) text += part;
  for (const line of text.split('\n')) if (line !== '') replay.take(line);
  replay.end();
  return judged;
};

const RECORDED_AT = Date.UTC(2026, 0, 12, 4);
