import type { SecurityEvent } from '../../../domain/event.ts';
import { textOf } from '../../../domain/event.ts';
import { createBoundedMap } from '../../../domain/windows/bounded-map.ts';
import { type Detector, defineModule, type Emit } from '../../contract.ts';
import { judgeClaim } from './claims.ts';
import { type DraftContext, draftOf } from './draft.ts';
import { createExecChains } from './exec-chains.ts';
import { judgeFile } from './file-events.ts';
import { judgeProcess } from './judge-process.ts';
import { judgeScript } from './judge-script.ts';
import { manifest } from './manifest.ts';
import type { Match } from './match.ts';
import { judgeMediaTool } from './media-tool.ts';
import { createPipeLinks } from './pipe-links.ts';
import { type ProcessFacts, processFactsOf } from './process-facts.ts';
import { createRecentSteps } from './recent-steps.ts';
import { judgePersistence, judgeScriptEvent } from './script-events.ts';
import type { RuntimeSettings } from './settings.ts';
import { judgeSocketShell } from './socket-shell.ts';
import { judgeWindowsProcess } from './windows-process.ts';
import { worstOfType } from './worst-of-type.ts';

/** Judges programs that start, and what other sensors say about processes, files, jobs and firmware. */
export const createDetector = (settings: RuntimeSettings): Detector => {
  const pipes = createPipeLinks();
  const steps = createRecentSteps();
  const chains = createExecChains();
  const owners = createSocketOwners();
  const stolen = createBoundedMap<string, SecurityEvent>(MAX_SOCKETS);
  const onProcess = (event: SecurityEvent, emit: Emit): void => {
    const facts = processFactsOf(event);
    if (isTrusted(facts, settings)) return;
    const found = worstOfType((add) => {
      judgeProcess(facts, add);
      judgeSocketShell(facts, owners, add);
      // Where the executable is known its place was judged above, with its parents in view.
      const isPlaced = facts.hasArgv && facts.executable !== '';
      for (const one of judgeScript(facts.script)) if (!isPlaced || one.rule !== 'exec_scratch' || one.command !== facts.head) add(one);
      judgeMediaTool(facts, add);
      judgeWindowsProcess(facts, add);
    });
    const context = contextOf(event, 'command_line', facts.commandLine || facts.executable || facts.name);
    for (const one of found) {
      // What a stolen shell starts inherits its socket: one attack, told about the shell that began it.
      const [socket = ''] = facts.stdio;
      const first = one.type === 'reverse_shell' && socket.startsWith('socket:') ? stolen.get(socket) : undefined;
      const chain = chains.take(one.type, event, facts.commandLine);
      if (first !== undefined) emit(draftOf(one, { ...context, entities: first.entities, earlier: [first.id] }));
      else emit(draftOf(one, chain === undefined ? context : { ...context, entities: chain.first, earlier: [chain.eventId] }));
      if (one.type === 'reverse_shell' && first === undefined && socket.startsWith('socket:')) stolen.set(socket, event);
    }
    const joined = pipes.onProcess(facts);
    if (joined !== undefined) {
      emit(
        draftOf(joined.found, {
          ...context,
          earlier: joined.other.event === event ? [joined.shell.event.id] : [joined.other.event.id],
          entities: joined.shell.event.entities,
        }),
      );
    }
    const step = steps.onProcess(facts, textOf(event.details, 'cwd'));
    if (step !== undefined) emit(draftOf(step.found, { ...context, earlier: step.earlier }));
  };
  return {
    onEvent: (event, emit) => {
      if (PROCESS_EVENTS.has(event.type)) return onProcess(event, emit);
      const judge = JUDGES.get(event.type);
      if (judge === undefined) return;
      const context = contextOf(event, ...evidenceOf(event));
      for (const one of worstOfType((add) => judge(event, add))) emit(draftOf(one, context));
    },
    size: () => pipes.size() + steps.size() + owners.size() + stolen.size() + chains.size(),
    sweep: (now) => {
      pipes.sweep(now);
      steps.sweep(now);
      chains.sweep(now);
      stolen.prune((event) => event.at < now - STOLEN_MS);
    },
  };
};

/** The module. */
export const runtimeWatcher = defineModule({ manifest, createDetector });

const PROCESS_EVENTS: ReadonlySet<string> = new Set(['process_start', 'process_exec']);

type Judge = (event: SecurityEvent, add: (found: Match) => void) => void;

const FILE_EVENTS = ['file_change', 'file_modified', 'file_created', 'file_deleted'];
const PERSISTENCE_EVENTS = ['persistence_created', 'scheduled_task', 'wmi_subscription', 'registry_run_key', 'startup_item', 'cron_job', 'systemd_service'];
const SCRIPT_EVENTS = ['fileless_execution', 'powershell_exec', 'wmi_exec', 'mshta_exec'];
const CLAIM_EVENTS = [
  'privilege_change',
  'setuid',
  'capability_change',
  'container_event',
  'memory_injection',
  'process_hollowing',
  'dll_injection',
  'firmware_event',
  'uefi_event',
  'bootloader_change',
  'driver_load',
];

const JUDGES: ReadonlyMap<string, Judge> = new Map<string, Judge>([
  ...FILE_EVENTS.map((type): [string, Judge] => [type, judgeFile]),
  ...PERSISTENCE_EVENTS.map((type): [string, Judge] => [type, judgePersistence]),
  ...SCRIPT_EVENTS.map((type): [string, Judge] => [type, judgeScriptEvent]),
  ...CLAIM_EVENTS.map((type): [string, Judge] => [type, judgeClaim]),
]);

const contextOf = (event: SecurityEvent, field: string, text: string): DraftContext => ({ event, field, text });

const evidenceOf = (event: SecurityEvent): [string, string] => {
  for (const field of ['command_line', 'command', 'path', 'action', 'technique', 'driver_name', 'secure_boot', 'hash', 'name']) {
    const text = textOf(event.details, field);
    if (text !== '') return [field, text];
  }
  return ['summary', event.summary];
};

const isTrusted = (facts: ProcessFacts, settings: RuntimeSettings): boolean => {
  if (facts.event.details['gone'] === true) return true;
  if (settings.trusted_executables.length === 0 || facts.executable === '') return false;
  return settings.trusted_executables.some((path) => (path.endsWith('/') ? facts.executable.startsWith(path) : facts.executable === path));
};

const MAX_SOCKETS = 2048;
const STOLEN_MS = 86_400_000;

const createSocketOwners = () => {
  const sockets = createBoundedMap<string, true>(MAX_SOCKETS);
  return {
    has: sockets.has,
    add: (socket: string): void => {
      if (socket.startsWith('socket:')) sockets.set(socket, true);
    },
    size: sockets.size,
  };
};
