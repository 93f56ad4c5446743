import { RAW_NETWORK, SHELLS } from '../../../domain/shell/programs.ts';
import { isOpenRunner } from './judge-process.ts';
import { type Match, match } from './match.ts';
import { isRunner, type ProcessFacts, programOf } from './process-facts.ts';
import { SOCKET_OWNERS, SOCKET_PAIR_PARENTS } from './server-programs.ts';

/** Remembers sockets that a login or service daemon handed to its own children. */
export type SocketOwners = { readonly has: (socket: string) => boolean; readonly add: (socket: string) => void };

/**
 * A shell or bare language whose input and output are a socket: somebody on the other end types. Remote logins without a
 * terminal, socket-activated services and container runtimes do that for a living and are let by, with what they start.
 */
export const judgeSocketShell = (facts: ProcessFacts, owners: SocketOwners, add: (found: Match) => void): void => {
  const program = programOf(facts);
  if (RAW_NETWORK.has(facts.parent) && isRunner(program) && isOpenRunner(facts)) {
    add(match('reverse_shell', 'CRITICAL', 'network_parent', `a shell is started by ${facts.parent}, which carries raw connections`, facts.head));
    return;
  }
  const [input = '', output = '', errors = ''] = facts.stdio;
  if (!input.startsWith('socket:') || (!output.startsWith('socket:') && !errors.startsWith('socket:'))) return;
  if (isOwnedSocket(facts, owners)) {
    owners.add(input);
    owners.add(output);
    return;
  }
  const verdict = isRunner(program) ? verdictOf(facts, program, input === output) : undefined;
  if (verdict !== undefined) add(match('reverse_shell', verdict[0], verdict[1], 'a shell takes its commands from a socket', facts.head));
};

// One socket on both sides was put there with dup2; runtimes that make pipes from socket pairs use one for each side.
const verdictOf = (facts: ProcessFacts, program: string, isOneSocket: boolean): readonly [Match['severity'], string] | undefined => {
  const isOpen = isOpenRunner(facts);
  if (isRemote(facts)) return isOpen || SHELLS.has(program) ? ['CRITICAL', 'socket_shell_remote'] : undefined;
  const isInteractive = facts.head?.args.some((arg) => /^-[a-hj-z]*i[a-z]*$/.test(arg)) === true;
  if (isOpen && (isOneSocket || isInteractive)) return ['CRITICAL', 'socket_shell'];
  if (SOCKET_PAIR_PARENTS.has(facts.parent)) return isOpen && SHELLS.has(program) ? ['MEDIUM', 'socket_shell_pair'] : undefined;
  if (isOpen) return ['HIGH', 'socket_shell'];
  return SHELLS.has(program) && isOneSocket ? ['HIGH', 'socket_shell_script'] : undefined;
};

const isOwnedSocket = (facts: ProcessFacts, owners: SocketOwners): boolean => {
  const [input = ''] = facts.stdio;
  if (owners.has(input)) return true;
  if (facts.isWithoutTerminal && facts.parents.includes('sshd')) return true;
  if (!SOCKET_OWNERS.has(facts.parent)) return false;
  // Socket activation runs a script; a bare or interactive shell under init was left behind by somebody.
  return !((facts.parent === 'systemd' || facts.parent === 'init') && isOpenRunner(facts));
};

const isRemote = (facts: ProcessFacts): boolean => {
  const address = facts.event.entities.connection?.remoteAddress ?? '';
  return address !== '' && !address.startsWith('127.') && address !== '::1';
};
