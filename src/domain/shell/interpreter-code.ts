import { INTERPRETERS, runsCode } from './programs.ts';
import type { Command } from './shell-types.ts';

/** Source code that an interpreter was handed as an argument or on standard input; undefined when it runs a file. */
export const codeOf = (command: Command): string | undefined => {
  if (!INTERPRETERS.has(command.program)) return undefined;
  if (command.program === 'awk') return command.args.find((arg) => arg.length > 2 && !arg.startsWith('-'));
  const inline = inlineCode(command.args);
  if (inline !== undefined) return inline;
  return command.input === undefined || command.input === '' ? undefined : command.input;
};

/** Shell commands quoted inside source code: `system("…")`, `subprocess.call(["/bin/sh", …])`. At most 8. */
export const commandsInCode = (code: string): readonly string[] => {
  const found: string[] = [];
  for (const match of code.slice(0, 4096).matchAll(CALL)) {
    const words = match[1] ?? match[2] ?? match[3];
    if (words !== undefined && words !== '') found.push(words);
    if (found.length === 8) break;
  }
  return found;
};

/** True when the interpreter would read its code from whoever is on standard input: no file, no code argument. */
export const isBare = (command: Command): boolean =>
  runsCode(command.program) && command.args.every((arg) => /^-{1,2}(?:|i|l|s|il|li|is|p|login|norc|noprofile|noediting|posix|q|u)$/.test(arg));

const CODE_OPTION = /^(?:-[a-zA-Z]{0,6}[cerER]|--eval|--execute|--print|-ex|-rsocket|eval|-[a-z]{0,3}[ne]e)$/;

const inlineCode = (args: readonly string[]): string | undefined => {
  const pieces: string[] = [];
  for (let at = 0; at < args.length && pieces.length < 8; at += 1) {
    if (CODE_OPTION.test(args[at] ?? '') && args[at + 1] !== undefined) pieces.push(args.slice(at + 1, at + 40).join(' '));
    else if (/^-[a-z]{0,4}[ec]./.test(args[at] ?? '') && (args[at]?.length ?? 0) > 8) pieces.push(args[at] ?? '');
    if (pieces.length > 0) break;
  }
  return pieces.length === 0 ? undefined : pieces.join('\n').slice(0, 4096);
};

const CALL =
  /(?:system|popen|exec|execl|execve|execSync|spawn|spawnSync|call|run|Popen|check_output|getoutput|shell_exec|passthru|proc_open|qx|term|shell)\s{0,4}\(?\s{0,4}\[?\s{0,4}(?:"([^"]{2,1000})"|'([^']{2,1000})'|`([^`]{2,1000})`)/g;
