import type { Redirect, RedirectOp, Via } from './shell-types.ts';
import { type Cursor, type Nested, readWord, type Word } from './shell-word.ts';
import { outputOf, producersOf } from './static-output.ts';

/** A simple command before wrappers are taken off. */
export type RawCommand = {
  readonly words: readonly Word[];
  readonly assigns: readonly (readonly [string, string])[];
  readonly redirects: readonly Redirect[];
  readonly isInLoop: boolean;
  readonly input?: string | undefined;
};

export type RawPipeline = { readonly commands: readonly RawCommand[]; readonly via: Via };

export type Reading = { readonly pipelines: readonly RawPipeline[]; readonly isCut: boolean };

const MAX_COMMANDS = 160;
const MAX_DEPTH = 8;
const MAX_VARIABLES = 64;

/**
 * Reads shell text the way a shell would, without running anything: quotes, escapes, variables set earlier in the text,
 * substitutions, here-documents, redirections, loops. Never throws; one pass over the text, bounded output.
 */
export const readShell = (text: string, variables: Map<string, string> = new Map()): Reading => {
  const state: State = { text, at: 0, depth: 0, loops: 0, variables, out: [], count: { commands: 0 }, isCut: false, heredocs: [] };
  readList(state, '', 'direct');
  return { pipelines: state.out, isCut: state.isCut };
};

type Building = { words: Word[]; assigns: (readonly [string, string])[]; redirects: Redirect[]; input: string | undefined };

type State = Cursor & {
  depth: number;
  loops: number;
  readonly out: RawPipeline[];
  readonly count: { commands: number };
  heredocs: { readonly mark: string; readonly command: Building }[];
};

const readList = (state: State, terminator: string, via: Via): RawPipeline[] => {
  const mine: RawPipeline[] = [];
  let pipeline: Building[] = [];
  let command = startCommand();
  let groups = 0;
  const closeCommand = (): boolean => {
    const isEmpty = command.words.length + command.assigns.length + command.redirects.length === 0;
    if (!isEmpty) pipeline.push(command);
    command = startCommand();
    return !isEmpty;
  };
  const closePipeline = (): void => {
    closeCommand();
    if (pipeline.length > 0) mine.push(finish(state, pipeline, via));
    pipeline = [];
  };
  while (state.at < state.text.length) {
    if (state.count.commands > MAX_COMMANDS) {
      state.isCut = true;
      state.at = state.text.length;
      break;
    }
    const char = state.text[state.at] ?? '';
    const next = state.text[state.at + 1];
    if (char === terminator && groups === 0) break;
    if (char === ' ' || char === '\t' || char === '\r') state.at += 1;
    else if (char === '\\' && next === '\n') state.at += 2;
    else if (char === '#' && (state.at === 0 || /[\s;&|()]/.test(state.text[state.at - 1] ?? ''))) skipLine(state);
    else if (char === '\n' || char === ';' || (char === '&' && next !== '>')) {
      state.at += char !== '\n' && next === char ? 2 : 1;
      if (char === '\n' && state.heredocs.length > 0) readHeredocs(state);
      closePipeline();
    } else if (char === '|' && next === '|') {
      state.at += 2;
      closePipeline();
    } else if (char === '|') {
      state.at += next === '&' ? 2 : 1;
      // `( a; b ) | c`, `while …; done | c`: the producer is what was closed last.
      if (!closeCommand() && pipeline.length === 0) pipeline = reopen(state, mine);
    } else if (char === '(' || char === ')') {
      state.at += 1;
      groups = Math.max(0, groups + (char === '(' ? 1 : -1));
      closePipeline();
    } else if (!readRedirect(state, command)) addWord(state, command);
  }
  closePipeline();
  return mine;
};

const startCommand = (): Building => ({ words: [], assigns: [], redirects: [], input: undefined });

const skipLine = (state: State): void => {
  const end = state.text.indexOf('\n', state.at);
  state.at = end === -1 ? state.text.length : end;
};

const finish = (state: State, building: readonly Building[], via: Via): RawPipeline => {
  const isInLoop = state.loops > 0;
  const pipeline: RawPipeline = {
    commands: building.map((one) => ({ words: one.words, assigns: one.assigns, redirects: one.redirects, isInLoop, input: one.input })),
    via,
  };
  state.out.push(pipeline);
  return pipeline;
};

const reopen = (state: State, mine: RawPipeline[]): Building[] => {
  const last = mine.pop();
  if (last === undefined) return [];
  const index = state.out.lastIndexOf(last);
  if (index !== -1) state.out.splice(index, 1);
  return last.commands.map((raw) => ({ words: [...raw.words], assigns: [...raw.assigns], redirects: [...raw.redirects], input: raw.input }));
};

const REDIRECT = /(\d{0,4})(&>>|&>|>>|>&|>\||<>|<&|<<<|<<-|<<|>|<)/y;
const REDIRECT_OPS: { readonly [text: string]: RedirectOp } = {
  '>': '>',
  '>|': '>',
  '>>': '>>',
  '&>': '&>',
  '&>>': '&>',
  '>&': '>&',
  '<': '<',
  '<>': '<>',
  '<&': '<&',
};

const readRedirect = (state: State, command: Building): boolean => {
  REDIRECT.lastIndex = state.at;
  const match = REDIRECT.exec(state.text);
  if (match === null) return false;
  const [whole, digits = '', op = ''] = match;
  const after = state.at + whole.length;
  if (state.text[after] === '(' && op.length === 1 && digits === '') return false;
  state.at = after;
  while (state.text[state.at] === ' ' || state.text[state.at] === '\t') state.at += 1;
  const words = readWord(state, nestedReader(state));
  const target = words.map((word) => word.value).join(' ');
  const feeds = words.flatMap((word) => word.feeds);
  if (op === '<<' || op === '<<-') {
    if (target !== '' && state.heredocs.length < 8) state.heredocs.push({ mark: target, command });
    return true;
  }
  if (op === '<<<') command.input = target;
  else if (command.redirects.length < 16) command.redirects.push({ fd: digits === '' ? undefined : Number(digits), op: REDIRECT_OPS[op] ?? '>', target });
  // `sh <<< "$(curl …)"`, `sh < <(curl …)`: what it reads came from those programs.
  if (feeds.length > 0) command.words.push({ value: '', isObfuscated: false, feeds });
  return true;
};

const readHeredocs = (state: State): void => {
  for (const { mark, command } of state.heredocs) {
    const start = state.at;
    let bodyEnd = state.text.length;
    while (state.at < state.text.length) {
      const lineStart = state.at;
      const end = state.text.indexOf('\n', lineStart);
      state.at = end === -1 ? state.text.length : end + 1;
      if (state.text.slice(lineStart, end === -1 ? undefined : end).trim() !== mark) continue;
      bodyEnd = lineStart;
      break;
    }
    command.input = state.text.slice(start, bodyEnd);
  }
  state.heredocs = [];
};

const KEYWORDS: ReadonlySet<string> = new Set(['if', 'then', 'else', 'elif', 'fi', 'do', 'done', 'while', 'until', 'esac', 'time', '!', '{', '}', 'coproc']);
const ASSIGNMENT = /^([A-Za-z_][A-Za-z0-9_]{0,63})\+?=/;
const DECLARES: ReadonlySet<string> = new Set(['export', 'declare', 'local', 'readonly', 'typeset']);

const addWord = (state: State, command: Building): void => {
  const from = state.at;
  const words = readWord(state, nestedReader(state));
  if (state.at === from) {
    // Nothing a word can start with: skipped, so that every turn makes progress.
    state.at += 1;
    return;
  }
  const first = words[0];
  if (first === undefined) return;
  const head = command.words[0]?.value;
  if (head === undefined) {
    const raw = state.text.slice(from, Math.min(state.at, from + 70));
    if (KEYWORDS.has(raw)) {
      state.loops = Math.max(0, state.loops + (raw === 'do' ? 1 : 0) - (raw === 'done' ? 1 : 0));
      return;
    }
    if (ASSIGNMENT.test(raw)) {
      assign(state, command, words);
      return;
    }
    state.count.commands += 1;
  }
  if (head !== undefined && DECLARES.has(head) && ASSIGNMENT.test(first.value)) assign(state, command, words);
  if (head === 'for' && command.words.length === 3) {
    const name = command.words[1]?.value ?? '';
    remember(state, name, first.value);
    if (first.feeds.length > 0) remember(state, `${name} feeds`, first.feeds.join(' '));
  }
  for (const word of words) if (command.words.length < 512) command.words.push(word);
};

const assign = (state: State, command: Building, words: readonly Word[]): void => {
  const text = words.map((word) => word.value).join(' ');
  const name = ASSIGNMENT.exec(text)?.[1];
  if (name === undefined) return;
  const value = text.slice(text.indexOf('=') + 1);
  if (command.assigns.length < 16) command.assigns.push([name, value]);
  remember(state, name, value);
  const feeds = words.flatMap((word) => word.feeds);
  if (feeds.length > 0) remember(state, `${name} feeds`, feeds.join(' '));
};

const remember = (state: State, name: string, value: string): void => {
  if (state.variables.size < MAX_VARIABLES || state.variables.has(name)) state.variables.set(name, value.slice(0, 1024));
};

const nestedReader =
  (state: State) =>
  (inner: string | undefined): Nested => {
    if (state.depth >= MAX_DEPTH) {
      state.isCut = true;
      return { output: undefined, feeds: [], placeholder: '$()' };
    }
    if (inner === undefined) {
      const { heredocs, loops } = state;
      state.heredocs = [];
      state.depth += 1;
      const pipelines = readList(state, ')', 'substitution');
      state.depth -= 1;
      state.at += 1;
      state.heredocs = heredocs;
      state.loops = loops;
      return nestedOf(pipelines);
    }
    const child: State = { ...state, text: inner, at: 0, depth: state.depth + 1, heredocs: [] };
    const pipelines = readList(child, '', 'substitution');
    state.isCut ||= child.isCut;
    return nestedOf(pipelines);
  };

const nestedOf = (pipelines: readonly RawPipeline[]): Nested => {
  // Of `$(which a || which b)` the first will do.
  const first = pipelines[0];
  return {
    output: first === undefined ? undefined : outputOf(first.commands),
    feeds: pipelines.flatMap((pipeline) => producersOf(pipeline.commands)).slice(0, 8),
    placeholder: `$(${(first?.commands[0]?.words ?? [])
      .slice(0, 4)
      .map((word) => word.value.slice(0, 40))
      .join(' ')})`,
  };
};
