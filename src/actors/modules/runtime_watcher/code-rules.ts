import type { Severity } from '../../../domain/severity.ts';

/** What source code handed to an interpreter does, by the words that it needs for it. */
export type CodeRule = {
  readonly id: string;
  readonly type: string;
  readonly severity: Severity;
  readonly says: string;
  readonly all: readonly RegExp[];
};

const SOCKET =
  /\bsocket\b|use Socket|IO::Socket|TCPSocket|UNIXSocket|fsockopen|pfsockopen|stream_socket_client|socket_create|socket_connect|net\.(?:Socket|connect|createConnection)|require\(\s?["']net["']\s?\)|\/inet\/(?:tcp|udp)\/|Net\.(?:Dial|Sockets)|java\.net\.Socket|new Socket\(|gen_tcp|\/dev\/(?:tcp|udp)\//i;
const START =
  /dup2|pty\.spawn|subprocess|Popen|os\.(?:system|popen|exec\w*)|\bexec\b|\bsystem\b|shell_exec|passthru|proc_open|popen|IO\.popen|child_process|spawn|STDIN\b|\$stdin|open\s?\(?\s?STD|fdopen|\|&|os\.execute|require\(\s?["']os["']|io\.popen|Runtime|ProcessBuilder|\/bin\/(?:ba|da|z)?sh|cmd\.exe|getline|`[^`]{2}/;
const FETCH =
  /urllib|requests\.(?:get|post|session)|urlopen|urlretrieve|http\.client|LWP::|HTTP::Tiny|Net::HTTP|open-uri|file_get_contents\s?\(\s?["']https?|curl_exec|http\.get|https\.get|fetch\(/;
const RUN = /\bexec\s?\(|\beval\b|os\.system|subprocess|os\.popen|\bsystem\s?\(|`|child_process|Popen|instance_eval|assert\s?\(|include\s?\(/;

/** First match wins. Sources: how each language opens a socket, runs a program, loads code. */
export const CODE_RULES: readonly CodeRule[] = [
  {
    id: 'code_socket_shell',
    type: 'reverse_shell',
    severity: 'CRITICAL',
    says: 'code given on the command line joins a network socket to a program',
    all: [SOCKET, START],
  },
  {
    id: 'code_socket_address',
    type: 'reverse_shell',
    severity: 'CRITICAL',
    says: 'code given on the command line connects to a bare address',
    all: [
      /pfsockopen|fsockopen|stream_socket_client|\/inet\/(?:tcp|udp)\//,
      /["'/](?!127\.|0\.0)(?:\d{1,3}\.){3}\d{1,3}["'/:]/,
      /^(?![^\n]{0,4096}(?:fclose|\bdie\b|\bexit\b))/,
    ],
  },
  {
    id: 'code_memfd',
    type: 'fileless_execution',
    severity: 'CRITICAL',
    says: 'code given on the command line runs a program from memory',
    all: [/memfd_create|syscall\s?\(?\s?319|\/proc\/self\/fd\/|MFD_CLOEXEC/],
  },
  {
    id: 'code_shellcode',
    type: 'fileless_execution',
    severity: 'HIGH',
    says: 'code given on the command line loads machine code into memory',
    all: [/\b(?:mmap|mprotect|ctypes|VirtualAlloc|dlopen|ffi)\b/, /\\x[0-9a-f]{2}\\x|PROT_EXEC|shellcode|0x40\b|from_buffer/i],
  },
  {
    id: 'code_process_memory',
    type: 'memory_injection',
    severity: 'HIGH',
    says: 'code given on the command line writes into another process',
    all: [/ptrace|PTRACE_(?:ATTACH|POKE)|process_vm_writev|\/proc\/[^/\s]{1,40}\/mem/],
  },
  { id: 'code_fetch_run', type: 'download_cradle', severity: 'HIGH', says: 'code given on the command line fetches code and runs it', all: [FETCH, RUN] },
  {
    id: 'code_setuid',
    type: 'privilege_escalation',
    severity: 'HIGH',
    says: 'code given on the command line takes other rights and opens a shell',
    all: [/set(?:re|res|e)?[ug]id|Process(?:::|\.)(?:Sys|UID)|\$[<>]\s?=\s?0|posix_setuid/, /\bexec|system|spawn|\/bin\/(?:ba)?sh/],
  },
  {
    id: 'code_pty',
    type: 'lolbin_abuse',
    severity: 'HIGH',
    says: 'a terminal is made around a shell, as after a break-in',
    all: [/pty\.spawn|PTY\.spawn|pty\.fork|forkpty/],
  },
  {
    id: 'code_decode_run',
    type: 'obfuscated_command',
    severity: 'HIGH',
    says: 'code given on the command line decodes code and runs it',
    all: [
      /b64decode|base64_decode|decode_base64|unpack\s?\(\s?["']?[uHm]|fromhex|gzinflate|zlib\.decompress|marshal\.loads|codecs\.decode|atob\(|Buffer\.from\(/,
      /\bexec\b|\beval\b|os\.system|subprocess|\bsystem\b|assert|child_process|Function\(/,
    ],
  },
  {
    id: 'code_shell',
    type: 'lolbin_abuse',
    severity: 'MEDIUM',
    says: 'code given on the command line opens a shell',
    all: [
      /(?:system|exec\w{0,2}|popen|spawn\w{0,4}|call|run|execute|term|pcntl_exec|shell)\s{0,3}\(?\s{0,3}\[?\s{0,3}["'](?:\/bin\/)?(?:ba|da|z|k)?sh(?:\s?[-&][a-z]?)?\s?["']/,
    ],
  },
];
