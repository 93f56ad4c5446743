/** Base name of a program as people say it: no folders, no login dash, no `.exe`, no version of an interpreter. */
export const programName = (path: string): string => {
  const cut = Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\'));
  let name = path.slice(cut + 1, cut + 65).toLowerCase();
  if (name.startsWith('-')) name = name.slice(1);
  if (name.endsWith('.exe')) name = name.slice(0, -4);
  const alias = ALIASES.get(name);
  if (alias !== undefined) return alias;
  if (!/\d/.test(name)) return name;
  const bare = name.replace(VERSION, '');
  if (bare !== name && VERSIONED.has(bare)) return ALIASES.get(bare) ?? bare;
  return name;
};

// `python3.11`, `php-fpm8.2`, `perl5.36.0`, `ruby-3.2`: only stripped when what is left is a known interpreter or server.
const VERSION = /-?\d{1,4}(?:\.\d{1,4}){0,3}[a-z]?$/;

const ALIASES: ReadonlyMap<string, string> = new Map([
  ['nc.traditional', 'nc'],
  ['nc.openbsd', 'nc'],
  ['netcat', 'nc'],
  ['nodejs', 'node'],
  ['gawk', 'awk'],
  ['mawk', 'awk'],
  ['nawk', 'awk'],
  ['original-awk', 'awk'],
  ['vim', 'vi'],
  ['vim.basic', 'vi'],
  ['vim.tiny', 'vi'],
  ['nvim', 'vi'],
  ['wget2', 'wget'],
  ['egrep', 'grep'],
  ['fgrep', 'grep'],
  ['zgrep', 'grep'],
  ['ip6tables', 'iptables'],
  ['iptables-legacy', 'iptables'],
  ['iptables-nft', 'iptables'],
  ['sshd-session', 'sshd'],
  ['sshd-auth', 'sshd'],
  ['httpd2', 'apache2'],
  ['httpd', 'apache2'],
  ['mariadbd', 'mysqld'],
  ['adduser', 'useradd'],
  ['deluser', 'userdel'],
  ['youtube-dl', 'yt-dlp'],
  ['pwsh', 'powershell'],
]);

const namesOf = (words: string): ReadonlySet<string> => new Set(words.split(' '));

const VERSIONED: ReadonlySet<string> = namesOf(
  'python pypy perl ruby php php-fpm php-cgi lua luajit node tclsh guile java gawk postgres bash ksh zsh tomcat redis-server ' + 'gcc pip apache',
);

/** Programs whose whole purpose is to run commands that they are given. */
export const SHELLS: ReadonlySet<string> = namesOf('sh bash dash zsh ksh mksh ash fish csh tcsh rbash yash rksh elvish powershell');

/** Languages that run code from an argument, a file or standard input. */
export const INTERPRETERS: ReadonlySet<string> = namesOf(
  'python pypy perl ruby php php-cgi lua luajit node bun deno tclsh wish expect awk guile groovy jrunscript jjs jshell irb ' +
    'osascript gdb julia rscript octave ghci erl elixir',
);

/** Fetch something over the network to a file or to standard output. */
export const DOWNLOADERS: ReadonlySet<string> = namesOf(
  'curl wget fetch aria2c axel lwp-download lwp-request get tftp http https lynx links w3m ftpget xh curlie',
);

/** Carry standard input and output over a raw connection. */
export const RAW_NETWORK: ReadonlySet<string> = namesOf('nc ncat socat telnet cryptcat dbd sbd pwncat rcat rustcat websocat gs-netcat openssl busybox-nc');

/** True for something that runs what it reads. */
export const runsCode = (program: string): boolean => SHELLS.has(program) || INTERPRETERS.has(program);
