import { toSafe } from './safe-text.ts';

/** Every expected failure: what it means, what to do next, how the CLI exits. `docs/reference/errors.md` mirrors this table (tested). */
export const ERROR_CATALOGUE = {
  SEC_USAGE: { exit: 2, message: 'The command was not understood.', hint: 'See `1sec help` for the commands and their flags.' },
  SEC_ALREADY_RUNNING: { exit: 3, message: 'Another daemon is already running.', hint: 'Stop it with `1sec stop`, or attach with `1sec tui`.' },
  SEC_NOT_RUNNING: { exit: 4, message: 'No daemon answers on the socket.', hint: 'Start one with `1sec daemon`, or name its socket with --socket.' },
  SEC_FORBIDDEN: { exit: 5, message: 'This user may not do that.', hint: 'Use root, or join the group that owns the socket.' },
  SEC_NOT_FOUND: { exit: 6, message: 'There is nothing by that name.', hint: 'List what exists first; a unique prefix of an id is enough.' },
  SEC_AMBIGUOUS: { exit: 6, message: 'More than one thing starts with that.', hint: 'Give more characters of the id.' },
  SEC_CONFLICT: { exit: 7, message: 'It changed in the meantime.', hint: 'Look at it again, then decide again.' },
  SEC_REFUSED: { exit: 8, message: 'A guard refused the action.', hint: 'The reason names the guard; the allow list and the operator always win.' },
  SEC_UNAVAILABLE: { exit: 9, message: 'This host or build cannot do that.', hint: 'See `1sec enforce status` for what each action needs.' },
  SEC_VERIFY_FAILED: {
    exit: 10,
    message: 'The action ran, but a check afterwards did not find its effect.',
    hint: 'See the record in `1sec enforce history`.',
  },
  SEC_CONFIG_INVALID: {
    exit: 11,
    message: 'The configuration is not valid.',
    hint: 'Fix the named line; `1sec config --validate` checks it without starting anything.',
  },
  SEC_CONFIG_UNREADABLE: { exit: 11, message: 'The configuration file cannot be read.', hint: 'Check its path and permissions.' },
  SEC_INPUT_INVALID: { exit: 12, message: 'The input is not valid.', hint: 'The message says which line, what was expected and what was found.' },
  SEC_INPUT_UNREADABLE: { exit: 12, message: 'The input cannot be read.', hint: 'Check the path and its permissions, or use - for standard input.' },
  SEC_STORE_CORRUPT: {
    exit: 13,
    message: 'The database could not be opened safely.',
    hint: 'It was kept aside untouched; the daemon runs observe-only until it is looked at.',
  },
  SEC_STORE_FULL: { exit: 14, message: 'The disk that holds the database is full.', hint: 'Free space; nothing that was promised is lost, new actions wait.' },
  SEC_STORE_LOCKED: {
    exit: 3,
    message: 'The data directory belongs to another process.',
    hint: 'One daemon per data directory; set ONESEC_DATA_DIR for a second one.',
  },
  SEC_STORE_UNUSABLE: {
    exit: 13,
    message: 'The data directory cannot be used.',
    hint: 'Check its path and permissions, or name another with ONESEC_DATA_DIR.',
  },
  SEC_SOCKET_UNUSABLE: { exit: 11, message: 'The socket cannot be made.', hint: 'Check its directory and permissions, or name another with --socket.' },
  SEC_HISTORY_BROKEN: { exit: 15, message: 'The history chain does not verify.', hint: 'The first broken record is named; keep the database for inspection.' },
  SEC_SOURCE_UNREADABLE: { exit: 16, message: 'A source cannot be read.', hint: 'It is parked and tried again; root can read every log.' },
  SEC_TIMEOUT: { exit: 17, message: 'It took too long.', hint: 'Try again; see `1sec status` for what is slow.' },
  SEC_PROTOCOL: { exit: 18, message: 'Client and daemon do not speak the same version.', hint: 'Restart the daemon after an upgrade.' },
  SEC_CLEANUP_INCOMPLETE: { exit: 19, message: 'Cleanup could not remove everything.', hint: 'The list says what is left and why; run it again as root.' },
  SEC_HOST_REFUSED: {
    exit: 20,
    message: 'The kernel or a system tool refused the change.',
    hint: 'The text is what it answered; nothing of this change was applied.',
  },
  SEC_CONFIRM: { exit: 23, message: 'It has to be confirmed.', hint: 'Run the same again with --confirm and the code; it changes when what you saw changes.' },
  SEC_UNDELIVERED: {
    exit: 22,
    message: 'The endpoint did not take the notice.',
    hint: 'Check its address and token in the configuration; `1sec notify list` shows its state.',
  },
  SEC_UNHEALTHY: { exit: 24, message: 'Something keeps 1-SEC from working as it should.', hint: 'Each line of `1sec doctor` says what to do.' },
  SEC_INTERNAL: { exit: 70, message: 'Something broke inside.', hint: 'Please report it with the text above.' },
} as const satisfies { readonly [code: string]: { readonly exit: number; readonly message: string; readonly hint: string } };

export type ErrorCode = keyof typeof ERROR_CATALOGUE;

/** True for a code of the catalogue. */
export const isErrorCode = (text: string): text is ErrorCode => Object.hasOwn(ERROR_CATALOGUE, text);

/** An expected failure with its code. `detail` says what, where, expected, got: outside text in it is made safe here. */
export class SecError extends Error {
  readonly code: ErrorCode;
  readonly detail: string;

  constructor(code: ErrorCode, detail = '', options: { readonly cause?: unknown } = {}) {
    super(detail === '' ? ERROR_CATALOGUE[code].message : `${ERROR_CATALOGUE[code].message} ${toSafe(detail, 2000)}`, options);
    this.name = 'SecError';
    this.code = code;
    this.detail = toSafe(detail, 2000);
  }

  get hint(): string {
    return ERROR_CATALOGUE[this.code].hint;
  }

  get exitCode(): number {
    return ERROR_CATALOGUE[this.code].exit;
  }
}

/** Any thrown value as a SecError; what is not one becomes SEC_INTERNAL with its message. */
export const toSecError = (thrown: unknown): SecError => {
  if (thrown instanceof SecError) return thrown;
  return new SecError('SEC_INTERNAL', thrown instanceof Error ? thrown.message : String(thrown), { cause: thrown });
};

/** The words of any thrown value. */
export const messageOf = (thrown: unknown): string => (thrown instanceof Error ? thrown.message : String(thrown));
