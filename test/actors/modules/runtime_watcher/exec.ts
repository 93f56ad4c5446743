import { runtimeWatcher } from '../../../../src/actors/modules/runtime_watcher/detect.ts';
import type { SecurityEvent } from '../../../../src/domain/event.ts';
import type { Severity } from '../../../../src/domain/severity.ts';
import { type Raised, runDetector, TEST_START, worstSeverity } from '../../../kit/run-detector.ts';

export type Exec = {
  readonly argv?: readonly string[];
  readonly text?: string;
  readonly pid?: number;
  readonly at?: number;
  readonly exe?: string;
  readonly parents?: readonly string[];
  readonly stdio?: readonly string[];
  readonly details?: { readonly [key: string]: unknown };
};

/** A program start as the process collector reports it; `text` alone is a command line as somebody typed it. */
export const execOf = ({ argv, text, pid = 900, at = 0, exe, parents = [], stdio = [], details = {} }: Exec): SecurityEvent => {
  const name = argv?.[0]?.split('/').at(-1) ?? '';
  const executable = exe ?? (argv === undefined ? '' : `/usr/bin/${name}`);
  return {
    id: `exec-${pid}-${at}`,
    at: TEST_START + at,
    source: 'process',
    module: 'process',
    type: 'process_exec',
    severity: 'INFO',
    summary: '',
    trust: 'sensor',
    entities: argv === undefined ? {} : { process: { pid, startTime: pid * 10, exe: executable } },
    details: {
      ...(argv === undefined ? { command_line: text ?? '' } : { argv, command_line: argv.join(' '), process_name: name, executable_path: executable, pid }),
      ...(parents.length === 0 ? {} : { parent_process: parents[0], parents }),
      ...(stdio.length === 0 ? {} : { stdio }),
      ...details,
    },
  };
};

/** What a fresh module says about program starts in order. */
export const judge = (...execs: readonly Exec[]): readonly Raised[] => runDetector(runtimeWatcher, {}, execs.map(execOf));

/** `reverse_shell CRITICAL`, sorted. */
export const said = (raised: readonly Raised[]): readonly string[] => raised.map(({ type, severity }) => `${type} ${severity}`).toSorted();

/** The worst severity of a command line as typed; INFO when nothing is found. */
export const worstOf = (text: string): Severity => worstSeverity(judge({ text }), []) ?? 'INFO';
