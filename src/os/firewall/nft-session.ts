import { type ChildProcess, spawn } from 'node:child_process';
import { SecError } from '../../domain/errors.ts';
import { CHILD_ENVIRONMENT, systemCommand } from '../command.ts';
import { runProgram } from '../run-program.ts';
import { createSerial } from '../serial.ts';

/** A way to give commands to nft. Commands run one at a time, in order. */
export type NftSession = {
  /** Runs statements as one transaction. SEC_HOST_REFUSED with nft's words when it fails; then nothing was applied. */
  readonly transact: (statements: readonly string[]) => Promise<void>;
  /** Output of a read command, or undefined when what it asks for does not exist. */
  readonly query: (statement: string) => Promise<string | undefined>;
  readonly close: () => Promise<void>;
};

/**
 * Keeps one `nft -i` running: a small transaction costs a pipe write and an answer instead of a process (0.25 ms instead
 * of 4 ms). After each command a word that is no command is sent; nft complains about it on the same stream as about
 * everything else, so what stands before that complaint belongs to the command. Where nft has no interactive mode, or
 * for large batches (which it reads slower than a file), `nft -f -` does it.
 */
export const createNftSession = (options: { readonly netns?: string | undefined }): NftSession => {
  const serial = createSerial(MAX_WAITING);
  let link: Link | undefined;
  let isInteractive = true;

  const connected = async (): Promise<Link | undefined> => {
    if (!isInteractive) return undefined;
    if (link?.isOpen() === true && link.commands() < MAX_COMMANDS_PER_CHILD) return link;
    await link?.close();
    const command = systemCommand('nft', ['-i'], options.netns);
    const fresh = openLink(spawn(command.file, [...command.args], { env: CHILD_ENVIRONMENT, stdio: ['pipe', 'pipe', 'pipe'] }));
    try {
      await fresh.send('', false);
      link = fresh;
    } catch {
      // No interactive mode in this build of nft (or no permission, which the file mode will say in clear words).
      isInteractive = false;
      link = undefined;
      await fresh.close();
    }
    return link;
  };

  const ask = async (line: string, wantsOutput: boolean): Promise<Answer> => {
    const open = line.length <= MAX_LINE ? await connected() : undefined;
    const answer = await open?.send(line, wantsOutput).catch(() => undefined);
    if (answer !== undefined) return answer;
    // nft died or hung before it answered. Every batch can be given twice, so it is given again to a fresh process.
    const output = await runProgram(systemCommand('nft', ['-f', '-'], options.netns), { input: `${line}\n` });
    return { output: output.stdout, problem: output.code === 0 ? '' : output.stderr };
  };

  return {
    transact: (statements) =>
      serial(async () => {
        if (statements.length === 0) return;
        const { problem } = await ask(statements.join('; '), false);
        if (problem !== '') throw new SecError('SEC_HOST_REFUSED', `nft: ${firstWords(problem)}`);
      }),
    query: (statement) =>
      serial(async () => {
        const { output, problem } = await ask(statement, true);
        if (problem === '') return output;
        if (problem.includes('No such file or directory')) return undefined;
        throw new SecError('SEC_HOST_REFUSED', `nft: ${firstWords(problem)}`);
      }),
    close: async () => {
      isInteractive = false;
      await link?.close();
      link = undefined;
    },
  };
};

type Answer = { readonly output: string; readonly problem: string };

type Link = {
  readonly send: (line: string, wantsOutput: boolean) => Promise<Answer>;
  readonly isOpen: () => boolean;
  readonly commands: () => number;
  readonly close: () => Promise<void>;
};

const openLink = (child: ChildProcess): Link => {
  let output = '';
  let errors = '';
  let isOpen = true;
  let commands = 0;
  let changed: () => void = () => undefined;
  const closed = new Promise<void>((resolve) => {
    const end = (): void => {
      isOpen = false;
      resolve();
      changed();
    };
    child.once('error', end);
    child.once('close', end);
  });
  child.stdout?.on('data', (chunk: Buffer) => {
    output = (output + chunk.toString('latin1')).slice(-MAX_ANSWER);
    changed();
  });
  child.stderr?.on('data', (chunk: Buffer) => {
    errors = (errors + chunk.toString('latin1')).slice(-MAX_ANSWER);
    changed();
  });
  // EPIPE when nft ended: 'close' follows and says so.
  child.stdin?.on('error', () => undefined);
  letProcessEnd(child);

  return {
    isOpen: () => isOpen,
    commands: () => commands,
    send: (line, wantsOutput) =>
      new Promise((resolve, reject) => {
        commands += 1;
        const marker = `onesec${commands}`;
        output = '';
        errors = '';
        const settle = (act: () => void): void => {
          clearTimeout(timer);
          changed = () => undefined;
          act();
        };
        const timer = setTimeout(() => {
          child.kill('SIGKILL');
          settle(() => reject(new SecError('SEC_TIMEOUT', `nft did not answer in ${ANSWER_TIMEOUT_MS} ms`)));
        }, ANSWER_TIMEOUT_MS);
        changed = () => {
          const problem = textBeforeMarker(errors, marker);
          if (problem !== undefined && (problem !== '' || !wantsOutput || output.endsWith('\n}\n'))) return settle(() => resolve({ output, problem }));
          if (!isOpen) settle(() => reject(new SecError('SEC_HOST_REFUSED', `nft ended: ${firstWords(errors)}`)));
        };
        child.stdin?.write(`${line}\n${marker}\n`);
        changed();
      }),
    close: async () => {
      // Its end is waited for: without this a command that only cleans up would run out of things to do before (Node's exit 13).
      child.ref();
      child.stdin?.end();
      child.kill('SIGKILL');
      await closed;
    },
  };
};

/** Errors that came before the complaint about the marker; undefined while that has not come. Warnings do not count. */
const textBeforeMarker = (errors: string, marker: string): string | undefined => {
  const at = errors.indexOf(`\n${marker}\n`);
  if (at < 0) return undefined;
  const before = errors.slice(0, Math.max(0, errors.lastIndexOf('\n', at - 1) + 1));
  return /(^|\s)Error:/.test(before) ? before : '';
};

const firstWords = (text: string): string => text.trim().slice(0, MAX_WORDS);

/** The child must not keep our process alive; a waiting command does that with its timer. */
const letProcessEnd = (child: ChildProcess): void => {
  child.unref();
  for (const stream of [child.stdin, child.stdout, child.stderr]) {
    if (stream !== null && 'unref' in stream && typeof stream.unref === 'function') stream.unref();
  }
};

const ANSWER_TIMEOUT_MS = 5000;
// nft keeps every line in its history: a fresh child now and then keeps it small.
const MAX_COMMANDS_PER_CHILD = 5000;
const MAX_WAITING = 2048;
const MAX_LINE = 8192;
const MAX_ANSWER = 1024 * 1024;
const MAX_WORDS = 600;
