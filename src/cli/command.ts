import type { Client } from '../client/contract.ts';
import type { Clock } from '../domain/clock.ts';

/** One flag. Names are written in camel case here and in kebab case on the command line. */
export type FlagSpec = {
  readonly type: 'string' | 'boolean' | 'number';
  readonly default?: string | boolean | number | undefined;
  readonly shortFlag?: string | undefined;
  readonly summary: string;
};

/** A command as data: help, completion and the parser derive from it; its code is loaded when it runs. */
export type CommandSpec = {
  readonly name: string;
  readonly aliases?: readonly string[] | undefined;
  readonly usage: readonly string[];
  readonly summary: string;
  /** Words it takes after its name; without a bound the command looks at them itself. */
  readonly maxWords?: number | undefined;
  readonly flags: { readonly [name: string]: FlagSpec };
  readonly load: () => Promise<{ readonly run: (context: CommandContext) => Promise<number> }>;
};

/** What a command gets. Flags are read with `text`, `flag` and `number`, so that no command sees an untyped value. */
export type CommandContext = {
  /** Words after the command's name. */
  readonly input: readonly string[];
  readonly flag: (name: string) => boolean;
  readonly text: (name: string) => string | undefined;
  readonly number: (name: string) => number | undefined;
  readonly version: string;
  readonly clock: Clock;
  readonly environment: { readonly [name: string]: string | undefined };
  readonly stdin: NodeJS.ReadStream;
  readonly stdout: NodeJS.WriteStream;
  readonly stderr: NodeJS.WriteStream;
  readonly socketPath: () => string;
  readonly client: (kind?: 'cli' | 'tui') => Promise<Client>;
  /** Ends the process after so many ms, should something that nobody waits for still keep it alive. */
  readonly exitWithin: (ms: number) => void;
  /** One line to standard output. */
  readonly print: (line: string) => void;
};
