import { DOWNLOADERS, INTERPRETERS, RAW_NETWORK, SHELLS } from '../../../domain/shell/programs.ts';
import { isDecoder } from '../../../domain/shell/static-output.ts';
import { createBoundedMap } from '../../../domain/windows/bounded-map.ts';
import { isOpenRunner } from './judge-process.ts';
import { type Match, match } from './match.ts';
import { type ProcessFacts, programOf } from './process-facts.ts';
import { DROP_HOSTS } from './rules-network.ts';
import { INSTALLER_HOSTS } from './tools.ts';

type Role = 'fetch' | 'decode' | 'network' | 'runner' | 'archive';

/** One end of a pipe that was seen. */
type End = { readonly role: Role; readonly facts: ProcessFacts };

/** What joining two processes by a pipe means; `shell` is the one a person would want stopped. */
export type PipeFinding = { readonly found: Match; readonly shell: ProcessFacts; readonly other: ProcessFacts };

/**
 * Joins processes that share a pipe: `curl | sh` and `nc | sh | nc` are several programs to the kernel, and only the numbers
 * of their pipes tell that they belong together. At most 1,024 pipes are remembered, for ten minutes of event time.
 */
export const createPipeLinks = (maxPipes = 1024) => {
  const writers = createBoundedMap<string, End>(maxPipes);
  const readers = createBoundedMap<string, End>(maxPipes);
  return {
    onProcess: (facts: ProcessFacts): PipeFinding | undefined => {
      const [input = '', output = ''] = facts.stdio;
      const isReading = isPipe(input);
      const isWriting = isPipe(output);
      if (!isReading && !isWriting) return undefined;
      const role = roleOf(facts);
      if (role === undefined) return undefined;
      const end: End = { role, facts };
      if (isReading) readers.set(input, end);
      if (isWriting) writers.set(output, end);
      const before = isReading ? writers.get(input) : undefined;
      const after = isWriting ? readers.get(output) : undefined;
      return (before === undefined ? undefined : judge(before, end)) ?? (after === undefined ? undefined : judge(end, after));
    },
    size: (): number => writers.size() + readers.size(),
    sweep: (now: number): void => {
      for (const side of [writers, readers]) side.prune((end) => end.facts.event.at < now - MAX_AGE_MS);
    },
  };
};

const MAX_AGE_MS = 600_000;

// A pipe, or a named pipe in a scratch folder.
const isPipe = (link: string): boolean => link.startsWith('pipe:[') || /^\/(?:tmp|var\/tmp|dev\/shm)\//.test(link);

const roleOf = (facts: ProcessFacts): Role | undefined => {
  const program = programOf(facts);
  if (DOWNLOADERS.has(program)) return 'fetch';
  if (RAW_NETWORK.has(program) && (program !== 'openssl' || facts.head?.args[0] === 's_client')) return 'network';
  if (isDecoder(program, facts.head?.args ?? [])) return 'decode';
  if (program === 'tar' || program === 'zip' || program === 'mysqldump' || program === 'pg_dump') return 'archive';
  return (SHELLS.has(program) || INTERPRETERS.has(program)) && isOpenRunner(facts) ? 'runner' : undefined;
};

const judge = (writer: End, reader: End): PipeFinding | undefined => {
  if (writer.facts === reader.facts) return undefined;
  const joined = `${writer.role}>${reader.role}`;
  const shell = reader.role === 'runner' ? reader.facts : writer.facts;
  const other = reader.role === 'runner' ? writer.facts : reader.facts;
  const finding = (found: Match): PipeFinding => ({ found, shell, other });
  switch (joined) {
    case 'fetch>runner':
      return finding(cradle(other.commandLine, shell));
    case 'decode>runner':
      return finding(match('obfuscated_command', 'HIGH', 'decoded_shell', 'encoded text is decoded and run', shell.head));
    case 'network>runner':
    case 'runner>network':
      return finding(match('reverse_shell', 'CRITICAL', 'shell_piped_to_network', 'a shell and a raw network connection are joined by a pipe', shell.head));
    case 'archive>network':
      return finding(match('data_exfiltration', 'HIGH', 'archive_piped_out', 'an archive is piped to another host', other.head));
    default:
      return undefined;
  }
};

const cradle = (commandLine: string, shell: ProcessFacts): Match => {
  if (INSTALLER_HOSTS.test(commandLine))
    return match('download_cradle', 'LOW', 'fetch_run_installer', 'a well-known installer is fetched and run unread', shell.head);
  const isBareAddress = /(?:^|[\s"'/])(?:\d{1,3}\.){3}\d{1,3}[:/]/.test(commandLine) || DROP_HOSTS.test(commandLine);
  return match('download_cradle', isBareAddress ? 'CRITICAL' : 'HIGH', 'fetch_run', 'code is fetched and run unread', shell.head);
};
