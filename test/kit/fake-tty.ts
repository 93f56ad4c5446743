import { PassThrough, Writable } from 'node:stream';
import xterm from '@xterm/headless';

export type FakeTty = {
  readonly stdin: NodeJS.ReadStream;
  readonly stdout: NodeJS.WriteStream;
  readonly stderr: NodeJS.WritableStream;
  /** Bytes written to stdout so far. */
  readonly bytes: () => number;
  /** Everything written to stdout so far. */
  readonly output: () => string;
  readonly errors: () => string;
  /** What the keyboard sends in one go. */
  readonly type: (text: string) => void;
  readonly resize: (columns: number, rows: number) => void;
  /** The visible rows, as a terminal emulator shows them, without trailing blanks. */
  readonly rows: () => Promise<readonly string[]>;
  /** Emulated rows that scrolled off the top: the screen must never scroll. */
  readonly scrolledOff: () => number;
  readonly isAlternateScreen: () => Promise<boolean>;
  readonly isRaw: () => boolean;
  /** Character attributes at a cell. */
  readonly cellAt: (
    row: number,
    column: number,
  ) => Promise<{ readonly text: string; readonly isInverse: boolean; readonly isInvisible: boolean; readonly colour: number }>;
};

/** A terminal of one size that counts bytes and shows what a real one would. */
export const createFakeTty = ({ columns, rows }: { readonly columns: number; readonly rows: number }): FakeTty => {
  // A raw terminal still turns a line feed into a line break (ONLCR).
  const terminal = new xterm.Terminal({ cols: columns, rows, allowProposedApi: true, convertEol: true, scrollback: 100 });
  let output = '';
  let errors = '';
  let raw = false;
  const collect = (onText: (text: string) => void): Writable =>
    new Writable({
      decodeStrings: false,
      write: (chunk: string | Buffer, _encoding, done) => {
        onText(String(chunk));
        done();
      },
    });
  const stdout = Object.assign(
    collect((text) => {
      output += text;
      terminal.write(text);
    }),
    { isTTY: true, columns, rows },
  );
  const stdin = Object.assign(new PassThrough(), {
    isTTY: true,
    setRawMode: (mode: boolean) => {
      raw = mode;
      return stdin;
    },
    ref: () => stdin,
    unref: () => stdin,
  });
  const settled = (): Promise<void> => new Promise((resolve) => terminal.write('', resolve));
  return {
    // Only the members above are used.
    stdin: stdin as unknown as NodeJS.ReadStream,
    stdout: stdout as unknown as NodeJS.WriteStream,
    stderr: collect((text) => {
      errors += text;
    }),
    bytes: () => Buffer.byteLength(output),
    output: () => output,
    errors: () => errors,
    type: (text) => {
      stdin.write(text);
    },
    resize: (newColumns, newRows) => {
      terminal.resize(newColumns, newRows);
      Object.assign(stdout, { columns: newColumns, rows: newRows });
      stdout.emit('resize');
    },
    rows: async () => {
      await settled();
      const { active } = terminal.buffer;
      return Array.from({ length: terminal.rows }, (_, index) => active.getLine(active.baseY + index)?.translateToString(true) ?? '');
    },
    scrolledOff: () => terminal.buffer.active.baseY,
    isAlternateScreen: async () => {
      await settled();
      return terminal.buffer.active.type === 'alternate';
    },
    isRaw: () => raw,
    cellAt: async (row, column) => {
      await settled();
      const { active } = terminal.buffer;
      const cell = active.getLine(active.baseY + row)?.getCell(column);
      return {
        text: cell?.getChars() ?? '',
        isInverse: cell?.isInverse() !== 0,
        isInvisible: cell?.isInvisible() !== 0,
        colour: cell?.isFgDefault() === true ? -1 : (cell?.getFgColor() ?? -1),
      };
    },
  };
};
