import { type SecurityEvent, textOf } from '../../../domain/event.ts';
import { INTERPRETERS, programName, runsCode, SHELLS } from '../../../domain/shell/programs.ts';
import { scriptOfArgv, scriptOfText } from '../../../domain/shell/script.ts';
import type { Command, Script } from '../../../domain/shell/shell-types.ts';

/** What an event says about a program that was started, decoded and bounded. Absent is undefined or empty, never guessed. */
export type ProcessFacts = {
  readonly event: SecurityEvent;
  /** Name as reported, normalised; empty when only a command line is known. */
  readonly name: string;
  /** File that is run, `/proc/<pid>/exe` where it could be read. */
  readonly executable: string;
  readonly commandLine: string;
  readonly script: Script;
  /** The program itself, without what it nests; undefined when nothing is known. */
  readonly head: Command | undefined;
  readonly hasArgv: boolean;
  readonly parent: string;
  /** Names of parents, nearest first, normalised. */
  readonly parents: readonly string[];
  /** What descriptors 0, 1 and 2 lead to: `socket:[…]`, `pipe:[…]`, `/dev/pts/0`. */
  readonly stdio: readonly string[];
  readonly preload: string;
  readonly argv0: string;
  readonly isDeleted: boolean;
  readonly isMemory: boolean;
  readonly isWithoutTerminal: boolean;
};

const MAX_TEXT = 8192;

/** Decodes a process event. */
export const processFactsOf = (event: SecurityEvent): ProcessFacts => {
  const { details } = event;
  const argv = textsOf(details['argv'], 512);
  const executable = textOf(details, 'executed_path') || textOf(details, 'executable_path') || textOf(details, 'path') || event.entities.process?.exe || '';
  const commandLine = (textOf(details, 'command_line') || argv.join(' ')).slice(0, MAX_TEXT);
  const script = argv.length > 0 ? scriptOfArgv(identified(argv, executable), commandLine) : scriptOfText(commandLine);
  const reported = textOf(details, 'process_name') || event.entities.process?.name || '';
  const head = headOf(script);
  const parent = programName(textOf(details, 'parent_process').slice(0, 256));
  const listed = textsOf(details['parents'], 16).map(programName);
  return {
    event,
    name: programName(reported.slice(0, 256)),
    executable: executable.slice(0, 4096),
    commandLine,
    script,
    head,
    hasArgv: argv.length > 0,
    parent: parent || (listed[0] ?? ''),
    parents: listed.length > 0 ? listed : parent === '' ? [] : [parent],
    stdio: textsOf(details['stdio'], 3),
    preload: textOf(details, 'preload').slice(0, 4096),
    argv0: argv[0] ?? '',
    isDeleted: executable.endsWith(' (deleted)') || details['deleted'] === true,
    isMemory: /^\/?memfd:/.test(executable) || details['memfd'] === true,
    isWithoutTerminal: details['without_terminal'] === true,
  };
};

// A caller chooses its own first argument: an interpreter that calls itself something else is judged as what it is.
const identified = (argv: readonly string[], executable: string): readonly string[] => {
  const exe = programName(executable.replace(/ \(deleted\)$/, ''));
  const claimed = programName(argv[0] ?? '');
  return runsCode(exe) && !runsCode(claimed) ? [executable, ...argv.slice(1)] : argv;
};

const headOf = (script: Script): Command | undefined => {
  const first = script.pipelines.find((pipeline) => pipeline.via === 'direct')?.commands[0];
  return first === undefined || first.program === '' ? undefined : first;
};

const textsOf = (value: unknown, max: number): readonly string[] => {
  if (!Array.isArray(value)) return [];
  const texts: string[] = [];
  for (const one of value.slice(0, max)) if (typeof one === 'string') texts.push(one.slice(0, 4096));
  return texts;
};

/** The name a person would use for the program: by command line, else as reported. */
export const programOf = (facts: ProcessFacts): string => facts.head?.program || facts.name || programName(facts.executable);

/** A shell or language, whichever source names it. */
export const isRunner = (name: string): boolean => SHELLS.has(name) || INTERPRETERS.has(name) || WINDOWS_RUNNERS.has(name);

const WINDOWS_RUNNERS: ReadonlySet<string> = new Set(['cmd', 'wscript', 'cscript', 'mshta']);
