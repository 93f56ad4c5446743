import { isBare } from '../../../domain/shell/interpreter-code.ts';
import { programName } from '../../../domain/shell/programs.ts';
import { type Match, match } from './match.ts';
import { BUILDER_PLACE, MEMORY_PLACE, WRITABLE_PLACE } from './path-rules.ts';
import { isRunner, type ProcessFacts, programOf } from './process-facts.ts';
import { rulesFor } from './rules.ts';
import { judgeServerChild } from './server-child.ts';
import { BUILDERS } from './server-programs.ts';
import { ATTACK_TOOLS, DUAL_USE_TOOLS } from './tools.ts';
import { judgeVariables } from './variables.ts';

/** What the process itself tells, apart from its arguments: who started it, from which file, with which libraries, under which name. */
export const judgeProcess = (facts: ProcessFacts, add: (found: Match) => void): void => {
  judgeIdentity(facts, add);
  judgeTool(facts, add);
  judgeServerChild(facts, add);
  judgePlace(facts, add);
  judgeName(facts, add);
  if (facts.preload !== '') judgeVariables([['LD_PRELOAD', facts.preload]], facts.head, add);
};

const judgeIdentity = ({ event: { details } }: ProcessFacts, add: (found: Match) => void): void => {
  const executed = firstText(details, ['executed_path', 'executable_path', 'path']);
  const validated = firstText(details, ['validated_path', 'checked_path']);
  if (executed !== '' && validated !== '' && executed !== validated) {
    add(match('exec_path_swap', 'CRITICAL', 'path_differs', 'the file that was run is not the file that was checked'));
  }
  const found = firstText(details, ['executed_hash', 'hash']).toLowerCase();
  const expected = firstText(details, ['expected_hash', 'validated_hash']).toLowerCase();
  if (found !== '' && expected !== '' && found !== expected)
    add(match('exec_integrity_mismatch', 'CRITICAL', 'hash_differs', 'the file that was run does not have the expected hash'));
};

const firstText = (details: { readonly [key: string]: unknown }, keys: readonly string[]): string => {
  for (const key of keys) {
    const value = details[key];
    if (typeof value === 'string' && value !== '') return value.slice(0, 4096);
  }
  return '';
};

// When only the name is known, the name has to do.
const judgeTool = (facts: ProcessFacts, add: (found: Match) => void): void => {
  const { name, commandLine } = facts;
  if (name === '') return;
  const isMiner = rulesFor(name).some((rule) => rule.id === 'mining');
  if (ATTACK_TOOLS.has(name) || isMiner || (DUAL_USE_TOOLS.has(name) && commandLine === '')) {
    add(match('suspicious_process', 'HIGH', 'attack_tool', 'a program made for attacking is run', facts.head));
  }
  if (isMiner) add(match('crypto_miner', 'CRITICAL', 'mining', 'a coin miner is run', facts.head));
  if (facts.head !== undefined && DUAL_USE_TOOLS.has(name) && commandLine !== '' && facts.head.args.length === 0) {
    add(match('suspicious_process', 'LOW', 'audit_tool', 'a tool for testing or attacking other hosts is run', facts.head));
  }
};

const CONTAINER_STARTERS: ReadonlySet<string> = new Set([
  'runc',
  'crun',
  'containerd-shim',
  'containerd-shim-runc-v2',
  'dockerd',
  'containerd',
  'conmon',
  'podman',
  'crio',
  'kubelet',
  'buildkitd',
  'docker',
  'lxc-start',
  'incusd',
  'lxd',
  'systemd-nspawn',
]);

const judgePlace = (facts: ProcessFacts, add: (found: Match) => void): void => {
  const path = facts.executable;
  const isContainerStart = /^\/?memfd:(?:runc_cloned|crun|runc|lxc|kata)/.test(path) && facts.parents.some((name) => CONTAINER_STARTERS.has(name));
  if (isContainerStart) return;
  const isHandedOver = /^\/proc\/(?:self|\d{1,10})\/fd\/\d{1,6}$|^\/dev\/fd\/\d/.test(path);
  if (facts.isMemory || isHandedOver || /o_tmpfile/i.test(path)) {
    add(match('exec_transient_path', 'HIGH', 'exec_memory', 'a program is run from memory or an open descriptor', facts.head));
    add(match('fileless_execution', 'HIGH', 'exec_memory', 'a program is run that no file on disk holds', facts.head));
    return;
  }
  const isBuild = BUILDER_PLACE.test(path) || facts.parents.some((name) => BUILDERS.has(name));
  if (facts.isDeleted) {
    add(match('exec_transient_path', isBuild ? 'LOW' : 'HIGH', 'exec_deleted', 'a program is run whose file was deleted', facts.head));
    return;
  }
  if (!WRITABLE_PLACE.test(path) || isBuild) return;
  const isHidden = /\/\.[^/]/.test(path.slice(1));
  const isLoud = MEMORY_PLACE.test(path) || isHidden || KERNEL_NAME.test(path.slice(path.lastIndexOf('/') + 1));
  add(match('exec_transient_path', isLoud ? 'HIGH' : 'MEDIUM', 'exec_scratch', 'a program is run from a folder that anyone can write', facts.head));
};

/** Names of kernel threads: a file called like one wants to be overlooked. */
export const KERNEL_NAME: RegExp =
  /^\[?(?:kworker|kthreadd|ksoftirqd|migration|rcu_(?:sched|gp|par_gp|preempt)|kswapd\d?|khugepaged|kauditd|kblockd|kdevtmpfs|watchdogd?|jbd2|scsi_eh|kintegrityd|cpuhp|idle_inject|khungtaskd|oom_reaper|ksmd|kcompactd)\b[\w/:.-]{0,20}\]?$/;

const judgeName = (facts: ProcessFacts, add: (found: Match) => void): void => {
  const { argv0, executable } = facts;
  if (executable === '' || argv0 === '') return;
  if (/^\[[\w/:.-]{2,40}\]$/.test(argv0)) {
    add(match('masquerading', 'HIGH', 'kernel_name', 'a program calls itself like a kernel thread', facts.head));
  }
};

/** True when the process is a shell or language that reads what to do from whoever is on its standard input. */
export const isOpenRunner = (facts: ProcessFacts): boolean => {
  const name = programOf(facts);
  if (!isRunner(name) && !isRunner(programName(facts.executable))) return false;
  return facts.head === undefined ? true : isBare(facts.head);
};
