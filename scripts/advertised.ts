import type { PresetName } from '../src/domain/policy.ts';
import type { Judged, JudgedCorpus } from './attack-corpus.ts';

/** What a preset promises in a sentence, and what of a judged corpus breaks the promise (empty: it is kept). */
export type Advertised = { readonly preset: PresetName; readonly says: string; readonly broken: (corpus: JudgedCorpus) => readonly string[] };

/** The promises of all presets, the weakest first. */
export const ADVERTISED: readonly Advertised[] = [
  {
    preset: 'lax',
    says: 'Only logs: nothing is done and nobody is asked.',
    broken: (corpus) => where(corpus, ({ decisions }) => decisions.some(({ action }) => action !== 'log_only')),
  },
  {
    preset: 'safe',
    says: 'Blocks brute force, sprays, stuffing and port scans by itself; asks before it kills (ransomware only); only logs everything else.',
    broken: (corpus) => [
      ...unless(corpus, BLOCKABLE, (decisions) => decisions.some(({ action, outcome }) => action === 'block_ip' && outcome === 'execute')),
      ...where(corpus, ({ decisions }) => decisions.some(({ action, outcome }) => outcome === 'execute' && action !== 'block_ip' && action !== 'log_only')),
      ...where(corpus, ({ module, decisions }) => module !== 'ransomware' && decisions.some(({ outcome }) => outcome === 'needs-approval')),
      ...unless(corpus, ['backup-destruction.jsonl'], (decisions) => decisions.some(asksToKill)),
    ],
  },
  {
    preset: 'balanced',
    says: 'Blocks attackers from the network by itself; asks before it kills, quarantines or locks an account.',
    broken: (corpus) => [
      ...unless(corpus, [...BLOCKABLE, ...WEB], (decisions) => decisions.some(({ action, outcome }) => action === 'block_ip' && outcome === 'execute')),
      ...unless(corpus, PROGRAMS, (decisions) => decisions.some(asksToKill)),
      ...where(corpus, hardWithoutPerson),
    ],
  },
  {
    preset: 'strict',
    says: 'Acts from MEDIUM on, on refused scans too; kills, quarantines and locks only with approval.',
    broken: (corpus) => [
      ...unless(corpus, [...BLOCKABLE, ...WEB, 'port-scan-refused.log'], (decisions) =>
        decisions.some(({ action, outcome }) => action === 'block_ip' && outcome === 'execute'),
      ),
      ...unless(corpus, PROGRAMS, (decisions) => decisions.some(asksToKill)),
      ...unless(corpus, ['second-root.jsonl', 'ssh-login-after-failures.log'], (decisions) =>
        decisions.some(({ action, outcome }) => action === 'disable_user' && outcome === 'needs-approval'),
      ),
      ...where(corpus, hardWithoutPerson),
    ],
  },
  {
    preset: 'vps-agent',
    says: 'Asks nobody: blocks, kills, quarantines and locks by itself.',
    broken: (corpus) => [
      ...unless(corpus, [...BLOCKABLE, ...WEB, 'port-scan-refused.log'], (decisions) =>
        decisions.some(({ action, outcome }) => action === 'block_ip' && outcome === 'execute'),
      ),
      ...unless(corpus, PROGRAMS, (decisions) => decisions.some(({ action, outcome }) => action === 'kill_process' && outcome === 'execute')),
      ...unless(corpus, ['second-root.jsonl'], (decisions) => decisions.some(({ action, outcome }) => action === 'disable_user' && outcome === 'execute')),
      ...where(corpus, ({ decisions }) => decisions.some(({ outcome }) => outcome === 'needs-approval')),
    ],
  },
];

const BLOCKABLE = ['ssh-brute-force.log', 'ssh-spray.log', 'ssh-stuffing.log', 'ssh-login-after-failures.log', 'port-scan.log'];
const WEB = ['web-scanner.log', 'sql-injection.log', 'path-traversal.log', 'command-injection.log'];
const PROGRAMS = ['reverse-shell.jsonl', 'miner.jsonl', 'backup-destruction.jsonl', 'credential-dump.jsonl'];
const HARD: readonly string[] = ['kill_process', 'quarantine_file', 'disable_user', 'command'];

const asksToKill = ({ action, outcome }: Judged['decisions'][number]): boolean => action === 'kill_process' && outcome === 'needs-approval';

const hardWithoutPerson = ({ decisions }: Judged): boolean => decisions.some(({ action, outcome }) => HARD.includes(action) && outcome === 'execute');

const where = (corpus: JudgedCorpus, isBroken: (alert: Judged) => boolean): readonly string[] =>
  Object.entries(corpus).flatMap(([file, alerts]) => alerts.filter(isBroken).map((alert) => `${file}: ${JSON.stringify(alert)}`));

const unless = (corpus: JudgedCorpus, files: readonly string[], isKept: (decisions: Judged['decisions']) => boolean): readonly string[] =>
  files.filter((file) => !isKept((corpus[file] ?? []).flatMap(({ decisions }) => decisions)));
