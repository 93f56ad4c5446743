import { isOpenRunner } from './judge-process.ts';
import { type Match, match } from './match.ts';
import { isRunner, type ProcessFacts, programOf } from './process-facts.ts';
import { SHELLS } from './programs.ts';
import { SOCKET_OWNERS, SOCKET_PAIR_PARENTS } from './server-programs.ts';

/** Remembers sockets that a login or service daemon handed to its own children. */
export type SocketOwners = { readonly has: (socket: string) => boolean; readonly add: (socket: string) => void };

/**
 * A shell or bare language whose input and output are a socket: somebody on the other end types. Remote logins without a
 * terminal, socket-activated services and container runtimes do that for a living and are let by, with what they start.
 */
export const judgeSocketShell = (facts: ProcessFacts, owners: SocketOwners, add: (found: Match) => void): void => {
  const [input = '', output = '', errors = ''] = facts.stdio;
  if (!input.startsWith('socket:') || (!output.startsWith('socket:') && !errors.startsWith('socket:'))) return;
  const isOwned = isOwnedSocket(facts, owners);
  if (isOwned) {
    owners.add(input);
    owners.add(output);
    return;
  }
  const program = programOf(facts);
  if (!isRunner(program)) return;
  const isOpen = isOpenRunner(facts);
  const isInteractive = facts.head?.args.some((arg) => /^-[a-z]*i[a-z]*$/.test(arg)) === true;
  if (isRemote(facts)) {
    if (isOpen || SHELLS.has(program))
      add(match('reverse_shell', 'CRITICAL', 'socket_shell_remote', 'a shell takes its commands from a network connection', facts.head));
    return;
  }
  if (SOCKET_PAIR_PARENTS.has(facts.parent)) {
    if (isInteractive && isOpen) add(match('reverse_shell', 'CRITICAL', 'socket_shell', 'an interactive shell takes its commands from a socket', facts.head));
    else if (isOpen && SHELLS.has(program))
      add(match('reverse_shell', 'MEDIUM', 'socket_shell_pair', 'a shell takes its commands from a socket of its parent', facts.head));
    return;
  }
  if (isOpen) add(match('reverse_shell', 'CRITICAL', 'socket_shell', 'a shell takes its commands from a socket', facts.head));
  else if (SHELLS.has(program) && input === output) add(match('reverse_shell', 'HIGH', 'socket_shell_script', 'a shell answers on a socket', facts.head));
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
