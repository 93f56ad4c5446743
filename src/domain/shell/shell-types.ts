/** `2>&1` is `{ fd: 2, op: '>&', target: '1' }`. */
export type Redirect = { readonly fd: number | undefined; readonly op: RedirectOp; readonly target: string };

export type RedirectOp = '>' | '>>' | '<' | '<>' | '>&' | '<&' | '&>';

/** How the text that holds a command reached the shell. */
export type Via = 'direct' | 'shell' | 'substitution' | 'piped' | 'decoded' | 'trap' | 'schedule' | 'code' | 'written';

/** One simple command, quotes and wrappers (`sudo`, `env`, `nohup` …) taken off. */
export type Command = {
  /** Normalised name, see `programName`; empty when only variables were set. */
  readonly program: string;
  /** The program word as written. */
  readonly path: string;
  readonly args: readonly string[];
  /** Arguments joined by one blank, at most 4,096 characters. */
  readonly text: string;
  readonly assigns: readonly (readonly [string, string])[];
  readonly redirects: readonly Redirect[];
  /** Names of the wrappers taken off, outermost first. */
  readonly wrappers: readonly string[];
  /** Their words as written, options included; empty without wrappers. */
  readonly wrapperText: string;
  readonly isInLoop: boolean;
  /** The name was spelled so that a reader would not see it: quotes inside, wildcards, `${IFS}`. */
  readonly isObfuscated: boolean;
  /** Programs whose output became part of the arguments: `sh -c "$(curl …)"` has `curl`. */
  readonly feeds: readonly string[];
  /** Text on standard input, when it is known from here-documents or a literal producer. */
  readonly input?: string | undefined;
};

/** Commands joined by pipes, first producer first. */
export type Pipeline = { readonly commands: readonly Command[]; readonly via: Via };

/** A whole command line with everything nested in it, outermost first. */
export type Script = {
  /** The text it came from, at most 8,192 characters. */
  readonly text: string;
  readonly pipelines: readonly Pipeline[];
  /** Something was beyond a bound and is not in `pipelines`. */
  readonly isCut: boolean;
};
