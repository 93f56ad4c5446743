import { SecError } from '../domain/errors.ts';
import { findProgram } from './find-program.ts';

/** A program with absolute path and its arguments, ready to start. */
export type Command = { readonly file: string; readonly args: readonly string[] };

/** Environment of every child: nothing of ours leaks, messages are English, nft keeps no history file. */
export const CHILD_ENVIRONMENT: { readonly [name: string]: string } = {
  PATH: '/usr/sbin:/usr/bin:/sbin:/bin',
  LC_ALL: 'C',
  HOME: '/dev/null',
};

/** The command for a system program, inside a network namespace when one is named. SEC_UNAVAILABLE when it is not installed. */
export const systemCommand = (program: string, args: readonly string[], netns?: string): Command => {
  const file = findProgram(program);
  if (file === undefined) throw new SecError('SEC_UNAVAILABLE', `${program} is not installed`);
  if (netns === undefined) return { file, args };
  const ip = findProgram('ip');
  if (ip === undefined) throw new SecError('SEC_UNAVAILABLE', 'ip (iproute2) is not installed');
  return { file: ip, args: ['netns', 'exec', netns, file, ...args] };
};
