import { codeOf, isBare } from '../../../domain/shell/interpreter-code.ts';
import { INTERPRETERS, programName, RAW_NETWORK, runsCode, SHELLS } from '../../../domain/shell/programs.ts';
import type { Command, Pipeline, Script } from '../../../domain/shell/shell-types.ts';
import { type Match, match } from './match.ts';

/** Shells joined to the network, by how the pieces of a command line are put together. */
export const judgeReverseShell = (script: Script): readonly Match[] => {
  const found: Match[] = [];
  for (const pipeline of script.pipelines) {
    for (const command of pipeline.commands) {
      const one = judgeCommand(command);
      if (one !== undefined) found.push(one);
    }
    const joined = judgePipeline(pipeline);
    if (joined !== undefined) found.push(joined);
  }
  const across = found.length === 0 ? judgeAcross(script) : undefined;
  if (across !== undefined) found.push(across);
  return found;
};

const NETWORK_FILE = /^\/dev\/(?:tcp|udp)\/[^/ ]+\/[^/ ]+/;

const isNetworkFile = (command: Command): boolean => command.redirects.some((one) => NETWORK_FILE.test(one.target));

const reverse = (rule: string, says: string, command: Command): Match => match('reverse_shell', 'CRITICAL', rule, says, command);

const judgeCommand = (command: Command): Match | undefined => {
  const { program, args, text } = command;
  if (runsCode(program) && isNetworkFile(command)) return reverse('shell_on_network_file', 'a shell reads from and writes to a network connection', command);
  if (SHELLS.has(program) && command.redirects.some((one) => (one.op === '<&' || one.op === '<>') && /^\d+$/.test(one.target) && Number(one.target) > 2)) {
    return reverse('shell_on_descriptor', 'a shell reads from a connection opened before', command);
  }
  if (program === 'nc' || program === 'ncat' || program === 'cryptcat') return judgeNetcat(command);
  if (program === 'socat') return judgeSocat(command);
  if (program === 'zsh' && text.includes('zsh/net/tcp')) return reverse('zsh_tcp', 'a shell opens a network connection of its own', command);
  if (program === 'telnet' && command.redirects.some((one) => one.op === '<' && one.target.includes('/'))) {
    return match('reverse_shell', 'HIGH', 'telnet_fifo', 'a connection reads from a pipe that a shell can write to', command);
  }
  if (INTERPRETERS.has(program) && command.args.includes('-rsocket') && codeOf(command) !== undefined)
    return reverse('code_socket_shell', 'code given on the command line uses a network socket', command);
  return args.length === 0 ? undefined : undefined;
};

// `-e program`, `-c command`, `--exec`, also bundled (`-lvpe`). BSD nc uses `-c` for TLS, so its value must look like a command.
const judgeNetcat = (command: Command): Match | undefined => {
  const { args } = command;
  for (let at = 0; at < args.length; at += 1) {
    const word = args[at] ?? '';
    const value = word.includes('=') ? word.slice(word.indexOf('=') + 1) : (args[at + 1] ?? '');
    const isExec = /^-[a-zA-Z]*e$/.test(word) || /^--(?:exec|sh-exec|lua-exec)(?:=|$)/.test(word);
    const isCommand = /^-[a-zA-Z]*c$/.test(word) && (runsCode(programName(value.split(' ', 1)[0] ?? '')) || value.includes('/'));
    if ((!isExec && !isCommand) || value === '') continue;
    const isListening = args.some((arg) => /^-[a-zA-Z]*l/.test(arg) || arg === '--listen');
    return isListening
      ? reverse('bind_shell', 'a port is opened that hands a program to whoever connects', command)
      : reverse('netcat_exec', 'a program is handed to another host', command);
  }
  return undefined;
};

const judgeSocat = (command: Command): Match | undefined => {
  const exec = command.args.find((arg) => /^(?:exec|system|shell):/i.test(arg));
  if (exec === undefined) return undefined;
  const isNetwork = command.args.some((arg) => /^(?:tcp|udp|openssl|ssl|sctp|dtls|socks|proxy|vsock)[46]?(?:-\w+)?:/i.test(arg));
  const isShell = /:["']?(?:\/[\w/]{0,64}\/)?(?:(?:ba|da|z|k|a)?sh|python[\d.]{0,4}|perl|login|cmd|su)\b/i.test(exec);
  if (!isNetwork) return undefined;
  if (isShell) return reverse('socat_exec', 'a shell is joined to a network connection', command);
  return match('reverse_shell', 'MEDIUM', 'socat_program', 'a program is joined to a network connection', command);
};

const isRawNetwork = (command: Command): boolean =>
  RAW_NETWORK.has(command.program) && (command.program !== 'openssl' || command.args[0] === 's_client') && !/(?:^| )-[a-zA-Z]*z/.test(command.text);

const isOpenShell = (command: Command): boolean => SHELLS.has(command.program) && isBare(command);

const judgePipeline = ({ commands }: Pipeline): Match | undefined => {
  const network = commands.findIndex(isRawNetwork);
  const shell = commands.findIndex((command) => isOpenShell(command) || (INTERPRETERS.has(command.program) && isBare(command)));
  if (network !== -1 && shell !== -1) {
    const command = commands[shell];
    if (command !== undefined) return reverse('shell_piped_to_network', 'a shell and a raw network connection are joined by a pipe', command);
  }
  const tcp = commands.find((command) => isNetworkFile(command));
  const after = commands.find(isOpenShell);
  if (tcp !== undefined && after !== undefined) return reverse('shell_on_network_file', 'a shell reads from a network connection', after);
  return undefined;
};

// Pieces of one text: `mkfifo f; … nc`, `exec 5<>/dev/tcp/…; … while read line; do $line`.
const judgeAcross = (script: Script): Match | undefined => {
  let fifo: Command | undefined;
  let network: Command | undefined;
  let shell: Command | undefined;
  let opened: Command | undefined;
  let reader: Command | undefined;
  for (const { commands } of script.pipelines) {
    for (const command of commands) {
      if (command.program === 'mkfifo' || (command.program === 'mknod' && / p$/.test(command.text))) fifo ??= command;
      if (isRawNetwork(command)) network ??= command;
      if (isOpenShell(command)) shell ??= command;
      if (command.redirects.some((one) => NETWORK_FILE.test(one.target)) && (command.program === 'exec' || command.program === '')) opened ??= command;
      if ((command.path.startsWith('$') && command.isInLoop) || command.program === 'eval') reader ??= command;
    }
  }
  if (fifo !== undefined && network !== undefined && shell !== undefined)
    return reverse('fifo_shell', 'a shell and a raw network connection are joined by a named pipe', shell);
  if (opened !== undefined && (reader !== undefined || shell !== undefined)) {
    return reverse('descriptor_shell', 'commands are read from a network connection and run', reader ?? shell ?? opened);
  }
  return undefined;
};
