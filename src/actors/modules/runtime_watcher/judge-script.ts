import { isAtLeast, severityRank } from '../../../domain/severity.ts';
import { DOWNLOADERS, INTERPRETERS, RAW_NETWORK, runsCode, SHELLS } from '../../../domain/shell/programs.ts';
import type { Command, Pipeline, Script } from '../../../domain/shell/shell-types.ts';
import { isDecoder } from '../../../domain/shell/static-output.ts';
import { scriptArgument } from '../../../domain/shell/unwrap.ts';
import { writesOf } from '../../../domain/shell/write-targets.ts';
import { judgeCommand } from './judge-command.ts';
import { judgeText } from './judge-text.ts';
import { type Match, match } from './match.ts';
import { SECRET_PATHS, WRITABLE_PLACE } from './path-rules.ts';
import { readsOf } from './read-sources.ts';
import { judgeReverseShell } from './reverse-shell.ts';
import { SHELL_WORD } from './rules-escalation.ts';
import { DROP_HOSTS } from './rules-network.ts';
import { CURIOUS_LOOKERS, INSTALLER_HOSTS, LOOKED_AT, LOOKERS } from './tools.ts';
import { worstOfType } from './worst-of-type.ts';

/** Everything a command line does: by command, by pipe, and by what its commands do together. The worst of each type is kept, at most 8. */
export const judgeScript = (script: Script): readonly Match[] => {
  const found = worstOfType((add) => {
    judgeAll(script, add);
  });
  return found.toSorted((a, b) => severityRank(b.severity) - severityRank(a.severity)).slice(0, 8);
};

const judgeAll = (script: Script, add: (found: Match) => void): void => {
  for (const found of judgeReverseShell(script)) add(found);
  for (const pipeline of script.pipelines) {
    const mine: Match[] = [];
    const note = (found: Match): void => {
      mine.push(found);
      add(found);
    };
    for (const command of pipeline.commands) judgeCommand(command, note);
    judgePipeline(pipeline, note);
    if (pipeline.via === 'schedule' || pipeline.via === 'trap') judgeLater(pipeline, mine, add);
  }
  judgeSteps(script, add);
  judgeLooking(script, add);
  judgeText(script.text, add);
};

// What runs later on its own and is bad by itself is a way to stay.
const judgeLater = (pipeline: Pipeline, found: readonly Match[], add: (found: Match) => void): void => {
  const isBad = found.some((one) => isAtLeast(one.severity, 'HIGH') || (one.type === 'exec_transient_path' && one.severity === 'MEDIUM'));
  if (isBad) add(match('malicious_persistence', 'CRITICAL', 'scheduled_attack', 'something hostile is set to run by itself', pipeline.commands[0]));
  if (pipeline.via === 'trap') {
    const command = pipeline.commands.find((one) => runsCode(one.program) || DOWNLOADERS.has(one.program) || one.wrappers.includes('nohup'));
    if (command !== undefined)
      add(match('malicious_persistence', 'MEDIUM', 'trap_command', 'a program is set to start when the shell ends or is interrupted', command));
    const spy = pipeline.commands.find((one) => one.text.includes('$BASH_COMMAND'));
    if (spy !== undefined) add(match('credential_access', 'MEDIUM', 'trap_spy', 'every command typed is copied', spy));
  }
};

const judgePipeline = ({ commands, via }: Pipeline, add: (found: Match) => void): void => {
  for (const command of commands) judgeFeeds(command, add);
  const decoder = commands.find(
    (command) =>
      command.input !== undefined &&
      isDecoder(command.program, command.args) &&
      command.redirects.some((one) => one.op !== '<' && one.target !== '/dev/null' && one.target.length > 1),
  );
  if (decoder !== undefined) add(match('obfuscated_command', 'LOW', 'decoded_to_file', 'encoded text is decoded into a file', decoder));
  if (commands.length < 2) {
    if (via === 'decoded' && commands[0] !== undefined)
      add(match('obfuscated_command', 'HIGH', 'decoded_shell', 'encoded text is decoded and run', commands[0]));
    return;
  }
  const runner = commands.findIndex((command, index) => index > 0 && runsInput(command));
  const consumer = commands[runner];
  if (consumer !== undefined) {
    const before = commands.slice(0, runner);
    const fetcher = before.find((command) => DOWNLOADERS.has(command.program));
    if (fetcher !== undefined) add(cradle(fetcher, consumer));
    else if (
      before.some(
        (command) => isDecoder(command.program, command.args) || command.program === 'rev' || (command.program === 'printf' && command.text.includes('\\x')),
      )
    ) {
      add(match('obfuscated_command', 'HIGH', 'decoded_shell', 'encoded text is decoded and run', consumer));
    } else if (before.some((command) => command.program === 'echo' || command.program === 'printf')) {
      add(match('obfuscated_command', SHELLS.has(consumer.program) ? 'MEDIUM' : 'LOW', 'text_piped_to_shell', 'text is piped into a shell', consumer));
    }
  }
  const opener = commands.find(
    (command, index) => index > 0 && READS_ESCAPES.has(command.program) && command.input !== undefined && SHELL_WORD.test(command.input),
  );
  if (opener !== undefined) add(match('lolbin_abuse', 'MEDIUM', 'piped_escape', 'a program is told on its input to open a shell', opener));
  const sender = commands.findIndex((command, index) => index > 0 && (SENDERS.has(command.program) || isNetworkWrite(command)));
  const receiver = commands[sender];
  if (receiver !== undefined) {
    const source = commands.slice(0, sender);
    const secret = source.some((command) =>
      readsOf(command).some(({ path }) => SECRET_PATHS.some((rule) => rule.path.test(path)) || /^\/etc\/(?:passwd|shadow)/.test(path)),
    );
    if (secret) add(match('data_exfiltration', 'CRITICAL', 'secret_piped_out', 'credentials are piped to another host', receiver));
    else if (source.some((command) => ARCHIVERS.has(command.program)) && receiver.program !== 'ssh')
      add(match('data_exfiltration', 'HIGH', 'archive_piped_out', 'an archive is piped to another host', receiver));
    else if (
      RAW_NETWORK.has(receiver.program) &&
      source.some((command) => readsOf(command).length > 0) &&
      !source.some((command) => runsCode(command.program)) &&
      /(?:\d{1,3}\.){3}\d/.test(receiver.text)
    )
      add(match('data_exfiltration', 'MEDIUM', 'file_piped_out', 'a file is piped to another host', receiver));
  }
};

const runsInput = (command: Command): boolean => {
  if (SHELLS.has(command.program))
    return scriptArgument(command.args) === undefined && command.args.every((arg) => arg.startsWith('-') || command.args.includes('-s') || arg === '');
  if (command.program === 'source' || command.program === '.') return /\/dev\/stdin/.test(command.text);
  return INTERPRETERS.has(command.program) && command.program !== 'awk' && command.program !== 'gdb' && command.args.every((arg) => arg === '-' || arg === '');
};

const READS_ESCAPES: ReadonlySet<string> = new Set([
  'cpan',
  'ftp',
  'sftp',
  'ed',
  'ex',
  'vi',
  'gdb',
  'dc',
  'sqlite3',
  'psql',
  'mysql',
  'mail',
  'mailx',
  'lftp',
  'irb',
  'byebug',
  'jjs',
  'ghci',
  'telnet',
  'more',
  'less',
  'man',
]);

const SENDERS: ReadonlySet<string> = new Set([...RAW_NETWORK, 'curl', 'wget', 'ssh', 'ftp']);
const ARCHIVERS: ReadonlySet<string> = new Set(['tar', 'zip', 'cpio', 'dd', 'mysqldump', 'pg_dump', 'pg_dumpall']);
const isNetworkWrite = (command: Command): boolean => command.redirects.some((one) => one.op !== '<' && one.target.startsWith('/dev/tcp/'));

const cradle = (fetcher: Command, consumer: Command): Match => {
  if (/(?:^|[\s"'/])(?:\d{1,3}\.){3}\d{1,3}[:/]|\.onion\b/.test(fetcher.text) || DROP_HOSTS.test(fetcher.text))
    return match('download_cradle', 'CRITICAL', 'fetch_run_bare', 'code from a bare address or drop site is fetched and run', consumer);
  if (INSTALLER_HOSTS.test(fetcher.text))
    return match('download_cradle', 'LOW', 'fetch_run_installer', 'a well-known installer is fetched and run unread', consumer);
  return match('download_cradle', 'HIGH', 'fetch_run', 'code is fetched and run unread', consumer);
};

// Output of one program that became an argument of another.
const judgeFeeds = (command: Command, add: (found: Match) => void): void => {
  if (command.feeds.length === 0) return;
  const isRun =
    runsCode(command.program) || command.program === 'eval' || command.program === 'source' || command.program === '.' || command.path.startsWith('$(');
  const fetcher = command.feeds.find((name) => DOWNLOADERS.has(name));
  if (isRun && fetcher !== undefined) {
    add(
      INSTALLER_HOSTS.test(command.text)
        ? match('download_cradle', 'LOW', 'fetch_run_installer', 'a well-known installer is fetched and run unread', command)
        : match('download_cradle', 'HIGH', 'fetch_run', 'code is fetched and run unread', command),
    );
  } else if ((isRun || command.path === '' || command.path.startsWith('$(')) && command.feeds.includes('decode')) {
    add(match('obfuscated_command', 'HIGH', 'decoded_shell', 'encoded text is decoded and run', command));
  }
  const isEncoded = command.feeds.some(
    (name) => name === 'base64' || name === 'xxd' || name === 'od' || name === 'hexdump' || name === 'base32' || name === 'gzip',
  );
  const isSecret = command.feeds.some(
    (name) => name === 'cat' || name === 'whoami' || name === 'hostname' || name === 'id' || name === 'env' || name === 'tar',
  );
  if (NAME_LOOKUPS.has(command.program) && (isEncoded || isSecret))
    add(match('data_exfiltration', 'HIGH', 'data_in_name', 'data is sent out inside a name lookup', command));
  else if (DOWNLOADERS.has(command.program) && isEncoded && (isSecret || /-d|--data|-F|\?/.test(command.text)))
    add(match('data_exfiltration', 'HIGH', 'data_in_request', 'encoded data is sent out inside a request', command));
};

const NAME_LOOKUPS: ReadonlySet<string> = new Set(['dig', 'nslookup', 'host', 'ping', 'drill', 'resolvectl']);

// Fetched or written here, made executable, run; brute force and sweeps in loops.
const judgeSteps = (script: Script, add: (found: Match) => void): void => {
  const fetched = new Set<string>();
  const written = new Set<string>();
  for (const { commands } of script.pipelines) {
    for (const command of commands) {
      const name = baseName(command.path);
      const argument = runsCode(command.program) || command.program === 'source' ? baseName(command.args.find((arg) => !arg.startsWith('-')) ?? '') : '';
      if (name !== '' && (command.path.includes('/') || argument !== '')) {
        if (fetched.has(name) || fetched.has(argument)) add(match('download_cradle', 'HIGH', 'fetch_then_run', 'a file is fetched and then run', command));
        else if (written.has(command.path) && WRITABLE_PLACE.test(command.path))
          add(match('exec_transient_path', 'HIGH', 'write_then_run', 'a file is written to a scratch folder and then run', command));
        else if (argument !== '' && command.args.some((arg) => WRITABLE_PLACE.test(arg) && written.has(arg)))
          add(match('exec_transient_path', 'MEDIUM', 'write_then_run', 'a script is written to a scratch folder and then run', command));
      }
      if (DOWNLOADERS.has(command.program) || command.program === 'git') for (const file of filesFetched(command)) fetched.add(file);
      for (const { path, how } of writesOf(command)) {
        if (how === 'delete' || written.size >= 64) continue;
        written.add(path);
        if (how === 'copy' && command.args.some((arg) => fetched.has(baseName(arg)))) fetched.add(baseName(path));
      }
      if (command.isInLoop) judgeLoop(command, add);
    }
  }
};

const judgeLoop = (command: Command, add: (found: Match) => void): void => {
  if (command.program === 'sshpass' || ((command.program === 'su' || command.wrappers.includes('sudo')) && command.input !== undefined)) {
    add(match('credential_access', 'HIGH', 'password_loop', 'passwords are tried one after another', command));
  }
  if (command.redirects.some((one) => one.target.startsWith('/dev/tcp/')))
    add(match('network_scan', 'HIGH', 'port_loop', 'ports are tried one after another', command));
  if (
    (command.program === 'ping' || command.program === 'nc' || command.program === 'arping' || command.program === 'host') &&
    /\$[\w({]|\{1\.\./.test(command.text)
  ) {
    add(match('network_scan', 'MEDIUM', 'host_loop', 'hosts are tried one after another', command));
  }
  if (NAME_LOOKUPS.has(command.program) && /\$[\w({][^ .$]{0,80}\.[a-zA-Z$]/.test(command.text))
    add(match('data_exfiltration', 'HIGH', 'data_in_name', 'data is sent out inside name lookups', command));
};

const filesFetched = (command: Command): readonly string[] => {
  const outs = writesOf(command).map((one) => baseName(one.path));
  const urls = command.args.filter((arg) => /^(?:https?|ftp):\/\//.test(arg)).map((arg) => baseName(arg.split(/[?#]/, 1)[0] ?? ''));
  return [...outs, ...urls].filter((name) => name !== '');
};

const baseName = (path: string): string => path.slice(path.lastIndexOf('/') + 1);

// One look is habit; many different ones in one text, or one saved away, is somebody finding their way.
const judgeLooking = (script: Script, add: (found: Match) => void): void => {
  const seen = new Set<string>();
  let curious = 0;
  let saved: Command | undefined;
  for (const { commands } of script.pipelines) {
    for (const command of commands) {
      const isLook = LOOKERS.has(command.program) && (command.program !== 'cat' || LOOKED_AT.test(command.args[0] ?? ''));
      if (!isLook) continue;
      if (CURIOUS_LOOKERS.has(command.program) && !seen.has(command.program)) curious += 1;
      seen.add(command.program);
      if (command.redirects.some((one) => WRITABLE_PLACE.test(one.target)) && (CURIOUS_LOOKERS.has(command.program) || command.program === 'cat'))
        saved ??= command;
    }
  }
  if (seen.size >= 4 && curious >= 2) add(match('host_discovery', 'MEDIUM', 'many_looks', 'this host is looked over with many commands at once'));
  else if (saved !== undefined) add(match('host_discovery', 'LOW', 'look_saved', 'facts about this host are collected in a scratch folder', saved));
};
