import type { Severity } from '../../../domain/severity.ts';
import { type Match, match } from './match.ts';

/** What is told by the text as a whole, whatever the words around it. */
export type TextRule = {
  readonly id: string;
  readonly type: string;
  readonly severity: Severity;
  readonly says: string;
  readonly all: readonly RegExp[];
  readonly none?: readonly RegExp[] | undefined;
};

/** Text rules: few, because words can stand anywhere. */
export const TEXT_RULES: readonly TextRule[] = [
  {
    id: 'fork_bomb',
    type: 'data_destruction',
    severity: 'HIGH',
    says: 'a process that doubles itself without end is defined',
    all: [/:\s?\(\)\s?\{\s?:\s?\|\s?:\s?&/],
  },
  {
    id: 'perl_socket',
    type: 'reverse_shell',
    severity: 'CRITICAL',
    says: 'a language joins a network socket to a program',
    all: [/\bperl/, /use Socket/, /inet_aton|sockaddr|(?:\d{1,3}\.){3}\d|exec|STDIN/],
  },
  {
    id: 'python_socket',
    type: 'reverse_shell',
    severity: 'CRITICAL',
    says: 'a language joins a network socket to a program',
    all: [/\bpython/, /\bimport\b/, /\bsocket\b/, /subprocess|\bpty\b|dup2|os\.(?:system|popen)/],
  },
  {
    id: 'ruby_socket',
    type: 'reverse_shell',
    severity: 'CRITICAL',
    says: 'a language joins a network socket to a program',
    all: [/\bruby\b/, /TCPSocket/, /exec|popen|spawn|system|to_i|fork/],
  },
  {
    id: 'php_socket',
    type: 'reverse_shell',
    severity: 'CRITICAL',
    says: 'a language joins a network socket to a program',
    all: [/\bphp\b/, /fsockopen|stream_socket_client|socket_create/, /exec|system|passthru|popen|proc_open|\/bin\/(?:ba)?sh/],
  },
  {
    id: 'memory_file',
    type: 'exec_transient_path',
    severity: 'HIGH',
    says: 'a program is kept in memory only',
    all: [/memfd_create|\bmemfd:|\bO_TMPFILE\b|\bo_tmpfile\b/],
  },
  {
    id: 'library_in_writable',
    type: 'library_path_hijack',
    severity: 'HIGH',
    says: 'a library from a place that others can write is forced into programs',
    all: [/(?:^|[\s"';])(?:LD_PRELOAD|LD_AUDIT|DYLD_INSERT_LIBRARIES)=["']?\/(?:tmp|var\/tmp|dev\/shm)\//],
  },
  {
    id: 'powershell_socket',
    type: 'reverse_shell',
    severity: 'CRITICAL',
    says: 'a language joins a network socket to a program',
    all: [/net\.sockets\.tcpclient/i, /getstream|\biex\b|invoke-expression|["'](?:\d{1,3}\.){3}\d{1,3}["']/i],
  },
  {
    id: 'deleted_program',
    type: 'exec_transient_path',
    severity: 'HIGH',
    says: 'a program is run whose file was deleted',
    all: [/^\/\S{1,400} \(deleted\)/],
  },
  {
    id: 'encoded_powershell',
    type: 'encoded_fileless_exec',
    severity: 'CRITICAL',
    says: 'an encoded script is run',
    all: [/\b(?:powershell|pwsh)\b/i, /[-/]e(?:nc|ncodedcommand|c)?\s{1,4}[A-Za-z0-9+/=]{20}/i],
  },
  {
    id: 'web_shell',
    type: 'malicious_persistence',
    severity: 'HIGH',
    says: 'a page that runs what its visitor says is written',
    all: [/<\?(?:php|=)/, /(?:system|exec|shell_exec|passthru|eval|assert|popen)\s?\(\s?(?:\$_(?:GET|POST|REQUEST|COOKIE|SERVER)|base64_decode)/],
  },
  {
    id: 'sudo_without_password',
    type: 'privilege_escalation',
    severity: 'HIGH',
    says: 'a sudo rule without password is written',
    all: [/NOPASSWD\s?:|!authenticate|timestamp_timeout\s?=\s?-1|!tty_tickets/, /sudoers/, /(?:>>|tee|sed|echo|printf|cp )/],
  },
  {
    id: 'exploit_name',
    type: 'privilege_escalation',
    severity: 'HIGH',
    says: 'a known local exploit is named',
    all: [
      /\b(?:dirtyc0w|dirtycow|dirtypipe|dirty_pipe|pwnkit|overlayfs[_-]?(?:exp|poc|exploit)|baron[_-]?samedit|sudo[_-]?killer|looney[_-]?tunables|nimbuspwn|sequoia[_-]?exp)\b/i,
    ],
    none: [/^\s*(?:grep|apt|dnf|tldr|man) /],
  },
];

/** Judges the whole text. */
export const judgeText = (text: string, add: (found: Match) => void): void => {
  for (const rule of TEXT_RULES) {
    if (!rule.all.every((pattern) => pattern.test(text)) || rule.none?.some((pattern) => pattern.test(text)) === true) continue;
    add(match(rule.type, rule.severity, rule.id, rule.says));
  }
};
